"""Helm charts: what somebody's values file would stumble over."""

import pytest
from stage.contracts import diff, told, words

from driftguard.cross_repo.contracts.changes import Unreadable

VALUES = """\
image:
  repository: nginx
  tag: "1.0"
replicas: 1
env: {}
ports: [80]
extra: null
"""
CHART = """\
apiVersion: v2
name: web
version: 1.0.0
dependencies:
  - {name: redis, version: 1.x, repository: "https://charts.test"}
"""
SCHEMA = '{"type": "object", "properties": {"replicas": {"type": "integer", "maximum": 9}}}'
BASE = {"c/values.yaml": VALUES, "c/Chart.yaml": CHART, "c/values.schema.json": SCHEMA, "c/templates/a.yaml": "{{ x"}

PAIRS: list[tuple[str, str, str, str]] = [
    ("value removed", '  tag: "1.0"\n', "", "breaking value-removed"),
    ("block removed", 'image:\n  repository: nginx\n  tag: "1.0"\n', "", "breaking value-removed"),
    ("value type", "replicas: 1", "replicas: [1]", "breaking value-type-changed"),
    ("text to number", 'tag: "1.0"', "tag: 1.0", "breaking value-type-changed"),
    ("mapping to text", "env: {}", "env: none", "breaking value-type-changed"),
    ("default", "replicas: 1", "replicas: 2", "dangerous value-default-changed"),
    ("list default", "[80]", "[80, 443]", "dangerous value-default-changed"),
    ("a default at last", "extra: null", "extra: {a: 1}", "dangerous value-default-changed"),
    ("value added", "env: {}", "env: {A: b}", "info value-added"),
    ("stricter schema", '"maximum": 9', '"maximum": 8', "breaking maximum-decreased"),
    ("looser schema", '"maximum": 9', '"maximum": 10', "info maximum-increased"),
    ("closed schema", "9}}}", '9}}, "additionalProperties": false}', "breaking schema-closed"),
    ("chart name", "name: web", "name: site", "breaking chart-name-changed"),
    ("chart type", "name: web", "name: web\ntype: library", "breaking chart-type-changed"),
    ("kubeVersion", "name: web", 'name: web\nkubeVersion: ">=1.30"', "dangerous kube-version-changed"),
    ("dependency", "redis", "valkey", "dangerous dependency-removed, info dependency-added"),
    ("dependency version", "1.x", "2.x", "info dependency-version-changed"),
    ("deprecated", "name: web", "name: web\ndeprecated: true", "info chart-deprecated"),
]  # fmt: skip

HARMLESS = [
    ("chart version", "version: 1.0.0", "version: 2.0.0"),
    ("application is the default type", "name: web", "name: web\ntype: application"),
    ("comment", "replicas: 1", "replicas: 1 # one"),
    ("style", "ports: [80]", "ports:\n  - 80"),
    ("template", "{{ x", "{{ y"),
    ("quotes", "repository: nginx", 'repository: "nginx"'),
]


@pytest.mark.parametrize(("was", "now", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_each_kind_of_change(was: str, now: str, expected: str) -> None:
    new = {path: text.replace(was, now) for path, text in BASE.items()}
    assert new != BASE
    assert told("helm", BASE, new) == words(expected)


@pytest.mark.parametrize(("was", "now"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_no_release_notices_is_no_change(was: str, now: str) -> None:
    new = {path: text.replace(was, now) for path, text in BASE.items()}
    assert new != BASE
    assert told("helm", BASE, new) == set()


def test_a_change_names_its_key_and_line() -> None:
    (change,) = diff("helm", BASE, BASE | {"c/values.yaml": VALUES.replace("nginx", "caddy")})
    assert (change.location, change.path, change.line) == ("image.repository", "c/values.yaml", 2)
    assert change.message == "image.repository: 'nginx' before, 'caddy' now"


def test_a_schema_that_comes_may_refuse_and_a_chart_that_goes_breaks() -> None:
    without = {path: text for path, text in BASE.items() if "schema" not in path}
    assert told("helm", without, BASE) == {"dangerous schema-added"}
    assert told("helm", BASE, without) == {"info schema-removed"}
    assert told("helm", BASE, {}) == {"breaking contract-removed"}


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("c/values.yaml", "a: }", 1),
        ("c/values.yaml", "a: 1\na: 2", 2),
        ("c/values.schema.json", '{"type": 3}', 1),
        ("c/Chart.yaml", "\tname: x", 1),
        ("c/values.yaml", "a: &x [*x]", 1),
        ("c/values.yaml", "a: 1\n---\nb: 2", 3),
        ("c/values.yaml", "- a", 1),
        ("c/Chart.yaml", "chart", 1),
    ],
)
def test_what_can_t_be_read_is_refused_at_its_place(path: str, text: str, line: int) -> None:
    with pytest.raises(Unreadable) as refused:
        diff("helm", BASE, BASE | {path: text})
    assert (refused.value.path, refused.value.line) == (path, line)


def test_a_text_that_grows_without_end_is_refused() -> None:
    bomb = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    with pytest.raises(Unreadable, match="once its aliases are expanded"):
        diff("helm", BASE, BASE | {"c/values.yaml": bomb})


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 60_000, "- " * 60_000, "a:\n" * 3 + "b: " + "[" * 60_000])
def test_a_text_that_would_overflow_the_parser_s_stack_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=r"nested deeper|not YAML|already there"):
        diff("helm", BASE, BASE | {"c/values.yaml": text})
