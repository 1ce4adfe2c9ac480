"""Whatever stands in a policy file: no traceback, and every line named lies inside the file."""

import re
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import driftguard
from driftguard import policy_file
from driftguard.policy_file import Defect, PolicyDefects

SHIPPED = (Path(driftguard.__file__).parent.parent / "policy.yaml").read_bytes()
LINES = SHIPPED.decode().splitlines()
ODD = st.sampled_from(
    ["", "\t", "*", "&a", "<<", "!!int", "{", "[", "'", '"', "---", "%", "null", "1e999", "🦊", "0x1f"]
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["version", "rules", "janitor", "on", "name", "run"]) | scalars, inner, max_size=4
        )
    ),
    max_leaves=12,
)


def check(data: bytes) -> None:
    """The property itself."""
    last = max(1, len(re.split(rb"\n", data)) - data.endswith(b"\n"))
    for defect in defects(data):
        assert 1 <= defect.line <= last
        assert defect.col >= 1
        assert "\n" not in str(defect)
        assert "\n" not in defect.annotation()


def defects(data: bytes) -> tuple[Defect, ...]:
    try:
        policy_file.parse(data, "policy.yaml")
    except PolicyDefects as error:
        return error.defects
    return ()


@given(trees)
def test_any_yaml(tree: object) -> None:
    check(yaml.safe_dump(tree, allow_unicode=True).encode(errors="surrogatepass"))


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 60), ODD | st.text(max_size=4)), max_size=4))
def test_the_shipped_policy_with_anything_put_in_anywhere(edits: list[tuple[int, int, str]]) -> None:
    lines = list(LINES)
    for number, column, text in edits:
        lines[number] = lines[number][:column] + text + lines[number][column:]
    check("\n".join(lines).encode(errors="surrogatepass"))


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=4), st.integers(0, len(LINES) - 1))
def test_the_shipped_policy_with_lines_dropped_and_moved(dropped: list[int], moved: int) -> None:
    lines = [line for number, line in enumerate(LINES) if number not in dropped]
    lines.append(LINES[moved])
    check("\n".join(lines).encode())


@given(st.sampled_from(LINES), st.text(st.characters(codec="utf-8"), max_size=8))
def test_the_shipped_policy_with_a_value_replaced(line: str, value: str) -> None:
    key = line.partition(":")[0]
    check(SHIPPED.replace(line.encode(), f"{key}: {value}".encode(), 1))
