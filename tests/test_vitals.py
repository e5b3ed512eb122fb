"""The watchdog is fed by stages that complete their rounds, and by nothing else."""

from __future__ import annotations

from mailgate.vitals import Vitals


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def vitals(**due: float) -> tuple[Vitals, Clock, list[float]]:
    clock, fed = Clock(), []
    watched = Vitals(due, clock)
    watched.feed(lambda: fed.append(clock.now))
    return watched, clock, fed


def test_time_alone_feeds_nothing():
    _, clock, fed = vitals(mailbox=60, pipeline=30)
    clock.now += 20
    assert fed == []


def test_a_completed_round_feeds_the_watchdog_while_all_are_in_time():
    watched, clock, fed = vitals(mailbox=60, pipeline=30)
    clock.now += 20
    watched.pulse("pipeline")
    assert fed == [120.0]


def test_one_stage_that_hangs_ends_the_feeding_however_lively_the_others_are():
    watched, clock, fed = vitals(mailbox=60, pipeline=30)
    for _ in range(10):
        clock.now += 20
        watched.pulse("pipeline")
    assert fed == [120.0, 140.0, 160.0]
    assert watched.overdue() == ("mailbox",)


def test_a_stage_that_comes_back_feeds_again():
    watched, clock, fed = vitals(mailbox=60)
    clock.now += 200
    assert watched.overdue() == ("mailbox",)
    watched.pulse("mailbox")
    assert fed == [300.0]
    assert watched.overdue() == ()


def test_each_stage_tells_the_age_of_its_last_round_and_when_the_next_is_due():
    watched, clock, _ = vitals(mailbox=60, pipeline=30)
    clock.now += 20
    watched.pulse("pipeline")
    clock.now += 5
    assert watched.rounds() == {"mailbox": (25.0, 60), "pipeline": (5.0, 30)}


def test_a_sign_of_life_that_cannot_be_given_ends_no_stage():
    vitals = Vitals({"pipeline": 10.0}, lambda: 0.0)

    def broken() -> None:
        raise RuntimeError("the disk is gone")

    vitals.feed(broken)
    vitals.pulse("pipeline")
    assert vitals.overdue() == ()
