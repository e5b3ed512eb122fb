"""What needs a person, and when the administrators are told: one notice for all, and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.domain.alarms import Alarm, alarms
from mailgate.domain.facts import Disk, InRegister, Outside, Pile
from mailgate.domain.telling import GAP, REMINDER, KnownAlarm, Report, telling

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GIB = 1 << 30
ONE = Pile(1, NOW, NOW, ("m1",))
TWO = Pile(2, NOW, NOW + 20 * MINUTE, ("m1", "m2"))


def kinds(register: InRegister | None = None, now: datetime = NOW, **outside: object) -> list[str]:
    return [one.kind for one in alarms(register or InRegister(), Outside(**outside), now)]  # type: ignore[arg-type]


def standing(*names: str, **changes: object) -> tuple[Alarm, ...]:
    return tuple(
        replace(Alarm(name, f"{name}.", "see", "cure", NOW), **changes)  # type: ignore[arg-type]
        for name in names
    )


class Office:
    """The administrators' inbox over a time, one look a minute."""

    def __init__(self) -> None:
        self.known: Sequence[KnownAlarm] = ()
        self.last: datetime | None = None
        self.reports: list[tuple[datetime, Report]] = []
        self.journal: list[str] = []

    def look(self, now: datetime, *found: Alarm, mailed: bool = True) -> Report | None:
        happened = telling(self.known, found, self.last, now, mailed=mailed)
        self.known = happened.known
        self.journal += [f"+{one.kind}" for one in happened.begun] + [f"-{one.kind}" for one in happened.ended]
        if happened.report:
            self.last = now
            self.reports.append((now, happened.report))
        return happened.report

    def watch(self, since: datetime, minutes: int, *found: Alarm) -> None:
        for minute in range(minutes):
            self.look(since + minute * MINUTE, *found)

    def told(self) -> list[tuple[list[str], list[str], list[str]]]:
        return [
            ([one.kind for one in report.new], [one.kind for one in report.standing], [one.kind for one in report.over])
            for _, report in self.reports
        ]


def test_where_nothing_is_wrong_nobody_is_told() -> None:
    office = Office()
    office.watch(NOW, 3 * 24 * 60)
    assert (office.reports, office.journal) == ([], [])


@pytest.mark.parametrize(
    ("pile", "kind"),
    [
        ("quarantined", "quarantine"),
        ("bounces", "bounce"),
        ("held", "held"),
        ("braked", "brake"),
        ("uncertain", "uncertain"),
        ("refused", "refused"),
        ("returned", "returned"),
        ("unacknowledged", "acknowledgement"),
        ("notices", "notice"),
    ],
)
def test_each_thing_that_waits_for_a_person_is_an_alarm_with_its_number_and_ids(pile: str, kind: str) -> None:
    (alarm,) = alarms(InRegister(**{pile: TWO}), Outside(), NOW)
    assert (alarm.kind, alarm.count, alarm.named, alarm.since) == (kind, 2, ("m1", "m2"), NOW)
    assert "2 " in alarm.what
    assert alarm.show.startswith("mailgate ")
    assert alarm.cure.endswith((".", "`"))


@pytest.mark.parametrize("fact", ["mailbox_silent_since", "smarthost_since", "mailbox_oldest"])
def test_a_server_may_be_silent_and_a_mail_may_wait_for_ten_minutes(fact: str) -> None:
    patient = kinds(now=NOW + 10 * MINUTE, **{fact: NOW}, mailbox_waiting=1)
    told = kinds(now=NOW + 10 * MINUTE + timedelta(seconds=1), **{fact: NOW}, mailbox_waiting=1)
    assert (len(patient), len(told)) == (0, 1)


def test_mail_of_the_weekend_is_no_alarm_while_the_daemon_has_just_begun_to_take_it() -> None:
    friday = NOW - timedelta(days=3)
    facts = {"mailbox_oldest": friday, "mailbox_waiting": 900, "running_since": NOW}
    assert kinds(now=NOW + 9 * MINUTE, **facts) == []
    assert kinds(now=NOW + 11 * MINUTE, **facts) == ["backlog"]


