"""docs/aws-types.md says what there is; each kind stands in a file of its own and has a test or a reason."""

import importlib.util
from pathlib import Path

from stage.aws_things import THINGS

import driftguard
from driftguard.janitor.resources.aws.catalogue import AwsTypes

ROOT = Path(driftguard.__file__).parent.parent
NOT_IN_MOTO = {"elasticache:subnetgroup", "elasticache:parametergroup", "ecs:task"}
"""moto can't make these: it knows no cache subnet or parameter groups' deletion, and no task without an instance."""


def test_the_page_is_what_its_tool_writes() -> None:
    spec = importlib.util.spec_from_file_location("aws_types", ROOT / "tools" / "aws_types.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ROOT / "docs" / "aws-types.md").read_text(encoding="utf-8") == tool.page(), "run tools/aws_types.py"


def test_every_kind_is_in_the_contract_suite_but_those_that_moto_cant_hold() -> None:
    assert set(AwsTypes().by_kind) - set(THINGS) == NOT_IN_MOTO
