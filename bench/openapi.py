"""How long and how much memory two large OpenAPI documents take: `python bench/openapi.py [OLD NEW]`.

Without paths: GitHub's own description (npm @octokit/openapi, 13 MB as published) and a cut of about 5 MB of it, each
against a changed copy, as JSON and as YAML. Target: a pair of 5 MB within 10 seconds; the busy time counts:
others may use the machine too, and on a quiet one both are the same. Each runs in a process of its own.
"""

from __future__ import annotations

import copy
import json
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

PACKAGE = "@octokit/openapi"
MEMBER = "package/generated/api.github.com.json"
TARGET_SECONDS, TARGET_BYTES = 10.0, 5_000_000


def one(old: str, new: str) -> None:
    """Compare in this process and print one JSON line."""
    from driftguard.cross_repo.contracts.changes import Version  # noqa: PLC0415 - imports count in the peak
    from driftguard.cross_repo.contracts.openapi import DIFFER  # noqa: PLC0415 - see above

    def version(path: str) -> Version:
        return Version((path,), lambda name: Path(name).read_bytes() if Path(name).is_file() else None)

    begin, busy = time.perf_counter(), time.process_time()
    changes = DIFFER.diff(version(old), version(new))
    took, busy = time.perf_counter() - begin, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "cpu": busy, "megabytes": peak, "changes": len(changes)}))


def measure(name: str, old: Path, new: Path) -> bool:
    """Run ``one`` in a process of its own; whether the target is met, where there is one."""
    size = (old.stat().st_size + new.stat().st_size) / 2
    run = subprocess.run(
        [sys.executable, __file__, "--one", str(old), str(new)], check=True, capture_output=True, text=True
    )
    found = json.loads(run.stdout)
    counts = size <= TARGET_BYTES * 1.1
    print(
        f"{name:<28} {size / 1e6:5.1f} MB  {found['seconds']:6.2f} s ({found['cpu']:.2f} s busy)  "
        f"{found['megabytes']:6.0f} MB peak  {found['changes']:5d} changes"
        f"{f'  target {TARGET_SECONDS:.0f} s' if counts else ''}"
    )
    return not counts or found["cpu"] <= TARGET_SECONDS


def github(folder: Path) -> Any:
    """GitHub's description, fetched once with npm."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        return json.load(member)


def changed(document: Any) -> Any:
    """A copy with a change in a schema that hundreds of operations use, one in a parameter, and a path less."""
    copied = copy.deepcopy(document)
    copied["components"]["schemas"]["simple-user"]["properties"].pop("login")
    copied["components"]["schemas"]["repository"]["properties"]["name"]["type"] = "integer"
    first = next(iter(copied["paths"]))
    del copied["paths"][first]
    return copied


def cut(document: Any, share: float) -> Any:
    """The first paths, ``share`` of them all, with the components that they lead to."""
    names = list(document["paths"])[: int(len(document["paths"]) * share)]
    kept: dict[str, Any] = {**document, "paths": {name: document["paths"][name] for name in names}, "components": {}}
    stack = [json.dumps(kept)]
    while stack:
        for kind, name in re.findall(r'"#/components/(\w+)/([^"/]+)"', stack.pop()):
            if name not in kept["components"].setdefault(kind, {}):
                kept["components"][kind][name] = document["components"][kind][name]
                stack.append(json.dumps(document["components"][kind][name]))
    return kept


def write(folder: Path, kind: str, document: Any) -> tuple[Path, Path]:
    """The document and its changed copy, as files."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    paths = (folder / f"old.{kind}", folder / f"new.{kind}")
    for path, value in zip(paths, (document, changed(document)), strict=True):
        path.write_text(json.dumps(value) if kind == "json" else yaml.dump(value, Dumper=dumper), "utf-8")
    return paths


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--one"]:
        one(*arguments[1:])
        return 0
    if arguments:
        return 0 if measure("the pair", Path(arguments[0]), Path(arguments[1])) else 1
    met = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = github(folder)
        for kind, share in (("json", 0.5), ("yaml", 0.12), ("json", 1.0), ("yaml", 1.0)):
            document = whole if share == 1 else cut(whole, share)
            met = measure(f"GitHub{'' if share == 1 else ', cut'}, {kind}", *write(folder, kind, document)) and met
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
