"""Write terraform/modules/oidc/aws/actions.json from what the janitor's types declare. Run by ``make iam``."""

import json
from pathlib import Path

from driftguard.janitor import rights

TARGET = Path(__file__).parent.parent / "terraform" / "modules" / "oidc" / "aws" / "actions.json"


def text() -> str:
    return json.dumps(rights.needed().as_json(), indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
