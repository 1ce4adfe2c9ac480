"""Cut GitHub's own OpenAPI description down to the operations that DriftGuard uses: `python tests/data/github/trim.py`.

Fetches the npm package @octokit/openapi (MIT, https://github.com/octokit/openapi) in the version below, or reads
``api.github.com.json`` where the first argument says it lies. Keeps, for each operation, parameters and request body
as plain JSON Schema (references resolved, ``nullable`` as a type), and the statuses that it answers with.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "@octokit/openapi"
VERSION = "23.0.2"
MEMBER = "package/generated/api.github.com.json"
OPERATIONS = frozenset(
    """
    actions/create-workflow-dispatch actions/get-workflow-run actions/list-workflow-runs
    actions/list-workflow-runs-for-repo apps/create-installation-access-token apps/get-repo-installation
    checks/create checks/get checks/list-annotations checks/list-for-ref checks/update git/get-blob
    issues/create-comment issues/get-comment issues/list-comments issues/update-comment
    pulls/create-review pulls/get pulls/list pulls/list-files pulls/list-review-comments rate-limit/get
    repos/create-commit-status repos/create-dispatch-event repos/get repos/get-collaborator-permission-level
    repos/get-combined-status-for-ref repos/get-commit repos/get-content repos/list-commit-statuses-for-ref
    users/get-authenticated
    """.split()  # noqa: SIM905 - a page of words reads better than a page of quotes
)
DROPPED = frozenset(
    {"description", "example", "examples", "externalDocs", "title", "readOnly", "x-github", "x-multi-segment"}
)


def main(source: str | None) -> None:
    text = Path(source).read_text(encoding="utf-8") if source else fetched()
    described = json.loads(text)
    operations = [
        operation(described, path, method, body)
        for path, methods in described["paths"].items()
        for method, body in methods.items()
        if body.get("operationId") in OPERATIONS
    ]
    missing = OPERATIONS - {operation["id"] for operation in operations}
    if missing:
        raise SystemExit(f"not in the description: {', '.join(sorted(missing))}")
    kept = {
        "source": f"{PACKAGE} {VERSION} from npm, generated from GitHub's REST API description",
        "license": "MIT, Copyright (c) GitHub; see LICENSE beside this file",
        "operations": operations,
    }
    out = Path(__file__).with_name("openapi.json")
    out.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{out.name}: {len(operations)} operations, {out.stat().st_size:,} bytes")  # noqa: T201 - a script


def fetched() -> str:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, check=True)
        [archive] = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            member = package.extractfile(MEMBER)
            assert member is not None
            return member.read().decode()


def operation(described: dict[str, Any], path: str, method: str, body: dict[str, Any]) -> dict[str, Any]:
    parameters = [resolved(described, parameter) for parameter in body.get("parameters", ())]
    content = body.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "id": body["operationId"],
        "method": method.upper(),
        "path": path,
        "path_parameters": schemas(parameters, "path"),
        "query_parameters": schemas(parameters, "query"),
        "body": schema(resolved(described, content["schema"])) if content else None,
        "body_required": body.get("requestBody", {}).get("required", bool(content)),
        "answers": sorted(int(status) for status in body["responses"] if re.fullmatch(r"\d{3}", status)),
    }


def schemas(parameters: list[dict[str, Any]], place: str) -> dict[str, Any]:
    found = [parameter for parameter in parameters if parameter["in"] == place]
    return {parameter["name"]: schema(parameter["schema"]) for parameter in found}


def resolved(described: dict[str, Any], value: Any) -> Any:
    """``value`` with every ``$ref`` replaced by what it names; none of these operations refers to itself."""
    if isinstance(value, list):
        return [resolved(described, item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        target: Any = described
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        return resolved(described, target)
    return {key: resolved(described, item) for key, item in value.items()}


def schema(value: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema, without the prose; a property of that name is kept."""
    if isinstance(value, list):
        return [schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    for key, item in value.items():
        if key == "properties":
            kept[key] = {name: schema(inner) for name, inner in item.items()}
        elif key == "nullable":
            continue
        elif key not in DROPPED:
            kept[key] = schema(item)
    if value.get("nullable") and isinstance(kept.get("type"), str):
        kept["type"] = [kept["type"], "null"]
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
    return kept


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