def test_mail_in_the_spool_is_an_alarm_after_ten_minutes() -> None:
    assert kinds(InRegister(waiting=ONE), NOW + 10 * MINUTE) == []
    assert kinds(InRegister(waiting=ONE), NOW + 11 * MINUTE) == ["spool"]


@pytest.mark.parametrize(
    ("free", "total", "urgent"),
    [
        (2 * GIB, 100 * GIB, None),
        (GIB - 1, 100 * GIB, False),
        (100 << 20, 100 * GIB, True),
        (GIB // 2, 2 * GIB, None),
        (GIB // 20, 2 * GIB, False),
        (GIB // 100, 2 * GIB, True),
    ],
)
def test_a_disk_is_nearly_full_below_a_gibibyte_or_a_twentieth_whichever_is_less(
    free: int, total: int, urgent: bool | None
) -> None:
    found = alarms(InRegister(), Outside(disks=(Disk("storage", free, total),)), NOW)
    assert [one.urgent for one in found] == ([] if urgent is None else [urgent])


def test_no_deadline_is_judged_while_the_clock_is_in_doubt() -> None:
    late = InRegister(unacknowledged=Pile(1, NOW - MINUTE, NOW - MINUTE, ("HOT-01/2026/000001",)))
    assert kinds(late) == ["acknowledgement"]
    assert kinds(late, clock_since=NOW, clock_jump=3600) == ["clock"]


def test_a_comparison_that_stays_away_for_more_than_two_days_is_an_alarm_with_its_age() -> None:
    nights = timedelta(hours=50)
    assert kinds(now=NOW + nights, uncompared_since=NOW) == []
    later = NOW + nights + MINUTE
    (never,) = alarms(InRegister(), Outside(uncompared_since=NOW), later)
    assert (never.kind, never.since, never.urgent) == ("comparison", NOW, False)
    assert never.what == "Mailbox, spool, register and outbox have not been compared yet."
    # The daemon was off for a day in between, which does not count against it.
    last = Outside(differences_at=NOW - timedelta(days=1), uncompared_since=NOW)
    (old,) = alarms(InRegister(), last, later)
    assert (old.what, old.since) == (
        "Mailbox, spool, register and outbox were last compared 3 days ago.",
        NOW - timedelta(days=1),
    )
    assert kinds(now=later, uncompared_since=NOW, clock_since=NOW, clock_jump=200000) == ["clock"]


def test_a_database_that_does_not_answer_is_an_alarm_by_itself() -> None:
    found = alarms(None, Outside(database_since=NOW), NOW + 2 * MINUTE)
    assert [one.kind for one in found] == ["database"]


def test_the_urgent_stand_first() -> None:
    register = InRegister(quarantined=ONE, unacknowledged=ONE)
    assert [one.kind for one in alarms(register, Outside(), NOW)] == ["acknowledgement", "quarantine"]


def test_the_first_is_told_at_once_and_what_comes_soon_after_it_together_a_quarter_of_an_hour_later() -> None:
    office = Office()
    assert office.look(NOW, *standing("quarantine"))
    for minute in range(1, 15):
        assert office.look(NOW + minute * MINUTE, *standing("quarantine", "smarthost", "disk")) is None
    assert office.look(NOW + GAP, *standing("quarantine", "smarthost", "disk"))
    assert office.told() == [(["quarantine"], [], []), (["smarthost", "disk"], ["quarantine"], [])]


def test_what_stands_is_told_again_once_a_day() -> None:
    office = Office()
    office.watch(NOW, 2 * 24 * 60 + 1, *standing("quarantine"))
    assert [at - NOW for at, _ in office.reports] == [timedelta(0), REMINDER, 2 * REMINDER]
    assert office.told()[1:] == [([], ["quarantine"], [])] * 2


def test_what_is_over_is_told_once_and_its_end_is_in_the_journal() -> None:
    office = Office()
    office.watch(NOW, 30, *standing("smarthost"))
    office.watch(NOW + 30 * MINUTE, 24 * 60)
    assert office.told() == [(["smarthost"], [], []), ([], [], ["smarthost"])]
    assert office.journal == ["+smarthost", "-smarthost"]
    over = office.reports[1][1].over[0]
    assert (over.since, over.ended_at) == (NOW, NOW + 30 * MINUTE)
    assert office.known == ()


def test_what_came_and_went_before_it_was_told_is_in_the_journal_only() -> None:
    office = Office()
    office.look(NOW, *standing("quarantine"))
    office.look(NOW + MINUTE, *standing("quarantine", "disk"))
    office.watch(NOW + 2 * MINUTE, 60, *standing("quarantine"))
    assert office.told() == [(["quarantine"], [], [])]
    assert office.journal == ["+quarantine", "+disk", "-disk"]


def test_one_more_of_the_same_is_news_and_one_less_is_not() -> None:
    office = Office()
    office.look(NOW, *standing("quarantine", count=2))
    office.look(NOW + GAP, *standing("quarantine", count=1))
    assert len(office.reports) == 1
    office.look(NOW + 2 * GAP, *standing("quarantine", count=2))
    assert office.told()[1] == (["quarantine"], [], [])


def test_a_newer_one_in_place_of_another_is_news() -> None:
    office = Office()
    office.look(NOW, *standing("held", newest=NOW))
    office.look(NOW + GAP, *standing("held", newest=NOW + MINUTE))
    assert [report[0] for report in office.told()] == [["held"], ["held"]]


def test_what_becomes_urgent_is_news() -> None:
    office = Office()
    office.look(NOW, *standing("disk"))
    office.look(NOW + GAP, *standing("disk", urgent=True))
    office.look(NOW + 2 * GAP, *standing("disk", urgent=True))
    assert [report[0] for report in office.told()] == [["disk"], ["disk"]]


def test_bounces_that_notices_provoke_make_no_loop() -> None:
    """A delivery notice about no known letter may be about a notice: a further one waits for the daily reminder."""
    office = Office()
    for minute in range(24 * 60):
        count = 1 + len(office.reports)
        office.look(NOW + minute * MINUTE, *standing("bounce", count=count, newest=NOW + minute * MINUTE))
    assert len(office.reports) == 1


def test_a_notice_that_was_not_delivered_is_never_told_by_mail() -> None:
    office = Office()
    office.watch(NOW, 2 * 24 * 60, *standing("notice"))
    assert (office.reports, office.journal) == ([], ["+notice"])
    office.look(NOW + timedelta(days=3), *standing("notice", "disk"))
    assert office.told() == [(["disk"], [], [])]


def test_without_administrators_only_the_journal_is_told() -> None:
    office = Office()
    office.look(NOW, *standing("disk"), mailed=False)
    office.look(NOW + MINUTE, mailed=False)
    assert (office.reports, office.journal, office.known) == ([], ["+disk", "-disk"], ())


def test_administrators_who_are_named_later_are_told_what_stands() -> None:
    office = Office()
    office.look(NOW, *standing("disk"), mailed=False)
    assert office.look(NOW + MINUTE, *standing("disk"))


def test_what_begins_again_before_its_end_was_told_is_told_as_new() -> None:
    office = Office()
    office.look(NOW, *standing("smarthost"))
    office.look(NOW + MINUTE)
    office.look(NOW + 2 * MINUTE, *standing("smarthost"))
    office.watch(NOW + 3 * MINUTE, 20, *standing("smarthost"))
    assert office.told() == [(["smarthost"], [], []), (["smarthost"], [], [])]


def test_a_clock_that_was_set_back_does_not_silence_anything() -> None:
    office = Office()
    office.look(NOW, *standing("disk"))
    earlier = NOW - timedelta(days=2)
    assert office.look(earlier, *standing("disk", "clock"))


def test_an_alarm_without_a_beginning_of_its_own_keeps_the_moment_at_which_it_was_first_seen() -> None:
    office = Office()
    office.look(NOW, *standing("disk", since=None))
    office.look(NOW + REMINDER, *standing("disk", since=None))
    assert office.reports[1][1].standing[0].since == NOW
