"""The state of the register in a few numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from servers.entries import LEASE, NOW, arrival, letter, registered, spooled
from sqlalchemy import Engine

from mailgate.register import held, outbox, outcomes, spool
from mailgate.register.database import reading, unit_of_work
from mailgate.register.overview import Overview, overview

NO_LETTERS = {"queued": 0, "sending": 0, "deferred": 0, "refused": 0, "uncertain": 0}


def test_an_empty_register_has_nothing_waiting(engine: Engine) -> None:
    """None, not an invented instant, where there is no oldest."""
    with reading(engine) as session:
        assert overview(session, NOW) == Overview(0, None, 0, 0, NO_LETTERS, None, 0, 0)


def test_everything_that_waits_is_counted_with_its_age(engine: Engine) -> None:
    """Mail that is claimed waits too; a finished mail, an accepted letter and a finished question do not."""
    bad, done, _claimed = spooled(engine, "bad", "done", "claimed")
    spooled(engine, "waiting")
    with unit_of_work(engine) as session:
        spool.claim(session, "a", 3, NOW, LEASE)
        spool.quarantine(session, bad, "Why.", "odd", NOW)
        spool.finish(session, done, "question", NOW)
        registered(session, 2)
        registered(session, 1, acknowledged_at=NOW)
        registered(session, 1, status="finished")
        held.hold(session, done, None, "Why.", NOW)
        ids = outbox.enqueue(session, [letter("1", created_at=NOW - LEASE), letter("2"), letter("3")])
        outcomes.mark_accepted(session, ids[0], "250", NOW)
        outcomes.mark_refused(session, ids[1], "550", NOW)
    with reading(engine) as session:
        assert overview(session, NOW + timedelta(days=1, seconds=1)) == Overview(
            waiting=2,
            oldest_waiting=NOW,
            quarantined=1,
            held=1,
            letters={**NO_LETTERS, "queued": 1, "refused": 1},
            oldest_letter=NOW,
            pending=3,
            overdue=2,
            unacknowledged=2,
            nearest_deadline=NOW + timedelta(days=1),
        )
        assert overview(session, NOW).today == 4


def test_the_day_begins_at_midnight_of_the_office(engine: Engine) -> None:
    """In Warsaw it is an hour later than in UTC."""
    midnight = NOW.replace(hour=23, minute=0)
    with unit_of_work(engine) as session:
        registered(session, 1, received_at=midnight - timedelta(seconds=1))
        registered(session, 2, received_at=midnight)
    with reading(engine) as session:
        assert overview(session, midnight + timedelta(hours=2)).today == 2
        assert overview(session, midnight + timedelta(hours=2), "UTC").today == 0


def test_a_deferred_letter_tells_when_it_is_due_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        ids = outbox.enqueue(session, [letter("1"), letter("2")])
        for place, id in enumerate(ids):
            outcomes.mark_deferred(session, id, "451", NOW + timedelta(minutes=9 - place), NOW)
    with reading(engine) as session:
        assert overview(session, NOW).next_try == NOW + timedelta(minutes=8)


def test_an_imported_archive_waits_for_no_acknowledgement(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [mail] = spool.put(session, [replace(arrival("old"), archive=True)], NOW)
        registered(session, 1, inbound_id=mail.id)
    with reading(engine) as session:
        stands = overview(session, NOW + timedelta(days=9))
    assert (stands.pending, stands.overdue, stands.unacknowledged, stands.nearest_deadline) == (1, 0, 0, None)
