"""A Python that has imported driftguard and waits: each command runs in a fork of it, a process of its own.

Started as a script with a Unix socket's path. One JSON request a connection; the answers are the process's id, and its
exit status once it has ended. What a new interpreter would spend on imports, a second a command, is spent once. The
fork has run nothing of driftguard yet; it gets the caller's environment, folder and files, and ends as a process does.
"""

import contextlib
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from typing import Any

IMPORTED = (
    "driftguard.cli",
    "driftguard.wiring",
    "driftguard.ai_sync.planner",
    "driftguard.ai_sync.reading",
    "driftguard.cross_repo.planner",
    "driftguard.janitor.planner",
    "driftguard.janitor.resources.aws",
    "driftguard.clients.aws",
    "driftguard.clients.git",
    "driftguard.report.console",
    "ast_grep_py",
    "boto3.session",
    "botocore.paginate",
    "requests",
    "rich.table",
)


def main() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(16)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the test run's business
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.write(1, b"ready\n")
    if os.fork() == 0:
        _end_with(listener)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            request = json.loads(connection.makefile().readline())
            _attend(connection, request)
            return
        connection.close()


def _end_with(listener: socket.socket) -> None:
    """Whoever started us holds our standard input; when it closes, everything here ends."""
    listener.close()
    sys.stdin.read()
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(0)


def _attend(connection: socket.socket, request: Any) -> None:
    """Fork the command; say its id and how it ended. The command itself goes on up and ends as a process does."""
    child = os.fork()
    if child == 0:
        connection.close()
        _command(request)
    connection.sendall(f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _command(request: Any) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    os.chdir(request["cwd"])
    for descriptor, path in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        os.dup2(os.open(path, os.O_RDWR), descriptor)
    if "DIE" in os.environ:
        runpy.run_path(f"{os.environ['PYTHONPATH']}/sitecustomize.py")
    sys.argv = ["driftguard", *request["words"]]
    runpy.run_module("driftguard", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
