"""The machine is lost, its backup is restored on another one, and the mailbox is read again: nothing is lost or doubled."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.commands import Shell
from servers.deployment import ANNA, Deployment, eventually, form_text, mail, reply_to, text_of
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

from mailgate.register import restores
from mailgate.register.tables import LetterRow, RestoreRow

CLERK = "j.bak@ug.debowa.example"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def machine(tmp_path: Path, dovecot: Dovecot, sink: SmtpSink) -> Callable[[str], Deployment]:
    """A machine of this name, with nothing on it yet, for the one mailbox and the one smarthost."""

    def installed(name: str) -> Deployment:
        (tmp_path / name).mkdir()
        return Deployment(
            tmp_path / name,
            SMTP_LISTEN="",
            IMAP_URL=dovecot.url,
            TLS_CA_FILE=str(dovecot.cafile),
            SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
            IMAP_POLL_SECONDS="2",
        )

    return installed


def ask(dovecot: Dovecot, question: str) -> None:
    """A clerk's form in the mailbox."""
    dovecot.append(mail(form_text(question=question)).as_bytes())


def numbers(gate: Deployment) -> dict[str, str]:
    return {entry["question"]: entry["number"] for entry in gate.register()}


def letters(sink: SmtpSink, recipient: str, about: str) -> list[EmailMessage]:
    """The letters that the sink took for somebody about something, in order."""
    taken = [email.message_from_bytes(one.content, policy=email.policy.default) for one in sink.messages]
    return [one for one in taken if recipient in str(one["To"]) and about in text_of(one)]  # type: ignore[arg-type]


def uncertain(gate: Deployment) -> list[LetterRow]:
    return [row for row in gate.rows_of_letters() if row.state == "uncertain"]


def test_nothing_is_lost_and_nothing_doubled_when_the_mailbox_is_read_again(
    machine: Callable[[str], Deployment],
    dovecot: Dovecot,
    sink: SmtpSink,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every kind of thing that can happen between the backup and the loss happens here."""
    lost = machine("lost")
    shell = Shell(tmp_path, lost.environment, monkeypatch)
    with lost.running():
        ask(dovecot, "Pierwsze?")
        sink.await_messages(3)
        lost.settled()
        sink.shut()
        ask(dovecot, "Drugie?")
        eventually("the second is registered", lambda: "Drugie?" in numbers(lost))
        shell.run("backup", tmp_path / "backups")
    # Started anew, so that the end of the smarthost's outage need not be waited for.
    sink.listen()
    with lost.running():
        sink.await_messages(6, seconds=30)
        ask(dovecot, "Trzecie?")
        sink.await_messages(9)
        for question in ("Pierwsze?", "Trzecie?"):
            [letter] = letters(sink, "anna.nowak", question)
            dovecot.append(reply_to(letter, f"Odpowiedź na: {question}", ANNA).as_bytes())
        sink.await_messages(11)
        lost.settled()
        before = numbers(lost)
        eventually("all is put away", lambda: not dovecot.messages() and len(dovecot.messages("Przyjęte")) == 5)
    sent = len(sink.messages)

    found = machine("found")
    ask(dovecot, "Czwarte?")
    shell = Shell(tmp_path, found.environment, monkeypatch)
    [file] = (tmp_path / "backups").iterdir()
    said = shell.run("restore", file).output
    assert "3 letters may have been sent after the backup" in said
    assert "reads again what was taken from the mailbox" in said
    with found.running():
        sink.await_messages(sent + 3)
        found.settled()
        eventually("the mailbox was read again", lambda: found.rows(RestoreRow)[0].reread_at)

        # The numbers come out as they were, and the fourth, which nobody had taken, goes on from there.
        assert numbers(found) == before | {"Czwarte?": "HOT-01/2026/000004"}
        # Only letters about it were sent: what went out before did not go again.
        fresh = [
            text_of(email.message_from_bytes(one.content, policy=email.policy.default)) for one in sink.messages[sent:]
        ]  # type: ignore[arg-type]
        assert len(fresh) == 3
        assert all("Czwarte?" in text or "000004" in text for text in fresh)
        # The answer to a letter that the register knows is recorded; that to a lost letter is kept for a person.
        entries = {entry["question"]: entry for entry in found.register()}
        assert entries["Pierwsze?"]["answer"] == "Odpowiedź na: Pierwsze?"
        assert entries["Trzecie?"]["answer"] is None
        [reply] = found.held()
        assert "it answers a letter about HOT-01/2026/000003 that this register does not know" in reply.reason
        assert reply.question_id is None
        assert [event.detail["mails"] for event in found.events("read_again")] == [3]
        # What may have gone is uncertain, each with the reason, until a person settles it.
        assert {row.last_reply for row in uncertain(found)} == {row.last_reply for row in uncertain(found)[:1]}
        assert uncertain(found)[0].last_reply.startswith(restores.NOTE)
        assert entries["Drugie?"]["acknowledged_at"] is None

        shell.run("outbox", "settle", "--all-restored", "--accepted")
        assert uncertain(found) == []
        entries = {entry["question"]: entry for entry in found.register()}
        assert all(entries[question]["acknowledged_at"] for question in before)
        assert entries["Pierwsze?"]["status"] == "finished"
    rows = len(found.rows_of_mail())
    with found.running():
        found.settled()
        ask(dovecot, "Piąte?")
        sink.await_messages(sent + 6)
        found.settled()
    assert len(found.rows_of_mail()) == rows + 1
    assert len(found.events("read_again")) == 1
