"""What needs a person is told once, by one mail to the administrators, and never to anybody else."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from threading import local

import pytest
from servers.deployment import HOTLINE, Deployment, eventually, form_text, mail, reply_to, text_of
from servers.notices import delivery_notice
from servers.smtp_sink import SmtpSink
from typer.testing import CliRunner

from mailgate.cli.program import app
from mailgate.clock import utc_now
from mailgate.register.tables import WatchRow
from mailgate.watchman import since_boot

ADMIN = "admin@csizs.example"
MINUTE = timedelta(minutes=1)


class Time:
    """The clock, and the seconds that nobody can set, moved on together.

    A look asks for the clock and then for the seconds: a move between the two would seem to be a clock that was set.
    """

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self._asked = local()

    def clock(self) -> datetime:
        self._asked.ahead = self.ahead
        return utc_now() + self._asked.ahead

    def seconds(self) -> float:
        ahead: timedelta = getattr(self._asked, "ahead", self.ahead)
        return since_boot() + ahead.total_seconds()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look, which is due each minute, comes at once."""
    monkeypatch.setattr("mailgate.daemon.WATCH_SECONDS", 0.1)
    monkeypatch.setattr("mailgate.delivery.outage.SHORTEST", 0.1)
    monkeypatch.setattr("mailgate.delivery.outage.LONGEST", 0.1)


def watched(folder: Path, time: Time, **settings: str) -> Deployment:
    gate = Deployment(folder, ADMINS=f"Admin <{ADMIN}>", **settings)
    gate.clock, gate.seconds = time.clock, time.seconds
    return gate


def notices(gate: Deployment) -> list[str]:
    """The subjects of all notices that were ever queued."""
    return [row.subject.partition("] ")[2] for row in gate.rows_of_letters() if row.kind == "notice"]


def looked(gate: Deployment) -> None:
    """Wait for two looks that begin after this call."""
    for _ in range(2):
        seen_before = seen(gate)
        eventually("a look", partial(differs, gate, seen_before))


def seen(gate: Deployment) -> list[datetime]:
    return [row.seen_at for row in gate.rows(WatchRow)]


def differs(gate: Deployment, before: list[datetime]) -> bool:
    return seen(gate) != before


