"""A backup is missed two days after the next one was expected, and only where one was ever tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailgate.domain.alarms import alarms
from mailgate.domain.facts import InRegister, Outside
from mailgate.domain.lastbackup import LastBackup

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("every", [1, 7])
def test_the_next_one_may_be_two_days_late(every: int) -> None:
    last = LastBackup(NOW, "x.tar", 9, every)
    assert last.due == NOW + every * DAY
    assert not last.is_missed(NOW + (every + 2) * DAY)
    assert last.is_missed(NOW + (every + 2) * DAY + MINUTE)


def test_where_no_next_one_is_expected_none_is_missed() -> None:
    last = LastBackup(NOW, "x.tar", 9, every=0)
    assert (last.due, last.is_missed(NOW + 4000 * DAY)) == (None, False)


def test_tries_that_fail_from_the_first_one_on_are_missed_as_well() -> None:
    first = LastBackup().failed(NOW, 1, "No room.")
    second = first.failed(NOW + DAY, 1, "Still no room.")
    assert (second.failing_since, second.trouble) == (NOW, "Still no room.")
    assert not second.is_missed(NOW + 3 * DAY)
    assert second.is_missed(NOW + 3 * DAY + MINUTE)


def test_a_try_that_fails_does_not_make_the_last_good_one_younger() -> None:
    last = LastBackup(NOW, "x.tar", 9).failed(NOW + 3 * DAY, 1, "No room.")
    assert (last.made_at, last.file, last.failing_since) == (NOW, "x.tar", NOW + 3 * DAY)
    assert last.is_missed(NOW + 3 * DAY + MINUTE)


def told(backup: LastBackup | None, now: datetime) -> list[tuple[str, str, datetime | None]]:
    return [(one.kind, one.what, one.since) for one in alarms(InRegister(), Outside(backup=backup), now)]


def test_one_that_is_missed_is_an_alarm_with_its_age() -> None:
    assert told(LastBackup(NOW), NOW + 3 * DAY) == []
    old = [("backup", "The last verified backup is 5 days old.", NOW)]
    assert told(LastBackup(NOW), NOW + 5 * DAY + MINUTE) == old
    assert told(LastBackup(failing_since=NOW), NOW + 5 * DAY) == [("backup", "No backup has succeeded yet.", NOW)]


def test_whoever_backs_up_otherwise_is_never_reminded() -> None:
    assert told(None, NOW) == []
    assert told(LastBackup(NOW, every=0), NOW + 4000 * DAY) == []
