"""Servers of Debian's packages, started by the tests themselves: found, waited for, and ended with all their children."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

_PLACES = "/usr/sbin:/usr/local/sbin:/usr/lib/cyrus/bin"
START_SECONDS = 30.0


def require(name: str, package: str, *, as_root: bool = False) -> str:
    """The path of a program; where it cannot be used a test is skipped on a desk and fails where CI=true."""
    program = shutil.which(name) or shutil.which(name, path=_PLACES)
    if program is None:
        do_without(f"{name} is not installed (package {package})")
    elif as_root and os.geteuid() != 0:
        do_without(f"{name} can only be started by root")
    return program or ""


def do_without(reason: str) -> NoReturn:
    """Skip the test on a desk; fail it where CI=true, for CI must not pass without."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI must not pass without it")
    pytest.skip(reason)


def free_ports(count: int) -> list[int]:
    """So many ports of 127.0.0.1 that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [taken.getsockname()[1] for taken in sockets]


def greets(port: int, greeting: bytes) -> bool:
    """Whether a server on this machine says this first."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            return probe.recv(64).startswith(greeting)
    except OSError:
        return False


def await_start(master: subprocess.Popen[bytes], is_up: Callable[[], bool], log: Callable[[], str]) -> None:
    """Wait until a server is up; one that ends or takes too long fails the test with what it wrote."""
    deadline = time.monotonic() + START_SECONDS
    while not is_up():
        if time.monotonic() > deadline or master.poll() is not None:
            kill_group(master)
            pytest.fail(f"{master.args!r} did not start: {log()}")
        time.sleep(0.02)


def kill_group(master: subprocess.Popen[bytes]) -> None:
    """End a server that leads a process group, and its children, at once; returns when none of them runs any more.

    A child that still holds the server's sockets would make the next start believe that the server is running.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(master.pid, signal.SIGKILL)
    master.wait()
    deadline = time.monotonic() + START_SECONDS
    while any(process.group == master.pid and process.state not in "ZX" for process in processes()):
        if time.monotonic() > deadline:
            pytest.fail(f"children of {master.args!r} outlive their end")
        time.sleep(0.01)


class Process(NamedTuple):
    """One line of the kernel's table; ``state`` is its letter, as in proc(5)."""

    pid: int
    parent: int
    group: int
    state: str
    name: str


def processes() -> Iterator[Process]:
    """Every process; those that end meanwhile are left out."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError):
            name, _, rest = (entry / "stat").read_text(encoding="utf-8").partition("(")[2].rpartition(")")
            state, parent, group = rest.split()[:3]
            yield Process(int(entry.name), int(parent), int(group), state, name)
