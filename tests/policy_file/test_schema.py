"""The JSON Schema that editors complete from says the same as the loader."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from stage.command import within

import driftguard
from driftguard import policy_file
from driftguard.policy_file import PolicyDefects

PACKAGE = Path(driftguard.__file__).parent
SHIPPED = PACKAGE.parent / "policy.yaml"


def test_the_committed_schema_is_in_step(tmp_path: Path) -> None:
    """`driftguard schema > driftguard/policy.schema.json` makes it so."""
    assert within("schema", cwd=tmp_path, environ={}) == (0, (PACKAGE / "policy.schema.json").read_text())


def test_the_shipped_policy_names_its_schema_and_is_valid_by_both() -> None:
    first = SHIPPED.read_text().splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((PACKAGE.parent / named).read_text())
    Draft202012Validator.check_schema(schema)
    tree = {str(key): value for key, value in yaml.safe_load(SHIPPED.read_text().replace(" on:", ' "on":')).items()}
    Draft202012Validator(schema).validate(tree)
    assert policy_file.load(SHIPPED).dry_run is True


@pytest.mark.parametrize(
    "tree",
    [
        {"version": 2},
        {"version": 1, "dryrun": True},
        {"version": 1, "janitor": {"ttl": "soon"}},
        {"version": 1, "janitor": {"namespace": ""}},
        {"version": 1, "rules": [{"name": "a", "on": [], "run": "janitor"}]},
        {"version": 1, "limits": {"parallel": 0}},
    ],
)
def test_what_the_schema_refuses_the_loader_refuses_too(tree: dict[str, object]) -> None:
    assert list(Draft202012Validator(json.loads(policy_file.schema_text())).iter_errors(tree))
    with pytest.raises(PolicyDefects):
        policy_file.parse(yaml.safe_dump(tree).replace("'on':", "on:").encode(), "policy.yaml")
