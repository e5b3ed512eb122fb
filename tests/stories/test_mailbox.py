"""Mail that comes to a mailbox, letters that go by a smarthost: real Dovecot in, real SMTP out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from servers.deployment import Deployment, eventually, form_text, mail
from servers.dovecot import PASSWORD, USER, Dovecot
from servers.smtp_sink import SmtpSink

FRIDAY = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # 15:30 in Warsaw


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        yield server


@pytest.fixture
def gate(tmp_path: Path, dovecot: Dovecot, sink: SmtpSink) -> Deployment:
    return Deployment(
        tmp_path,
        SMTP_LISTEN="",
        IMAP_URL=f"imaps://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@localhost:{dovecot.tls_port}/INBOX",
        TLS_CA_FILE=str(dovecot.cafile),
        SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
        IMAP_POLL_SECONDS="2",
    )


def test_what_waits_in_the_mailbox_counts_from_its_arrival_and_is_put_away(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    dovecot.append(mail(form_text()).as_bytes(), at=FRIDAY, flags=("\\Seen",))
    with gate.running():
        sink.await_messages(3)
        gate.settled()
        (entry,) = gate.register()
        assert entry["received_at"] == "2026-11-20T15:30:00+01:00"
        assert entry["counted_from"] == "2026-11-20T15:30:00+01:00"
        assert entry["acknowledge_by"] == "2026-11-23T16:00:00+01:00"
        eventually("the mail is put away", lambda: dovecot.messages("Przyjęte") and not dovecot.messages())


def test_mail_that_arrives_while_the_daemon_runs_is_taken_at_once(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    with gate.running():
        for number in range(3):
            dovecot.append(mail(form_text(question=f"Pytanie {number}?")).as_bytes())
        sink.await_messages(9)
        gate.settled()
    assert sorted(entry["question"] for entry in gate.register()) == ["Pytanie 0?", "Pytanie 1?", "Pytanie 2?"]


def test_nothing_is_acknowledged_before_the_smarthost_has_the_letter(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    sink.stop_listening()
    dovecot.append(mail(form_text(question="Kiedy?")).as_bytes())
    with gate.running():
        eventually("the question is registered", gate.register)
        assert gate.register()[0]["acknowledged_at"] is None
        sink.listen()
        sink.await_messages(3, seconds=20)
        gate.settled()
        assert gate.register()[0]["acknowledged_at"] is not None
