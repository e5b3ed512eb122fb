"""A historical inbox is put on record: nobody is written to, nothing is alarming, and every date stays (E25)."""

from __future__ import annotations

import mailbox
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from servers.deployment import Deployment, mail, reply_to
from servers.feeders import question_from

from mailgate.clock import utc_now
from mailgate.config import environment_without_settings
from mailgate.register.database import reading
from mailgate.register.overview import overview

BEGIN = datetime(2021, 3, 1, 9, 0, tzinfo=UTC)
"""10:00 in Warsaw, a Monday."""
NAMES = ("first", "second", "third")


def history() -> list[tuple[datetime, EmailMessage]]:
    """Three questions, and what else lies in an old inbox: free text, a vacation note, a bounce, a newsletter."""
    answered = question_from("first")
    others = [
        mail("Proszę o kontakt w sprawie wniosku.", "Ewa Lis <e.lis@free.example>", Subject="Prośba"),
        mail("Nie ma mnie w pracy.", "Ala Kos <a.kos@away.example>", Subject="Poza biurem", Auto_Submitted="auto-replied"),
        mail("Nie dostarczono.", "MAILER-DAEMON <mailer-daemon@mx.example>", Subject="Undelivered Mail Returned to Sender"),
        mail("Nowości!", "Gazeta <news@gazeta.example>", Subject="Nowości", List_Id="<news.gazeta.example>", Precedence="bulk"),
        reply_to(answered, "Dziękuję, proszę jeszcze o numer.", "Jan Bąk <j.bak@first.example>"),
    ]  # fmt: skip
    return [
        (BEGIN + timedelta(days=day), message)
        for day, message in enumerate([answered, *map(question_from, NAMES[1:]), *others])
    ]


def _as_received(at: datetime, message: EmailMessage) -> bytes:
    return f"Received: by mx.example; {format_datetime(at)}\n".encode() + message.as_bytes()


def mail_files(folder: Path) -> Path:
    for number, (at, message) in enumerate(history()):
        (folder / f"{number}.eml").write_bytes(_as_received(at, message))
    return folder


def mbox_file(folder: Path) -> Path:
    """The date stands in the line before each mail."""
    with (folder / "inbox").open("wb") as file:
        for at, message in history():
            file.write(f"From clerk@ug.example {at:%a %b %d %H:%M:%S %Y}\n".encode() + message.as_bytes() + b"\n\n")
    return folder / "inbox"


def maildir(folder: Path) -> Path:
    """The date stands in the name of each file."""
    box = mailbox.Maildir(folder / "Maildir")
    for number, (at, message) in enumerate(history()):
        name = f"{int(at.timestamp())}.{number}.mx:2,S"
        (folder / "Maildir" / "cur" / name).write_bytes(message.as_bytes())
    box.close()
    return folder / "Maildir"


@pytest.mark.parametrize("kept", [mail_files, mbox_file, maildir])
def test_e25_an_old_inbox_is_registered_with_its_dates_and_nobody_hears_of_it(
    tmp_path: Path, kept: Callable[[Path], Path]
) -> None:
    gate = Deployment(tmp_path)
    (tmp_path / "old").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "mailgate", "ingest", "--archive", str(kept(tmp_path / "old"))],
        env=environment_without_settings() | gate.environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{len(history())} mails taken, 0 known already, 0 refused.\n")
    with gate.running():
        gate.settled()
    received = {entry["question"]: entry["received_at"] for entry in gate.register()}
    for day, name in enumerate(NAMES):
        assert datetime.fromisoformat(received[f"Pytanie {name}?"]) == BEGIN + timedelta(days=day)
    assert {entry["number"][:11] for entry in gate.register()} == {"HOT-01/2021"}
    assert gate.rows_of_letters() == []
    assert gate.events("call_task") == []
    assert all(row.archive for row in gate.rows_of_mail()), "each is marked as archive"
    with reading(gate.engine) as session:
        now = overview(session, utc_now())
    assert (now.overdue, now.unacknowledged, now.nearest_deadline, now.quarantined, now.held) == (0, 0, None, 0, 0)
