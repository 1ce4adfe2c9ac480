"""docs/gcp.md tells what there is: its table is written from the kinds, and the README names each of them."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import driftguard
from driftguard.janitor.resources.gcp.catalogue import single_kinds
from driftguard.policy import WHOLE_PROJECT

ROOT = Path(driftguard.__file__).parent.parent


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gcp_types", ROOT / "tools" / "gcp_types.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_the_table_and_both_roles_are_what_their_tool_writes() -> None:
    written = tool()
    text = written.PAGE.read_text(encoding="utf-8")
    assert text == written.page(text), "run tools/gcp_types.py"
    assert written.READS.read_text(encoding="utf-8") == written.reads(), "run tools/gcp_types.py"
    assert written.DELETES.read_text(encoding="utf-8") == written.deletes(), "run tools/gcp_types.py"


def test_the_reading_role_only_reads() -> None:
    permissions = json.loads(tool().READS.read_text(encoding="utf-8"))
    strange = [each for each in permissions if not re.fullmatch(r"\w+(\.\w+)+\.(get|getMetadata|list|search\w+)", each)]
    assert strange == []


def test_the_writing_role_deletes_by_name_and_touches_no_policy_but_a_network_s() -> None:
    permissions = json.loads(tool().DELETES.read_text(encoding="utf-8"))
    strange = {each for each in permissions if not re.fullmatch(r"[a-z]+\.\w+\.delete", each)}
    assert strange == {"compute.networks.updatePolicy", "dns.changes.create"}


def test_the_readme_names_every_kind() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [cells] = re.findall(r"^\| janitor handles on Google Cloud \| (.*) \|$", readme, re.MULTILINE)
    assert set(re.findall(r"`([^`]+)`", cells)) == {*single_kinds(), WHOLE_PROJECT}
