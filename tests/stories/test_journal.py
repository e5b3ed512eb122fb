"""The journal of a whole day tells every step of every mail, and nothing of what people wrote or who they are."""

from __future__ import annotations

import io
import logging
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.deployment import HOTLINE, Deployment, form_text, mail, reply_to

from mailgate.journal import Discreet

pytestmark = pytest.mark.usefixtures("databases")

CONSULTANT = "Bożydar Wszędobylski <bozydar.wszedobylski@wsparcie-osobowe.example>"
CLERK = "Pankracy Chrząszczykiewicz <p.chrzaszczykiewicz@gmina-szczebrzeszyn.example>"
FORM = form_text(
    user_name="Pankracy Chrząszczykiewicz",
    office="Urząd Gminy Szczebrzeszyn",
    reference="SZCZ.0140.77.2026",
    contact="84 612 34 56, p.chrzaszczykiewicz@gmina-szczebrzeszyn.example",
    question="Czy świadczenie dla pani Genowefy Brzęczyszczykiewicz można cofnąć?",
)
PERSONAL = (
    "chrz", "pankrac", "szczeb", "szcz.0140", "612 34 56", "6123456", "genowef", "brzęcz", "brzecz", "cofn", "wiadczeni",
    "bożydar", "bozydar", "wszedo", "wszędo", "gżegżół", "gzegzol", "zaległ", "urlop", "nowin", "kpina",
)  # fmt: skip
"""Pieces of names, addresses, numbers and words of the story, in lower case."""


@contextmanager
def journal() -> Iterator[io.StringIO]:
    """All that the daemon writes at its default level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def a_day(gate: Deployment) -> None:
    """A question, its answer, thanks; a machine, a newsletter, a bounce; letters of strangers; what is refused."""
    gate.send(mail(FORM, CLERK, Subject="Pani Genowefa"))
    letters = gate.letters(2)
    to_consultant = next(one for one in letters if "wszedobylski" in str(one["To"]))
    receipt = next(one for one in letters if one is not to_consultant)
    gate.send(reply_to(to_consultant, "Dzień dobry,\n\nnie można cofnąć zaległości.", CONSULTANT))
    [answer] = gate.letters(1)
    gate.send(reply_to(answer, "A co z panią Gżegżółką?", CLERK))
    gate.send(reply_to(to_consultant, "To kpina.", "Obcy Gżegżółka <obcy@gzegzolka.example>"))
    gate.send(reply_to(receipt, "Jestem na urlopie.", CLERK, Auto_Submitted="auto-replied"))
    gate.send(mail("Nowiny dla pani Genowefy", "nowiny@gzegzolka.example", List_Id="Nowiny <nowiny.gzegzolka.example>",
                   Precedence="bulk", List_Unsubscribe="<mailto:nowiny@gzegzolka.example>"))  # fmt: skip
    gate.send(mail("Proszę o pomoc. Genowefa Brzęczyszczykiewicz", "g.brzecz@gzegzolka.example"))
    gate.send(mail(FORM, CLERK, Subject="Pani Genowefa"))
    gate.send(bounce(receipt["Message-ID"]), sender="")
    with smtplib.SMTP("127.0.0.1", gate.port, timeout=30) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("pankracy@gzegzolka.example", ["genowefa@gzegzolka.example"], b"Subject: kpina\r\n\r\nx")
    gate.settled()


def bounce(message_id: str) -> bytes:
    """A delivery notice about one of our letters."""
    lines = (
        "From: MAILER-DAEMON@gzegzolka.example", f"To: {HOTLINE}", "Subject: Undelivered Mail",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "MIME-Version: 1.0", "",
        "--b", "Content-Type: text/plain", "", "p.chrzaszczykiewicz@gmina-szczebrzeszyn.example is full", "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; gzegzolka.example", "",
        "Final-Recipient: rfc822; p.chrzaszczykiewicz@gmina-szczebrzeszyn.example", "Action: failed", "Status: 5.2.2",
        "Diagnostic-Code: smtp; 552 5.2.2 <p.chrzaszczykiewicz@gmina-szczebrzeszyn.example> mailbox full", "",
        "--b", "Content-Type: text/rfc822-headers", "", f"Message-ID: {message_id}", "", "--b--", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def test_the_journal_of_a_day_holds_nothing_personal_and_every_step(tmp_path: Path) -> None:
    gate = Deployment(tmp_path, CONSULTANTS=CONSULTANT)
    with journal() as written, gate.running():
        a_day(gate)
    told = written.getvalue()
    leaks = [line for line in told.splitlines() if any(piece in line.lower() for piece in PERSONAL)]
    assert leaks == []
    steps = set(re.findall(r"mailgate\.mail ([a-z-]+) ", told))
    assert steps >= {
        "received", "duplicate", "rejected", "registered", "noted", "handled", "held", "quarantined", "letter-accepted",
        "letter-bounced",
    }, told  # fmt: skip
    assert re.search(r"registered spool=1 number=HOT-01/2026/000001 kind=question after=\d+\.\d{3}\n", told), told
    assert re.search(
        r"letter-accepted letter=\d+ number=HOT-01/2026/000001 kind=acknowledgement reply=250 after=", told
    )


def test_each_mail_of_the_spool_has_its_end_in_the_journal(tmp_path: Path) -> None:
    """One that is handled, or one that says that it was set aside."""
    gate = Deployment(tmp_path, CONSULTANTS=CONSULTANT)
    with journal() as written, gate.running():
        gate.send(mail(FORM, CLERK))
        gate.send(mail("Proszę o pomoc.", "g.brzecz@gzegzolka.example"))
        gate.settled()
        mails = {row.id for row in gate.rows_of_mail()}
    ended = {int(found) for found in re.findall(r"(?:handled|quarantined) spool=(\d+)", written.getvalue())}
    assert mails and ended == mails
