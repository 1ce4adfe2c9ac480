"""What comments carry unseen comes back as it was, stays small, and never breaks a run."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard import markers
from driftguard.markers import MOST_REMEMBERED, REPORT, Told

NAMES = st.dictionaries(st.from_regex(r"[0-9a-f]{12}", fullmatch=True), st.text(max_size=60), max_size=30)


@given(st.builds(Told, sha=st.text(max_size=64), found=NAMES, before_sha=st.text(max_size=64), before=NAMES))
def test_there_and_back_in_a_line_that_nothing_can_end_early(told: Told) -> None:
    line = markers.encode(told)
    assert markers.decode(f"{line}\nthe comment") == told
    assert "\n" not in line
    assert line.count("-->") == 1


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    assert markers.decode(text) is None
    assert markers.decode(f"{REPORT}{text} -->") is None
    assert markers.granted(text) is None
    assert markers.suggested(text) is None


@pytest.mark.parametrize("plain", [1, [], ["a", {}, "b"], ["a", [], "b", {}], [1, {}, "b", {}], {"a": 1}])
def test_another_shape_counts_as_nothing(plain: object) -> None:
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(plain).encode())).decode()
    assert markers.decode(f"{REPORT}{packed} -->") is None


def test_a_state_that_would_unpack_to_gigabytes_is_cut_off() -> None:
    bomb = b'["a",' + b" " * 20_000_000 + b'{},"b",{}]'
    assert json.loads(bomb), "whole, it would be a state"
    packed = base64.urlsafe_b64encode(zlib.compress(bomb, 9)).decode()
    assert markers.decode(f"{REPORT}{packed} -->") is None


def test_however_much_was_found_the_line_stays_small() -> None:
    many = markers.remembered((f"finding {n}", f"NAME_{n}" * 20) for n in range(20_000))
    assert len(many) == MOST_REMEMBERED
    line = markers.encode(Told("a" * 40, many, "b" * 40, {key[::-1]: name for key, name in many.items()}))
    assert len(line) <= markers.LONGEST_LINE
    told = markers.decode(line)
    assert told is not None
    assert told.found.keys() == many.keys()


def test_the_baseline_is_the_push_before_however_often_a_head_is_looked_at() -> None:
    told = Told("a", {"1": "x"}, "0", {"2": "y"})
    assert told.baseline("a") == ("0", {"2": "y"})
    assert told.baseline("b") == ("a", {"1": "x"})


def test_an_answer_names_its_comment_and_its_check_run() -> None:
    assert markers.granted(f"{markers.answered(5, 77)}\ntext") == 77
    assert markers.granted(f"{markers.answered(5)}\ntext") is None
    assert markers.granted(f"quoting {markers.answered(5, 77)}") is None
    assert markers.answered(5, 77).startswith(markers.answer(5))
    assert not markers.answered(55).startswith(markers.answer(5))
