"""Large files, to the hot-line and back: every byte arrives, and what the smarthost will not carry is shown."""

from __future__ import annotations

import email
import email.policy
import os
import random
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.deployment import ANNA, Deployment, eventually, form_text, mail, reply_to
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink, Taken

from mailgate.cli.glance import look
from mailgate.clock import utc_now

MEBIBYTE = 1024 * 1024
WHOLE = os.environ.get("MAILGATE_TEST_SOAK") == "full"
SIZE = (22 if WHOLE else 1) * MEBIBYTE
"""Of files together; a mail has a third more."""
LONG = 300.0
CLERKS = {
    "j.bak@ug.debowa.example": "Jan Bąk <j.bak@ug.debowa.example>",
    "a.kot@gops.example": "Ala Kot <a.kot@gops.example>",
}


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


def files(seed: int, count: int) -> dict[str, bytes]:
    chance = random.Random(seed)
    return {f"załącznik {seed}-{number}.zip": chance.randbytes(SIZE // count) for number in range(count)}


def with_files(message: EmailMessage, added: Mapping[str, bytes]) -> bytes:
    for name, content in added.items():
        message.add_attachment(content, maintype="application", subtype="zip", filename=name)
    return message.as_bytes(policy=email.policy.SMTP)


def message_of(taken: Taken) -> EmailMessage:
    return email.message_from_bytes(taken.content, policy=email.policy.default)  # type: ignore[return-value]


def files_in(taken: Taken, added: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of its files that bear the names of the others."""
    found = {str(part.get_filename()): part.get_content() for part in message_of(taken).iter_attachments()}
    return {name: content for name, content in found.items() if name in added}


def to(sink: SmtpSink, recipient: str) -> list[Taken]:
    return [taken for taken in sink.messages if taken.recipient == recipient]


@pytest.mark.soak
def test_large_files_of_clerks_and_of_a_consultant_arrive_byte_for_byte(tmp_path: Path, dovecot: Dovecot) -> None:
    """By SMTP and by IMAP, and back in the answer."""
    asked, answered = [files(1, 1), files(2, 2)], files(3, 3)
    by_smtp, by_imap = (mail(form_text(contact=address), sender) for address, sender in CLERKS.items())
    with SmtpSink() as sink:
        gate = Deployment(
            tmp_path,
            IMAP_URL=dovecot.url,
            TLS_CA_FILE=str(dovecot.cafile),
            SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
            IMAP_POLL_SECONDS="1",
        )
        with gate.running():
            gate.send(with_files(by_smtp, asked[0]))
            gate.settled(LONG)
            dovecot.append(with_files(by_imap, asked[1]))
            eventually("both are registered", lambda: len(gate.register()) == 2, LONG)
            gate.settled(LONG)
            questions = to(sink, "anna.nowak@wsparcie.example")
            assert [files_in(question, one) for question, one in zip(questions, asked, strict=True)] == asked
            answer = reply_to(message_of(questions[0]), "Odpowiedź jest w plikach.", ANNA)
            gate.send(with_files(answer, answered))
            gate.settled(LONG)
        receipt, letter = to(sink, "j.bak@ug.debowa.example")
        assert files_in(letter, answered) == answered
        assert len(receipt.content) < MEBIBYTE
        assert [entry["status"] for entry in gate.register()] == ["finished", "pending"]


def test_a_question_that_is_too_large_for_the_smarthost_is_acknowledged_and_shown_until_it_goes_out(
    tmp_path: Path,
) -> None:
    with SmtpSink(extensions=(f"SIZE {SIZE}",)) as sink:
        gate = Deployment(tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")
        with gate.running():
            gate.send(with_files(mail(form_text()), files(1, 1)))
            gate.settled(LONG)
            assert [taken.recipient for taken in sink.messages] == ["j.bak@ug.debowa.example"]
            assert [row.state for row in gate.rows_of_letters()] == ["accepted", "refused", "refused"]
            told = look(gate.settings, utc_now(), 0.0)
            assert [(alarm.kind, alarm.count) for alarm in told.alarms] == [("refused", 2)]
            assert not told.is_well
