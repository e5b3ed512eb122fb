"""Reports reach systemd's socket, and sockets that systemd passes are taken over."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.servicemanager import ServiceManager, passed_sockets


@pytest.fixture
def journal(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def told(listener: socket.socket) -> list[str]:
    return listener.recv(4096).decode().splitlines()


def test_each_report_is_one_datagram(journal):
    manager = ServiceManager(journal.getsockname())
    manager.ready("takes mail")
    assert told(journal) == ["READY=1", "STATUS=takes mail"]
    manager.reloading()
    reloading, moment = told(journal)
    assert reloading == "RELOADING=1"
    assert int(moment.removeprefix("MONOTONIC_USEC=")) > 0
    manager.alive()
    assert told(journal) == ["WATCHDOG=1"]
    manager.stopping()
    assert told(journal) == ["STOPPING=1"]


def test_a_socket_in_the_abstract_namespace_is_found():
    name = f"mailgate-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(5)
        ServiceManager(f"@{name}").alive()
        assert told(listener) == ["WATCHDOG=1"]


def test_a_service_manager_that_does_not_listen_holds_nobody_up(journal):
    manager = ServiceManager(journal.getsockname())
    # The kernel keeps a few datagrams (net.unix.max_dgram_qlen); who sends one more waits for the reader.
    for _ in range(int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text()) + 2):
        manager.alive()
    manager.stopping()
    assert told(journal) == ["WATCHDOG=1"]


def test_without_a_service_manager_nothing_happens(tmp_path):
    ServiceManager().alive()
    ServiceManager(str(tmp_path / "gone")).alive()


def test_the_address_is_not_handed_on_to_programs_that_we_start():
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "1", "PATH": "/bin"}
    assert ServiceManager.of_environment(environ).address == "/run/x"
    assert environ == {"PATH": "/bin"}


PASSED = """
import os, sys
from mailgate.servicemanager import passed_sockets
os.environ["LISTEN_PID"] = str(os.getpid())
(listener,) = passed_sockets(os.environ)
listener.setblocking(True)
connection, _ = listener.accept()
connection.sendall(b"taken over " + str("LISTEN_FDS" in os.environ).encode())
"""


def test_a_socket_that_systemd_opened_is_taken_over():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        move = f"import os; os.dup2({listener.fileno()}, 3);"
        child = subprocess.Popen(
            [sys.executable, "-c", move + PASSED], pass_fds=[listener.fileno()], env=os.environ | {"LISTEN_FDS": "1"}
        )
        with socket.create_connection(listener.getsockname(), timeout=20) as client:
            assert client.makefile("rb").read() == b"taken over False"
    assert child.wait(20) == 0


def test_sockets_that_were_passed_to_another_process_are_not_ours():
    environ = {"LISTEN_PID": str(os.getpid() + 1), "LISTEN_FDS": "1"}
    assert passed_sockets(environ) == []
    assert environ == {}
