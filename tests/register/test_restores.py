"""A restored register knows what it cannot know: which letters have gone, and which mail was taken."""

from __future__ import annotations

from datetime import timedelta

from servers.entries import LEASE, NOW, letter, registered
from sqlalchemy import Engine

from mailgate.register import audit, leases, letters, outbox, restores
from mailgate.register.database import unit_of_work
from mailgate.register.settlement import settle

LATER = NOW + timedelta(hours=5)


def test_of_two_restorations_the_oldest_backup_counts_until_the_mailbox_was_read_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        restores.record(session, NOW, LATER)
        restores.record(session, NOW - timedelta(days=1), LATER)
        first = restores.to_read_again(session)
        assert first is not None
        assert first.backup_made_at == NOW - timedelta(days=1)
        restores.read_again(session, first, 7, LATER)
        assert restores.to_read_again(session) is None
        # Said once, whoever else comes to the same.
        restores.read_again(session, first, 0, LATER)
        last = restores.last(session)
        assert last is not None
        assert last.backup_made_at == first.backup_made_at


def test_a_letter_that_may_have_gone_before_is_uncertain_from_the_beginning_and_is_not_sent(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        [question] = registered(session)
        [id] = outbox.enqueue(session, [letter("a", question, doubt="It may have gone before.")])
        assert outbox.claim(session, "desk", 9, NOW, LEASE) == []
        [entry] = letters.listed(session)
        assert (entry.state, entry.last_reply, entry.attempts) == ("uncertain", "It may have gone before.", 0)
        kinds = [event.kind for event in audit.history(session, question) if event.letter_id == id]
        assert kinds == ["letter_queued", "letter_uncertain"]
        assert outbox.retry(session, id, NOW)
        assert [one.id for one in outbox.claim(session, "desk", 9, NOW, LEASE)] == [id]


def test_a_letter_of_which_no_try_is_known_counts_from_when_a_person_says_so_or_from_what_the_log_says(
    engine: Engine,
) -> None:
    with unit_of_work(engine) as session:
        questions = registered(session, 2)
        ids = outbox.enqueue(session, [letter(str(n), one) for n, one in enumerate(questions)])
        restores.record(session, NOW, LATER)
        assert restores.doubtful_letters(session) == ids
        assert settle(session, ids[0], accepted=True, now=LATER)
        assert settle(session, ids[1], accepted=True, now=LATER, at=NOW)
        accepted = [one.accepted_at for one in letters.listed(session, ("accepted",))]
    assert accepted == [LATER, NOW]


def test_a_daemon_that_held_the_mailbox_when_the_backup_was_made_keeps_nobody_from_it(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        assert leases.take(session, "box", "lost", LATER, LEASE) is None
        restores.record(session, NOW, LATER)
        assert leases.take(session, "box", "found", LATER, LEASE) is None
