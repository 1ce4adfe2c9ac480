"""`driftguard consumers`: who relies on what, as a tree, a picture and data."""

import json
from pathlib import Path

import pytest
from stage.command import within

POLICY = """\
version: 1
cross_repo:
  contracts:
    - name: orders
      paths: [api/**]
      version: v2
      consumers:
        - {repo: acme/web, owners: ["@acme/web"], versions: [v2]}
        - {repo: acme/old, versions: [v1]}
        - {repo: acme/gateway, required: false, republishes: [public]}
    - name: public
      paths: [public/**]
      consumers: [{repo: partner/shop, timeout: 15m, republishes: [orders]}]
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


def test_as_a_tree_with_pins_owners_and_the_cycle_s_path(place: Path) -> None:
    code, printed = within("consumers", "--contract", "orders", cwd=place, environ={})
    assert code == 0
    assert printed.splitlines() == [
        "orders (files, v2)",
        "├─ acme/web: required, answers within 30m, pins v2, owned by @acme/web",
        "└─ acme/gateway: advisory, answers within 30m",
        "   └─ public",
        "      └─ partner/shop: required, answers within 15m",
        "         └─ orders (a cycle)",
        "cycle: orders -> public -> orders",
    ]


def test_as_a_picture_those_behind_a_republisher_are_dashed(place: Path) -> None:
    _, printed = within("consumers", "--contract", "orders", "--format", "mermaid", cwd=place, environ={})
    assert printed.startswith("```mermaid\ngraph LR\n")
    assert 'c0 --> r1("acme/web")' in printed
    assert 'c1 -.-> r3("partner/shop")' in printed


def test_as_data_for_machines(place: Path) -> None:
    _, printed = within("consumers", "--format", "json", cwd=place, environ={})
    told = json.loads(printed)
    assert told["cycles"] == [["orders", "public", "orders"]]
    assert {"repo": "partner/shop", "required": True, "direct": False, "via": ["orders", "public"]} in told["orders"]


def test_a_contract_that_is_not_there_gets_a_hint(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = within("consumers", "--contract", "order", cwd=place, environ={})
    assert code == 2
    assert "did you mean 'orders'?" in capsys.readouterr().err
