"""Take the payloads from the npm package again: `python tests/data/webhooks/refresh.py` (needs npm)."""

import json
import lzma
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@octokit/webhooks-examples@7.6.1"
HERE = Path(__file__).parent


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=directory, check=True)
        [archive] = Path(directory).glob("*.tgz")
        with tarfile.open(archive) as package:
            member = package.extractfile("package/api.github.com/index.json")
            assert member is not None
            events = json.load(member)
    lean = [{"name": event["name"], "examples": event["examples"]} for event in events]
    packed = lzma.compress(json.dumps(lean, sort_keys=True, separators=(",", ":")).encode(), preset=9)
    (HERE / "examples.json.xz").write_bytes(packed)


if __name__ == "__main__":
    main()
