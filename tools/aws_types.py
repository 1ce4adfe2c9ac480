"""Write docs/aws-types.md: `python tools/aws_types.py`. A test compares the page with the kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from driftguard import registry
from driftguard.janitor.resources.aws import kinds
from driftguard.janitor.resources.aws.catalogue import AwsTypes
from driftguard.janitor.resources.aws.native import NAME_TAG, NativeKind, unprotected

PAGE = Path(__file__).parent.parent / "docs" / "aws-types.md"
HEAD = """\
# What the janitor deletes on AWS

Written by `python tools/aws_types.py` from the files in `driftguard/janitor/resources/aws/kinds/`; add a kind there,
one file that exports `RESOURCE`, and nothing else has to know. `clouds.aws.types` in the policy takes these names
and CloudFormation's (`AWS::SQS::Queue`), with wildcards; one that means no kind is a gap.

"Found by" says where the list comes from: the Resource Groups Tagging API (`tags`), or the service's own listing
(`service`). "Name" is what must begin with the policy's namespace: the resource's own, or its `Name` tag.
"AWS protects" marks kinds with a protection of AWS's own, which always wins.

"""
TAIL = """
Everything else that carries the owner tag goes through Cloud Control, if its ARN stands in
`driftguard/janitor/resources/aws/cloud_control.json` ({count} CloudFormation types, built by
`python tools/cloud_control_table.py` from published schemas). A tagged resource of any other type is a gap by name: the
report shows it, and the run exits with 3.

Three kinds only go into a waiting room, and the outcome says until when: KMS keys and secrets (a week in which they can
be saved; a secret's name stays taken that long) and ECS task definitions (AWS clears them away itself).
"""


def rows() -> Iterator[str]:
    yield "| Kind | What | Found by | Name | AWS protects | IAM actions to delete |"
    yield "|---|---|---|---|---|---|"
    for kind, resource in sorted(AwsTypes().by_kind.items()):
        assert isinstance(resource, NativeKind)
        name = "`Name` tag" if resource.named == NAME_TAG else "its own"
        found = "service" if resource.listed else "tags"
        protects = "" if resource.protection is unprotected else "yes"
        writes = " ".join(f"`{action}`" for action in resource.writes)
        yield f"| `{kind}` | {about(resource)} | {found} | {name} | {protects} | {writes} |"


def about(resource: NativeKind) -> str:
    """The first sentence of what its file says."""
    modules = registry.modules(kinds.__name__)
    doc = next(module.__doc__ or "" for module in modules if getattr(module, "RESOURCE", None) is resource)
    return doc.partition(". ")[0].rstrip(".\n")


def page() -> str:
    return HEAD + "\n".join(rows()) + "\n" + TAIL.format(count=len(AwsTypes().long_tail))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
