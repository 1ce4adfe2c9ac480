"""Reading by names that were made to confuse."""

from pathlib import Path

import pytest
from stage.change import change

from driftguard.clients.git import GitTree

ODD = ["a\nb.py", "x blob 5\n.py", "\n", "tab\t.py", "caf\udce9.py"]


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_isn_t_there_shifts_no_later_answer(tmp_path: Path, name: str) -> None:
    base, head = change(tmp_path, {"app.py": "x = 1\n"}, {name: "odd\n"})
    with GitTree.open(tmp_path) as tree:
        assert list(tree.read_many(base, ["app.py", name, "app.py"])) == [("app.py", b"x = 1\n")] * 2
        assert list(tree.read_many(head, [name, "app.py"])) == [(name, b"odd\n"), ("app.py", b"x = 1\n")]
