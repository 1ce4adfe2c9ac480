"""microburst between driftguard and the cloud: faults as AWS words them, by rule."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def faults(upstream: str, rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The URL of a proxy to ``upstream`` that breaks what ``rules`` say (microburst's own form)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "microburst", "--upstream", upstream, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(url)
        data = json.dumps(list(rules)).encode()
        request = urllib.request.Request(f"{url}/_microburst/rules", data, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()
        yield url
    finally:
        process.terminate()
        process.wait()


def _await(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{url}/_microburst/health", timeout=2).close()
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def fired(url: str) -> list[dict[str, Any]]:
    """Every fault that was dealt out."""
    with urllib.request.urlopen(f"{url}/_microburst/fired?limit=100000", timeout=10) as answer:
        found = json.load(answer)
    return list(found["fired"] if isinstance(found, dict) else found)
