"""Of several daemons at one mailbox the one that reads it tells of the register; each tells of its own machine."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from servers.entries import NOW
from sqlalchemy import Engine
from test_watchman import MINUTE, Post, quarantine

from mailgate.intake.poller import PollerStatus
from mailgate.register import alarms
from mailgate.register.database import reading


def at_work(now: datetime) -> PollerStatus:
    return PollerStatus("waiting", completed_at=now)


def standing_by(looked_at: datetime | None) -> PollerStatus:
    return PollerStatus("standby", completed_at=looked_at, holder="other:/var/lib/mailgate")


class Pair:
    """Two daemons on one register, of which the first reads the mailbox to begin with."""

    def __init__(self, engine: Engine) -> None:
        self.posts = [Post(engine), Post(engine)]
        self.reader = 0

    def wait(self, minutes: int = 1) -> None:
        for _ in range(minutes):
            for number, post in enumerate(self.posts):
                now = post.now + MINUTE
                post.status = at_work(now) if number == self.reader else standing_by(now)
                post.wait()

    def told(self) -> list[list[list[str]]]:
        """What was new in each notice that was on anything but an end."""
        return [
            [kinds for kinds, report in zip(post.told(), post.reports, strict=True) if kinds or not report.over]
            for post in self.posts
        ]

    def over(self) -> list[str]:
        return [one.kind for post in self.posts for report in post.reports for one in report.over]


@pytest.fixture
def pair(engine: Engine) -> Pair:
    return Pair(engine)


def test_what_stands_in_the_register_is_told_once_also_when_the_other_daemon_takes_over_and_when_it_is_given_back(
    pair: Pair,
) -> None:
    quarantine(pair.posts[0].engine, "a")
    for reader in (0, 1, 0, 1):
        pair.reader = reader
        pair.wait(20)
    assert pair.told() == [[["quarantine"]], []]
    assert pair.over() == []
    quarantine(pair.posts[0].engine, "b", at=pair.posts[1].now)
    pair.wait(20)
    assert pair.told() == [[["quarantine"]], [["quarantine"]]]


def test_who_stands_by_tells_of_its_own_machine_and_of_nobody_elses(pair: Pair) -> None:
    for post, reached in zip(pair.posts, (True, False), strict=True):
        post.reached = reached
    pair.wait(15)
    for reader in (1, 0):
        pair.reader = reader
        pair.wait(15)
    assert pair.told() == [[], [["smarthost"]]]
    assert pair.over() == []
    pair.posts[1].reached = True
    pair.wait(15)
    assert (pair.told(), pair.over()) == ([[], [["smarthost"]]], ["smarthost"])


def test_a_difference_that_was_found_is_told_by_whoever_reads_until_a_comparison_finds_none(pair: Pair) -> None:
    pair.wait()
    pair.posts[0].watchman.reconciled(2, pair.posts[0].now)
    for reader in (0, 1):
        pair.reader = reader
        pair.wait(20)
    with reading(pair.posts[0].engine) as session:
        assert alarms.remembered(session).outside.differences == 2
    pair.posts[1].watchman.reconciled(0, pair.posts[1].now)
    pair.wait(20)
    assert (pair.told(), pair.over()) == ([[["difference"]], []], ["difference"])


def test_a_comparison_that_nobody_completes_is_told_once_by_whoever_reads(pair: Pair) -> None:
    """Who takes over goes on where the other stopped, and who stands by leaves it alone."""
    pair.wait()
    for reader in (0, 1, 0):
        pair.reader = reader
        for post in pair.posts:
            post.now += 20 * 60 * MINUTE
            post.ticks += 20 * 3600
        pair.wait(2)
    assert (pair.told(), pair.over()) == ([[["comparison"]], []], [])
    pair.posts[0].watchman.reconciled(0, pair.posts[0].now)
    for reader in (0, 1):
        pair.reader = reader
        pair.wait(20)
    assert (pair.told(), pair.over()) == ([[["comparison"]], []], ["comparison"])


def test_nobody_is_alarmed_by_a_mailbox_that_another_daemon_reads_and_somebody_is_when_it_does_not(
    engine: Engine,
) -> None:
    post = Post(engine)
    for _ in range(60):
        post.status = standing_by(post.now)
        post.wait()
    assert post.reports == []
    post.wait(15)
    assert post.told() == [["mailbox"]]
    assert post.reports[0].new[0].since == post.now - 15 * MINUTE - MINUTE


def test_the_last_look_of_a_time_when_no_daemon_ran_is_no_alarm_before_the_holder_had_time_to_look(
    engine: Engine,
) -> None:
    """Started after a weekend, while the holder still takes what came."""
    post = Post(engine)
    post.status = standing_by(NOW - timedelta(days=2))
    post.wait(10)
    assert post.reports == []
    post.wait(5)
    assert post.told() == [["mailbox"]]


def test_a_daemon_that_was_started_anew_tells_nothing_twice_though_its_poller_has_not_begun_at_its_first_look(
    engine: Engine,
) -> None:
    post = Post(engine)
    quarantine(engine, "a")
    for _ in range(2):
        post.start()
        post.status = PollerStatus("stopped")
        post.watchman.look()
        post.status = at_work(post.now + MINUTE)
        post.wait(2)
    assert post.told() == [["quarantine"]]
