"""Of several daemons one has the lease; it passes on when it is let go of, or runs out, whatever becomes of clocks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from servers.entries import NOW
from sqlalchemy import Engine

from mailgate.register import leases
from mailgate.register.database import unit_of_work
from mailgate.register.leases import Holder

BOX = "imaps://hotline@imap.example:993/INBOX"
LASTING = timedelta(seconds=90)
SECOND = timedelta(seconds=1)


def taken(
    engine: Engine, owner: str, now: datetime = NOW, looked_at: datetime | None = None, name: str = BOX
) -> Holder | None:
    with unit_of_work(engine) as session:
        return leases.take(session, name, owner, now, LASTING, looked_at)


def released(engine: Engine, owner: str, now: datetime = NOW) -> bool:
    with unit_of_work(engine) as session:
        return leases.release(session, BOX, owner, now)


def test_of_all_that_ask_at_once_one_has_it_and_the_others_learn_who(engine: Engine) -> None:
    names = [f"host{number}:/var/lib/mailgate" for number in range(8)]
    with ThreadPoolExecutor(8) as hosts:
        told = list(hosts.map(lambda name: taken(engine, name), names))
    [winner] = [name for name, holder in zip(names, told, strict=True) if holder is None]
    assert {holder.name for holder in told if holder} == {winner}


def test_it_runs_out_unless_it_is_made_to_last_anew(engine: Engine) -> None:
    assert taken(engine, "one") is None
    assert taken(engine, "one", NOW + 60 * SECOND) is None
    assert taken(engine, "other", NOW + LASTING + 59 * SECOND) == Holder("one")
    assert taken(engine, "other", NOW + LASTING + 60 * SECOND) is None
    assert taken(engine, "one", NOW + LASTING + 61 * SECOND) == Holder("other")


def test_who_died_with_it_takes_it_again_at_once(engine: Engine) -> None:
    assert taken(engine, "one") is None
    assert taken(engine, "one", NOW + SECOND) is None


def test_it_is_let_go_of_by_its_holder_alone(engine: Engine) -> None:
    assert not released(engine, "one")
    taken(engine, "one")
    assert not released(engine, "other")
    assert taken(engine, "other") == Holder("one")
    assert released(engine, "one")
    assert not released(engine, "one")
    assert taken(engine, "other") is None
    # Who has lost it and does not know yet takes it from nobody.
    assert not released(engine, "one")
    assert taken(engine, "one") == Holder("other")


def test_a_clock_that_was_set_back_keeps_nobody_waiting_for_long(engine: Engine) -> None:
    """A day: the lease would last for a day. A minute: it is waited for."""
    taken(engine, "one")
    assert taken(engine, "other", NOW - timedelta(minutes=1)) == Holder("one")
    assert taken(engine, "other", NOW - timedelta(days=1)) is None
    assert taken(engine, "one", NOW - timedelta(days=1)) == Holder("other")


def test_the_last_look_is_told_to_those_that_stand_by_and_outlives_its_holder(engine: Engine) -> None:
    taken(engine, "one")
    taken(engine, "one", looked_at=NOW - SECOND)
    assert taken(engine, "other") == Holder("one", NOW - SECOND)
    released(engine, "one")
    taken(engine, "other")
    assert taken(engine, "one") == Holder("other", NOW - SECOND)


def test_another_mailbox_has_a_lease_of_its_own(engine: Engine) -> None:
    assert taken(engine, "one") is None
    assert taken(engine, "other", name="imaps://biuro@imap.example:993/INBOX") is None


def test_the_clock_is_aware_and_goes_on_within_a_transaction(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        first = leases.clock(session)
        assert first.utcoffset() == timedelta(0)
        assert first <= leases.clock(session)
        assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