def needs(gate: Deployment, time: Time, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What ``mailgate status`` lists as needing a person, by the clock of the story."""
    monkeypatch.chdir(gate.folder)
    monkeypatch.setattr("mailgate.clock.utc_now", time.clock)
    told = CliRunner(env=gate.environment).invoke(app, ["status", "--json"], catch_exceptions=False)
    alarms = json.loads(told.stdout)["needs_a_person"]
    assert told.exit_code == bool(alarms)
    return [alarm["kind"] for alarm in alarms]


def test_a_smarthost_that_dies_is_one_notice_after_ten_minutes_and_one_when_it_is_back(
    tmp_path: Path, time: Time, sink: SmtpSink, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice waits in the outbox as everything does; journal and status carry it meanwhile."""
    gate = watched(tmp_path, time, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")
    sink.stop_listening()
    with caplog.at_level(logging.INFO, "mailgate.mail"), gate.running():
        gate.send(mail(form_text()))
        eventually("the smarthost is missed", lambda: "smarthost-unreachable" in caplog.text)
        looked(gate)
        time.ahead += 9 * MINUTE
        looked(gate)
        assert notices(gate) == []
        time.ahead += 2 * MINUTE
        eventually("the administrators are told", lambda: notices(gate))
        for _ in range(5):
            time.ahead += 20 * MINUTE
            looked(gate)
        assert notices(gate) == ["Needs a person: smarthost"]
        assert "alarm kind=smarthost" in caplog.text
        assert needs(gate, time, monkeypatch) == ["smarthost"]
    with gate.running():
        looked(gate)
        assert notices(gate) == ["Needs a person: smarthost"]
        sink.listen()
        eventually("the end is told", lambda: "Over: smarthost" in notices(gate))
        gate.settled()
        assert needs(gate, time, monkeypatch) == []
    assert notices(gate) == ["Needs a person: smarthost", "Over: smarthost"]
    told = [one for one in sink.messages if one.recipient == ADMIN]
    assert len(told) == 2
    assert all(one.recipient != ADMIN for one in sink.messages if b"[mailgate" not in one.content)


def notice_of(gate: Deployment) -> EmailMessage:
    found: list[EmailMessage] = []

    def notice() -> EmailMessage | None:
        found.extend(gate.fresh_letters())
        return next((one for one in found if str(one["To"]).endswith(f"<{ADMIN}>")), None)

    return eventually("a notice", notice)


def spoofed() -> EmailMessage:
    """A mail that bears our own address: it is set aside."""
    return mail("Proszę o hasło.", f"Hot-line <{HOTLINE}>")


def test_a_notice_names_no_one_and_goes_to_administrators_only(tmp_path: Path, time: Time) -> None:
    with watched(tmp_path, time).running() as gate:
        gate.send(spoofed(), sender="zlodziej@obcy.example")
        notice = notice_of(gate)
        text = text_of(notice)
    assert notice["Auto-Submitted"] == "auto-generated"
    assert "1 mail is in quarantine" in text
    assert "Which: m1" in text
    assert "mailgate quarantine list" in text
    assert "obcy.example" not in notice.as_string()
    assert [row.recipient for row in gate.rows_of_letters()] == [ADMIN]


def test_nothing_that_becomes_of_a_notice_makes_another_one(
    tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It bounces, its reader is away, and its reader answers: none of it is a question, an answer or an alarm."""
    with watched(tmp_path, time).running() as gate:
        gate.send(spoofed(), sender="zlodziej@obcy.example")
        notice = notice_of(gate)
        gate.send(delivery_notice(notice, ADMIN), sender="")
        away = reply_to(notice, "Jestem na urlopie.", f"Admin <{ADMIN}>", Auto_Submitted="auto-replied")
        gate.send(away)
        gate.send(reply_to(notice, "Dziękuję, patrzę.", f"Admin <{ADMIN}>"))
        eventually("all are taken", lambda: len(gate.rows_of_mail()) == 4)
        gate.settled()
        for _ in range(3):
            time.ahead += 20 * MINUTE
            looked(gate)
        assert notices(gate) == ["Needs a person: quarantine"]
        assert needs(gate, time, monkeypatch) == ["quarantine", "notice"]
    assert gate.register() == []
    assert [row.state for row in gate.rows_of_mail()] == ["quarantined", "done", "done", "done"]
    assert [row.recipient for row in gate.rows_of_letters()] == [ADMIN]


@pytest.mark.parametrize("marks", [{"Auto_Submitted": "auto-replied"}, {}])
def test_a_help_desk_that_acknowledges_every_notice_gets_no_further_one(
    tmp_path: Path, time: Time, marks: dict[str, str]
) -> None:
    """Its receipts bear a number of their own and no trace of our token: none of them is news."""
    with watched(tmp_path, time).running() as gate:
        gate.send(spoofed(), sender="zlodziej@obcy.example")
        notice = notice_of(gate)
        for number in range(2):
            receipt = f"Dziękujemy. Zgłoszenie zarejestrowano pod numerem {number}."
            subject = f"[Zgłoszenie#{number}] {notice['Subject']}"
            gate.send(mail(receipt, f"Pomoc <{ADMIN}>", Subject=subject, **marks), sender="")
            gate.settled()
            time.ahead += 20 * MINUTE
            looked(gate)
        assert notices(gate) == ["Needs a person: quarantine"]
    assert gate.register() == []
    assert [row.state for row in gate.rows_of_mail()] == ["quarantined", "done", "done"]


def test_a_backup_that_stays_away_is_told_and_so_is_the_next_one(
    tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has never made one is not reminded; three days after the first the administrators are told."""

    def back_up() -> None:
        monkeypatch.chdir(gate.folder)
        monkeypatch.setattr("mailgate.clock.utc_now", time.clock)
        made = CliRunner(env=gate.environment).invoke(app, ["backup", "backups"], catch_exceptions=False)
        assert made.exit_code == 0, made.output

    # The daily comparison is begun by a clock that nobody moves here.
    monkeypatch.setattr("mailgate.domain.alarms.COMPARED_WITHIN", timedelta.max)
    with watched(tmp_path, time).running() as gate:
        time.ahead += timedelta(days=30)
        looked(gate)
        assert (notices(gate), needs(gate, time, monkeypatch)) == ([], [])
        back_up()
        time.ahead += timedelta(days=3) - MINUTE
        looked(gate)
        assert (notices(gate), needs(gate, time, monkeypatch)) == ([], [])
        time.ahead += 2 * MINUTE
        eventually("the administrators are told", lambda: notices(gate) == ["Needs a person: backup"])
        assert needs(gate, time, monkeypatch) == ["backup"]
        back_up()
        time.ahead += 20 * MINUTE
        eventually("the end is told", lambda: notices(gate) == ["Needs a person: backup", "Over: backup"])
        assert needs(gate, time, monkeypatch) == []
