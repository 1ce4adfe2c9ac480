"""Google's own emulator of Pub/Sub, where the Google Cloud CLI has it installed."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_JARS = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"
_MAIN = "com.google.cloud.pubsub.testing.v1.Main"


def pubsub_jar() -> Path | None:
    """``None`` where the emulator isn't installed, or no Java to run it."""
    gcloud = shutil.which("gcloud")
    homes = [Path("/usr/lib/google-cloud-sdk"), *([Path(gcloud).resolve().parent.parent] if gcloud else [])]
    found = (jar for home in homes for jar in sorted(home.glob(_JARS)))
    return next(found, None) if shutil.which("java") else None


@contextmanager
def pubsub(jar: Path) -> Iterator[str]:
    """The emulator's URL; it speaks Pub/Sub's REST API."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["java", "-cp", str(jar), _MAIN, "--host=127.0.0.1", f"--port={port}"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(f"{url}/v1/projects/x/topics")
        yield url
    finally:
        process.terminate()
        process.wait()


def _await(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def ask(verb: str, url: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    """Status and JSON of one request."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=verb)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
