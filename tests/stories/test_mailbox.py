"""Mail that comes to a mailbox, letters that go by a smarthost: real Dovecot in, real SMTP out."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.commands import Shell
from servers.deployment import HOTLINE, Deployment, eventually, form_text, mail, text_of
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

from mailgate.register.tables import DeliveryRow

FRIDAY = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # 15:30 in Warsaw


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def gate(tmp_path: Path, dovecot: Dovecot, sink: SmtpSink) -> Deployment:
    return Deployment(
        tmp_path,
        SMTP_LISTEN="",
        IMAP_URL=dovecot.url,
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


def accepted(dovecot: Dovecot, *subjects: str) -> bool:
    """Whether mails with these subjects lie in the folder of accepted mail, and none in INBOX."""
    found = b"".join(dovecot.messages("Przyjęte").values())
    return not dovecot.messages() and all(
        f"Subject: {subject}\n".encode() in found.replace(b"\r", b"") for subject in subjects
    )


def test_e15_a_mail_that_was_read_in_webmail_first_is_registered(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    dovecot.append(mail(form_text(question="Czy ktoś to już czytał?")).as_bytes())
    with dovecot.client("INBOX") as webmail:
        webmail.fetch(webmail.search("ALL"), ["BODY[]"])
    assert all(b"\\Seen" in flags for flags in dovecot.flags().values())
    with gate.running():
        sink.await_messages(3)
        gate.settled()
        assert [entry["question"] for entry in gate.register()] == ["Czy ktoś to już czytał?"]


def test_e16_a_mail_that_somebody_moves_out_and_back_makes_nothing_new(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    dovecot.append(mail(form_text(), Subject="Tam i z powrotem").as_bytes())
    with gate.running():
        sink.await_messages(3)
        eventually("the mail is put away", lambda: accepted(dovecot, "Tam i z powrotem"))
        with dovecot.client("Przyjęte") as person:
            person.move(person.search(["SUBJECT", "Tam i z powrotem"]), "INBOX")
        eventually("the mail is put away again", lambda: accepted(dovecot, "Tam i z powrotem"))
        gate.settled()
        assert len(gate.register()) == 1
        assert len(gate.rows_of_letters()) == 3


def test_e05_a_mail_that_comes_by_two_ways_and_twice_is_one_question_and_both_addresses_are_noted(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    """To the hot-line by SMTP, and, as a copy with other traces, twice into the mailbox of its office."""
    raw = mail(form_text(question="Ile razy?")).as_bytes()
    by_smtp = Deployment(
        gate.folder,
        **{name.removeprefix("MAILGATE_"): value for name, value in gate.environment.items()}
        | {"SMTP_LISTEN": "127.0.0.1:0"},
    )
    with by_smtp.running():
        by_smtp.send(raw)
        sink.await_messages(3)
        for number in range(2):
            trace = f"Return-Path: <j.bak@ug.debowa.example>\r\nDelivered-To: biuro{number}@csizs.example\r\nReceived: by mx{number}\r\n"
            dovecot.append(trace.encode() + raw)
        eventually("the copies are put away", lambda: dovecot.messages() == {})
        by_smtp.settled()
        assert [entry["question"] for entry in by_smtp.register()] == ["Ile razy?"]
        assert len(by_smtp.rows_of_letters()) == 3
        ways = [row.recipients for row in by_smtp.rows(DeliveryRow)]
        assert [HOTLINE] in [row.recipients for row in by_smtp.rows_of_mail()]
        assert ["biuro0@csizs.example"] in ways
        assert ["biuro1@csizs.example"] in ways


def test_e07_two_different_mails_with_one_message_id_are_two_questions_and_the_later_bears_the_remark(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for question in ("Pierwsze?", "Drugie?"):
        dovecot.append(mail(form_text(question=question), Message_ID="<stale.ten.sam@ug.debowa.example>").as_bytes())
    with gate.running():
        sink.await_messages(6)
        gate.settled()
        assert sorted(entry["question"] for entry in gate.register()) == ["Drugie?", "Pierwsze?"]
    shell = Shell(gate.folder, gate.environment, monkeypatch)
    said = "Message-ID reused: an earlier mail of other content bears it as well (mail: m1)"
    assert shell.run("trace", "stale.ten.sam@ug.debowa.example").output.count(said) == 1
    assert "message_id_reused" in shell.run("quarantine", "show", "m2").output
    number = next(entry["number"] for entry in gate.register() if entry["question"] == "Drugie?")
    assert "message_id_reused  mailgate  mail: m1" in shell.run("register", "show", number).output


def nested(depth: int) -> bytes:
    """A mail of parts within parts."""
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return (
        b"From: x@urzad.example\r\nSubject: gniazdo\r\nMIME-Version: 1.0\r\n"
        + opened
        + b"Content-Type: text/plain\r\n\r\nna dnie\r\n"
    )


def test_e12_mails_that_no_program_reads_are_kept_and_those_among_them_are_registered(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    broken = b"From: y@urzad.example\r\nSubject: =?utf-8?B?////?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n--\r\n\x00\xff"
    dovecot.append_all([
        nested(1_000),
        mail(form_text(question="Między nimi?")).as_bytes(),
        broken,
        mail(form_text(question="Za nimi?")).as_bytes(),
    ])  # fmt: skip
    with gate.running():
        eventually("all four are in the register", lambda: len(gate.rows_of_mail()) == 4)
        gate.settled()
        questions = {entry["question"] for entry in gate.register()}
        assert {"Między nimi?", "Za nimi?"} <= questions
        # Each of the others is an entry or lies where a person sees it.
        assert len(gate.register()) + len(gate.quarantined()) == 4
        eventually("all are put away", lambda: dovecot.messages() == {})


def test_e13_of_a_mail_over_the_limit_the_headers_make_an_entry_and_the_sender_is_told(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink
) -> None:
    large = mail(form_text(), Subject="Skany")
    large.add_attachment(b"x" * 200_000, maintype="application", subtype="pdf", filename="skan.pdf")
    small = Deployment(
        gate.folder,
        **{name.removeprefix("MAILGATE_"): value for name, value in gate.environment.items()}
        | {"MAX_MESSAGE_BYTES": "100000"},
    )
    dovecot.append(large.as_bytes())
    with small.running():
        sink.await_messages(3)
        small.settled()
        (entry,) = small.register()
        (row,) = small.rows_of_mail()
        assert row.truncated
        assert entry["subject"] == "Skany"
        (notice,) = [taken for taken in sink.messages if taken.recipient == "j.bak@ug.debowa.example"]
        told = text_of(email.message_from_bytes(notice.content, policy=email.policy.default))  # type: ignore[arg-type]
        assert "zbyt duża" in told
        assert "bez dużych załączników" in told
        eventually("it is put away", lambda: dovecot.messages() == {})
