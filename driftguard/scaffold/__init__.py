"""``driftguard init``: look at a repository, ask what can't be seen, and write policy, workflows and Terraform."""

from driftguard.scaffold.answers import Answers, Engine, Project, asked, installed_from
from driftguard.scaffold.detect import Found, look, summary
from driftguard.scaffold.write import Written, left_to_do, texts, write

__all__ = [
    "Answers",
    "Engine",
    "Found",
    "Project",
    "Written",
    "asked",
    "installed_from",
    "left_to_do",
    "look",
    "summary",
    "texts",
    "write",
]
