"""docs/azure.md and the write role say what there is."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import driftguard
from driftguard.janitor.resources.azure.catalogue import AzureTypes

ROOT = Path(driftguard.__file__).parent.parent


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("azure_types", ROOT / "tools" / "azure_types.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_the_table_and_the_role_are_what_their_tool_writes() -> None:
    written = tool()
    text = written.PAGE.read_text(encoding="utf-8")
    assert text == written.page(text), "run tools/azure_types.py"
    assert written.DELETES.read_text(encoding="utf-8") == written.deletes(), "run tools/azure_types.py"


def test_the_role_deletes_by_name_and_never_a_lock() -> None:
    actions = json.loads(tool().DELETES.read_text(encoding="utf-8"))
    assert [action for action in actions if not re.fullmatch(r"Microsoft\.\w+(/\w+)+/delete", action)] == []
    assert not any(action.startswith("Microsoft.Authorization") for action in actions)


def test_the_readme_names_every_type() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [row] = re.findall(r"^\| janitor handles on Azure \| (.*) \|$", text, re.MULTILINE)
    names = {each.name for each in AzureTypes().by_kind.values()}
    assert set(re.findall(r"`([^`]+)`", row)) == names
