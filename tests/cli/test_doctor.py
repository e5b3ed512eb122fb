"""``mailgate doctor`` names what is wrong, and the command with which to look."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from servers.deployment import Deployment
from servers.entries import LEASE, arrival, letter

from mailgate.clock import utc_now
from mailgate.config import environment_without_settings
from mailgate.register import held, outbox, outcomes, spool
from mailgate.register.database import migrate, unit_of_work

pytestmark = pytest.mark.usefixtures("databases")


def doctor(gate: Deployment, **settings: str) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """The exit status, and the levels and texts of each part."""
    told = subprocess.run(
        [sys.executable, "-m", "mailgate", "doctor", "--json"],
        env=environment_without_settings() | gate.environment | settings,
        cwd=gate.folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert told.stderr == ""
    parts: dict[str, list[tuple[str, str]]] = {}
    for finding in map(json.loads, told.stdout.splitlines()):
        parts.setdefault(finding["part"], []).append((finding["level"], finding["text"]))
    return told.returncode, parts


def test_an_untouched_installation_has_no_fault(tmp_path: Path) -> None:
    """And the look makes no register."""
    status, parts = doctor(Deployment(tmp_path))
    assert status == 0, parts
    assert parts["receiver"][0][0] == "ok"
    assert "outstanding" not in parts
    assert not (tmp_path / "storage").exists()


def test_what_waits_for_a_person_is_a_warning_with_the_command_to_look(tmp_path: Path) -> None:
    gate = Deployment(tmp_path)
    gate.settings.storage.mkdir()
    migrate(gate.engine)
    # The register holds nothing from the future, or the clock would be found wrong.
    now = utc_now()
    with unit_of_work(gate.engine) as session:
        refused, uncertain = outbox.enqueue(session, [letter(name, created_at=now) for name in "12"])
        outcomes.mark_refused(session, refused, "550", now)
        outcomes.mark_uncertain(session, uncertain, "lost", now)
        bad, reply = spool.put(session, [arrival("a", received_at=now), arrival("b", received_at=now)], now)
        spool.claim(session, "a", 5, now, LEASE)
        spool.quarantine(session, bad.id, "Why.", "failed", now)
        held.hold(session, reply.id, None, "Why.", now)
    status, parts = doctor(gate)
    assert status == 0, parts
    told = parts["outstanding"]
    assert [level for level, _ in told] == ["warning"] * 4
    for what, command in (
        ("1 mail is in quarantine", "mailgate quarantine list"),
        ("1 reply is held", "mailgate quarantine list"),
        ("1 letter is uncertain", "mailgate outbox list --state uncertain"),
        ("1 letter is refused", "mailgate outbox list --state refused"),
    ):
        assert [text for _, text in told if text.startswith(f"{what}: see `{command}`.")], told


def test_nothing_that_waits_is_well(tmp_path: Path) -> None:
    gate = Deployment(tmp_path)
    gate.settings.storage.mkdir()
    migrate(gate.engine)
    _, parts = doctor(gate)
    assert parts["outstanding"] == [("ok", "Nothing waits for a person.")]


@pytest.mark.only_on("sqlite", "who has a port has nothing to do with the database")
def test_a_port_that_another_program_has_is_a_fault(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, parts = doctor(Deployment(tmp_path), MAILGATE_SMTP_LISTEN=f"127.0.0.1:{port}")
    [(level, text)] = parts["receiver"]
    assert (status, level) == (1, "fault")
    assert "stop the program that uses it" in text


@pytest.mark.only_on("sqlite", "who has a port has nothing to do with the database")
def test_an_address_that_is_not_of_this_machine_is_a_fault(tmp_path: Path) -> None:
    status, parts = doctor(Deployment(tmp_path), MAILGATE_SMTP_LISTEN="192.0.2.1:8025")
    assert (status, parts["receiver"][0][0]) == (1, "fault")


@pytest.mark.only_on("sqlite", "who has a port has nothing to do with the database")
def test_the_port_of_our_own_daemon_is_no_fault(tmp_path: Path) -> None:
    """One that it does not have, since it was started before the settings changed, is a warning."""
    with Deployment(tmp_path).running() as gate, socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
        other.close()
        own, parts = doctor(gate, MAILGATE_SMTP_LISTEN=f"127.0.0.1:{gate.port}")
        _, changed = doctor(gate, MAILGATE_SMTP_LISTEN=f"127.0.0.1:{free}")
    assert (own, parts["receiver"][0][0]) == (0, "ok"), parts
    assert changed["receiver"][0][0] == "warning"
    assert "restart it" in changed["receiver"][0][1]


@pytest.mark.only_on("sqlite", "who has a port has nothing to do with the database")
def test_a_receiver_that_expects_proxies_from_this_machine_is_asked_as_one(tmp_path: Path) -> None:
    with Deployment(tmp_path, SMTP_PROXY_FROM="127.0.0.1").running() as gate:
        _, parts = doctor(gate, MAILGATE_SMTP_LISTEN=f"127.0.0.1:{gate.port}")
    assert parts["receiver"][0][0] == "ok", parts


@pytest.mark.only_on("sqlite", "who has a port has nothing to do with the database")
def test_a_certificate_of_the_receiver_that_cannot_be_used_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "server.pem"
    file.write_text("no certificate")
    status, parts = doctor(Deployment(tmp_path), MAILGATE_SMTP_CERTIFICATE=str(file))
    [(level, text)] = parts["certificate"]
    assert (status, level) == (1, "fault")
    assert "MAILGATE_SMTP_CERTIFICATE" in text
