"""The watchman on a real register: facts become one notice, the journal and the memory that outlives a restart."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.entries import LEASE, NOW, letter, registered, spooled
from sqlalchemy import Engine, text
from sqlmodel import Session

from mailgate.domain.telling import Report
from mailgate.errors import ConfigurationError, RegisterBusy
from mailgate.intake.poller import PollerStatus
from mailgate.register import alarms, held, outbox, outcomes, spool
from mailgate.register.brake import STOPPED
from mailgate.register.database import reading, unit_of_work
from mailgate.register.needs import in_register
from mailgate.watchman import Senses, Watchman

MINUTE = timedelta(minutes=1)


class Post:
    """Time that only moves when it is told to, and what the administrators get."""

    def __init__(self, engine: Engine, poll_seconds: int = 60) -> None:
        self.engine = engine
        self.poll_seconds = poll_seconds
        self.now = NOW
        self.ticks = 1000.0
        self.reports: list[Report] = []
        self.reached: bool | None = None
        self.status: PollerStatus | None = None
        self.fault: Exception | None = None
        self.watchman = self.start()

    def start(self, tell: Callable[[Session, Report, datetime], int] | None = None) -> Watchman:
        senses = Senses(poller=lambda: self.status, smarthost=lambda: self.reached, poll_seconds=self.poll_seconds)
        self.watchman = Watchman(self.engine, senses, tell or self.tell, lambda: self.now, seconds=lambda: self.ticks)
        return self.watchman

    def tell(self, session: Session, report: Report, now: datetime) -> int:
        if self.fault:
            raise self.fault
        self.reports.append(report)
        return 1

    def wait(self, minutes: int = 1) -> None:
        """Let time pass, with a look each minute."""
        for _ in range(minutes):
            self.now += MINUTE
            self.ticks += 60
            self.watchman.look()

    def wait_long(self, minutes: int) -> None:
        """Let time pass, with one look at its end."""
        self.now += (minutes - 1) * MINUTE
        self.ticks += (minutes - 1) * 60
        self.wait()

    def rest(self, time: timedelta) -> None:
        """Let time pass without a daemon."""
        self.now += time
        self.ticks += time.total_seconds()
        self.start()
        self.watchman.look()

    def told(self) -> list[list[str]]:
        return [[one.kind for one in report.new] for report in self.reports]


@pytest.fixture
def post(engine: Engine) -> Post:
    return Post(engine)


def quarantine(engine: Engine, *names: str, at: datetime = NOW) -> None:
    ids = spooled(engine, *names)
    with unit_of_work(engine) as session:
        spool.claim(session, "a", len(ids), at, LEASE)
        for inbound_id in ids:
            spool.quarantine(session, inbound_id, "Why.", "odd", at)


def test_what_is_quarantined_is_told_within_a_minute_and_a_restart_tells_nothing_twice(post: Post) -> None:
    quarantine(post.engine, "a", "b")
    post.wait()
    assert post.told() == [["quarantine"]]
    assert post.reports[0].new[0].named == ("m1", "m2")
    for _ in range(3):
        post.start()
        post.wait(10)
    assert post.told() == [["quarantine"]]
    quarantine(post.engine, "c", at=post.now)
    post.wait()
    assert post.told() == [["quarantine"], ["quarantine"]]


def test_a_smarthost_that_stays_away_over_a_restart_is_told_once_and_its_return_as_well(post: Post) -> None:
    post.reached = False
    post.wait(10)
    assert post.reports == []
    post.wait(2)
    assert post.told() == [["smarthost"]]
    # After a restart nothing has been tried yet: what was known still holds.
    post.reached = None
    post.start()
    post.wait(20)
    assert post.told() == [["smarthost"]]
    post.reached = True
    post.wait()
    assert [one.kind for one in post.reports[1].over] == ["smarthost"]
    post.wait(60)
    assert len(post.reports) == 2


def test_only_a_completed_look_proves_that_the_mailbox_is_well(post: Post) -> None:
    post.status = PollerStatus("looking", completed_at=NOW)
    post.wait(10)
    assert post.reports == []
    post.wait(2)
    assert post.told() == [["mailbox"]]
    assert post.reports[0].new[0].since == NOW


def test_a_mailbox_that_was_never_reached_is_told_after_ten_minutes(post: Post) -> None:
    post.status = PollerStatus("pausing", trouble="connecting: refused")
    post.wait(10)
    assert post.reports == []
    post.wait()
    assert post.told() == [["mailbox"]]


def test_trouble_between_polls_that_are_hours_apart_is_told_ten_minutes_after_it_began(engine: Engine) -> None:
    post = Post(engine, poll_seconds=3600)
    post.status = PollerStatus("waiting", completed_at=NOW)
    post.wait(36)
    post.status = PollerStatus("pausing", completed_at=NOW, trouble="connecting: refused")
    post.wait(10)
    assert post.reports == []
    post.wait(2)
    assert post.told() == [["mailbox"]]


def test_a_look_that_goes_through_ends_the_alarm(post: Post) -> None:
    post.status = PollerStatus("pausing", trouble="connecting: refused")
    post.wait(30)
    post.status = PollerStatus("waiting", completed_at=post.now + MINUTE)
    post.wait()
    assert [one.kind for one in post.reports[-1].over] == ["mailbox"]


def test_a_clock_that_jumps_is_told_until_it_is_right_again(post: Post) -> None:
    post.wait(5)
    post.now += timedelta(minutes=10)
    post.wait()
    assert post.told() == [["clock"]]
    assert "+600 seconds" in post.reports[0].new[0].what
    post.now -= timedelta(minutes=10)
    post.wait(30)
    assert [one.kind for report in post.reports for one in report.over] == ["clock"]


def test_a_clock_that_is_corrected_little_by_little_is_no_alarm(post: Post) -> None:
    for _ in range(200):
        post.now += timedelta(seconds=2)
        post.wait()
    assert post.reports == []


def test_a_clock_that_was_set_back_while_the_daemon_was_down_is_told(post: Post) -> None:
    post.wait()
    post.now -= timedelta(hours=1)
    post.start()
    post.wait()
    assert post.told() == [["clock"]]


def test_a_database_that_cannot_be_used_is_in_the_journal_and_what_was_to_be_told_is_told_afterwards(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    quarantine(post.engine, "a")
    post.fault = RegisterBusy("The database is busy.")
    with caplog.at_level(logging.INFO, "mailgate.mail"):
        post.wait(3)
        assert (post.reports, [r.getMessage() for r in caplog.records if "kind=database" in r.getMessage()]) != ([], [])
        post.fault = None
        post.wait(2)
    lines = [record.getMessage().split()[:2] for record in caplog.records]
    assert lines.count(["alarm", "kind=quarantine"]) == 1
    assert lines.count(["alarm", "kind=database"]) == 1
    assert lines.count(["alarm-over", "kind=database"]) == 1
    assert "quarantine" in post.told()[0]


def test_a_notice_that_cannot_be_written_stops_nothing(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    quarantine(post.engine, "a")
    post.fault = ConfigurationError("The template cannot be filled.")
    post.wait(3)
    assert [r.getMessage() for r in caplog.records].count(
        "the administrators cannot be written to: The template cannot be filled."
    ) == 1
    post.fault = None
    post.wait()
    assert post.told() == [["quarantine"]]


def test_a_difference_stands_until_the_next_comparison_finds_none_also_over_a_restart(post: Post) -> None:
    post.watchman.reconciled(3, NOW)
    post.wait()
    assert post.told() == [["difference"]]
    post.start()
    post.wait(20)
    assert len(post.reports) == 1
    post.watchman.reconciled(0, post.now)
    post.wait()
    assert [one.kind for one in post.reports[-1].over] == ["difference"]


HOURS_50 = 50 * 60


def test_a_comparison_that_is_not_completed_is_told_after_two_days_and_so_is_the_next_one(post: Post) -> None:
    post.watchman.look()
    post.wait_long(HOURS_50)
    assert post.reports == []
    post.wait()
    assert post.told() == [["comparison"]]
    assert post.reports[0].new[0].since == NOW
    for _ in range(3):
        post.start()
        post.wait(20)
    assert len(post.reports) == 1
    post.watchman.reconciled(0, post.now)
    post.wait()
    assert [one.kind for one in post.reports[-1].over] == ["comparison"]
    assert post.watchman.compared_at == post.now - MINUTE
    post.start()
    post.watchman.look()
    assert post.watchman.compared_at == post.now - MINUTE
    post.wait_long(HOURS_50)
    post.wait()
    assert post.told()[2:] == [["comparison"]]


def test_a_daemon_that_is_restarted_every_day_and_never_compares_is_told_of(post: Post) -> None:
    post.watchman.look()
    for _ in range(2):
        post.wait_long(24 * 60)
        post.start()
        post.watchman.look()
    post.wait_long(2 * 60)
    assert post.reports == []
    post.wait()
    assert post.told() == [["comparison"]]


def test_the_time_in_which_no_daemon_ran_is_no_time_without_a_comparison(post: Post) -> None:
    """An office that turns its machine off over a long weekend is not alarmed on the morning after."""
    post.watchman.reconciled(0, post.now)
    post.wait_long(12 * 60)
    post.rest(timedelta(days=4))
    post.wait_long(HOURS_50 - 12 * 60)
    assert post.reports == []
    post.wait()
    assert post.told() == [["comparison"]]
    assert post.reports[0].new[0].since == NOW
    assert "6 days ago" in post.reports[0].new[0].what


def test_what_an_older_version_kept_begins_to_count_now(post: Post) -> None:
    post.watchman.look()
    with unit_of_work(post.engine) as session:
        kept = json.loads(session.connection().execute(text("SELECT CAST(outside AS TEXT) FROM watch")).scalar_one())
        del kept["uncompared_since"]
        session.connection().execute(text("UPDATE watch SET outside = :kept"), {"kept": json.dumps(kept)})
    post.start()
    post.watchman.look()
    post.wait_long(HOURS_50)
    assert post.reports == []
    post.wait()
    assert post.told() == [["comparison"]]


def test_a_disk_that_fills_up_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mailgate.domain.facts import Disk

    monkeypatch.setattr(
        "mailgate.watchman.disks", lambda folders: tuple(Disk(str(one), 1 << 20, 1 << 40) for one in folders)
    )
    reports: list[Report] = []
    watchman = Watchman(
        engine,
        Senses(folders=(tmp_path,)),
        lambda session, report, now: reports.append(report) or 1,
        lambda: datetime.now(UTC),
    )
    watchman.look()
    assert [(one.kind, one.urgent) for one in reports[0].new] == [("disk", True)]


def test_the_register_is_counted_by_what_a_person_must_do(engine: Engine) -> None:
    quarantine(engine, "odd")
    waiting = spooled(engine, "waiting")
    with unit_of_work(engine) as session:
        session.connection().execute(
            text("UPDATE inbound SET spooled_at = :at WHERE id = 1"), {"at": NOW.replace(tzinfo=None)}
        )
        (late, returned, answered, soon, later) = (
            registered(session, 1, acknowledge_by=NOW + by)[0]
            for by in (-MINUTE, timedelta(days=1), timedelta(days=1), MINUTE, timedelta(days=2))
        )
        registered(session, 1, acknowledge_by=NOW - MINUTE, acknowledged_at=NOW)
        held.hold(session, 1, late, "Why.", NOW)
        held.hold(session, 1, late, STOPPED.format("a{b@c.example"), NOW)
        ids = outbox.enqueue(
            session,
            [
                letter("1"),
                letter("2"),
                letter("3", returned),
                letter("4", answered, effect="answers"),
                letter("5", role="administrator", kind="notice", effect="none"),
                letter("6", role="administrator", kind="notice", effect="none"),
            ],
        )
        outcomes.mark_refused(session, ids[0], "550", NOW)
        outcomes.mark_uncertain(session, ids[1], "lost", NOW)
        outcomes.mark_refused(session, ids[4], "550", NOW)
    bounce(engine, *ids[2:4], ids[5])
    with reading(engine) as session:
        found = in_register(session, NOW)
    assert found.quarantined.named == ("m1",)
    assert found.waiting.named == tuple(f"m{one}" for one in waiting)
    assert (found.held.named, found.braked.named) == (("r1",), ("r2",))
    assert (found.refused.named, found.uncertain.named) == ((str(ids[0]),), (str(ids[1]),))
    assert found.returned.named == (str(ids[2]), str(ids[3]))
    assert found.notices.named == (str(ids[4]), str(ids[5]))
    assert found.unacknowledged.named == ("HOT-01/2026/000001", "HOT-01/2026/000004")
    assert (soon, later) == (4, 5)


def bounce(engine: Engine, *letter_ids: int) -> None:
    from mailgate.register.returned import mark_bounced

    with unit_of_work(engine) as session:
        for letter_id in letter_ids:
            outcomes.mark_accepted(session, letter_id, "250", NOW)
            assert mark_bounced(session, letter_id, "sender x@y.example", None, NOW)


def test_what_is_kept_comes_back_as_it_was(engine: Engine) -> None:
    from mailgate.domain.facts import Disk, Outside
    from mailgate.domain.telling import KnownAlarm, Told

    memory = alarms.Memory(
        (
            KnownAlarm("disk", "Full.", NOW, Told(1, None, urgent=True)),
            KnownAlarm("spool", "Stuck.", NOW, None, NOW + MINUTE),
        ),
        NOW,
        NOW - MINUTE,
        Outside(smarthost_since=NOW, clock_jump=-7, disks=(Disk("x", 1, 2),)),
    )
    for _ in range(2):
        with unit_of_work(engine) as session:
            alarms.remember(session, memory)
    with reading(engine) as session:
        assert alarms.remembered(session) == memory
