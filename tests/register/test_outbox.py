"""The outbox gives each letter to one courier at a time, and knows what it was about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.entries import LEASE, NOW, letter, registered
from servers.register_workers import claim_everything, in_processes
from sqlalchemy import Engine, text

from mailgate.register import audit, outbox, outcomes
from mailgate.register.database import reading, unit_of_work
from mailgate.register.faults import RowRefused
from mailgate.register.tables import LetterRow


def _enqueued(engine: Engine, *names: str) -> list[int]:
    with unit_of_work(engine) as session:
        return outbox.enqueue(session, [letter(name) for name in names])


def _claim(engine: Engine, owner: str = "a", limit: int = 10, later: timedelta = timedelta()) -> list[int]:
    with unit_of_work(engine) as session:
        return [one.id for one in outbox.claim(session, owner, limit, NOW + later, LEASE)]


def _sending(engine: Engine, letter_id: int, owner: str = "a", later: timedelta = timedelta()) -> bool:
    with unit_of_work(engine) as session:
        return outbox.mark_sending(session, letter_id, owner, NOW + later)


def _row(engine: Engine, letter_id: int) -> LetterRow:
    with reading(engine) as session:
        row = session.get(LetterRow, letter_id)
        assert row is not None
        return row


def test_a_letter_leaves_exactly_as_it_was_rendered(engine: Engine) -> None:
    """With the time after which it is given up: five days."""
    [letter_id] = _enqueued(engine, "1")
    with unit_of_work(engine) as session:
        [claimed] = outbox.claim(session, "a", 5, NOW, LEASE)
    written = letter("1")
    assert claimed == outbox.ClaimedLetter(
        id=letter_id,
        message_id=written.message_id,
        recipient="Jan@Urzad.example",
        envelope_sender="hotline@csizs.example",
        content=written.content,
        attempts=0,
        created_at=NOW,
        give_up_at=NOW + timedelta(days=5),
    )


def test_no_two_letters_have_one_message_id(engine: Engine) -> None:
    """The whole decision is undone: a letter that cannot be told from another is a mistake of ours."""
    _enqueued(engine, "1")
    with pytest.raises(RowRefused):
        _enqueued(engine, "2", "1")
    assert len(_claim(engine)) == 1


def test_letters_are_claimed_first_come_first_served(engine: Engine) -> None:
    """And each by one courier."""
    ids = _enqueued(engine, "1", "2", "3")
    assert [_claim(engine, "a", 2), _claim(engine, "b", 2), _claim(engine, "c", 2)] == [ids[:2], ids[2:], []]


def test_a_deferred_letter_is_due_when_its_moment_comes(engine: Engine) -> None:
    """Not before, and again with the attempts counted."""
    [letter_id] = _enqueued(engine, "1")
    _claim(engine)
    assert _sending(engine, letter_id)
    with unit_of_work(engine) as session:
        outcomes.mark_deferred(session, letter_id, "451 later", NOW + timedelta(minutes=5), NOW)
    assert _claim(engine, later=timedelta(minutes=5, seconds=-1)) == []
    with unit_of_work(engine) as session:
        [again] = outbox.claim(session, "a", 5, NOW + timedelta(minutes=5), LEASE)
    assert (again.id, again.attempts) == (letter_id, 1)


def test_neither_new_nor_deferred_letters_keep_the_others_waiting(engine: Engine) -> None:
    """A server that defers a hundred letters does not stop those to everybody else, nor the other way round."""
    old = _enqueued(engine, *(f"old{index}" for index in range(10)))
    assert _claim(engine) == old
    with unit_of_work(engine) as session:
        for letter_id in old:
            outcomes.mark_deferred(session, letter_id, "451", NOW, NOW)
    new = _enqueued(engine, *(f"new{index}" for index in range(10)))
    assert sorted(_claim(engine, limit=4)) == [*old[:2], *new[:2]]
    assert _claim(engine, limit=1) == [old[2]]
    assert sorted(_claim(engine, limit=16)) == sorted(old[3:] + new[2:])


def test_large_letters_are_claimed_a_few_at_a_time_of_both_kinds_and_one_at_least(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty times a consultant's thirty megabytes would fill the memory."""
    monkeypatch.setattr(outbox, "MAX_CLAIMED_BYTES", 2 * len(letter("1").content) + 1)
    old = _enqueued(engine, "old1", "old2")
    with unit_of_work(engine) as session:
        for letter_id in old:
            outcomes.mark_deferred(session, letter_id, "451", NOW, NOW)
    new = _enqueued(engine, "new1", "new2")
    assert [sorted(_claim(engine, owner)) for owner in "abc"] == [[old[0], new[0]], [old[1], new[1]], []]
    monkeypatch.setattr(outbox, "MAX_CLAIMED_BYTES", 1)
    ids = _enqueued(engine, "1", "2")
    assert [_claim(engine, owner) for owner in "abc"] == [ids[:1], ids[1:], []]


def test_only_the_courier_that_claimed_a_letter_may_send_it(engine: Engine) -> None:
    """And only once: a second thread of the same daemon finds it being sent."""
    [letter_id] = _enqueued(engine, "1")
    assert not _sending(engine, letter_id)
    _claim(engine, "a")
    assert [_sending(engine, letter_id, owner) for owner in ("b", "a", "a")] == [False, True, False]
    row = _row(engine, letter_id)
    assert (row.state, row.attempts, row.last_try_at) == ("sending", 1, NOW)


def test_a_lease_that_ran_out_gives_the_letter_to_another(engine: Engine) -> None:
    """The slow courier may not send it then."""
    [letter_id] = _enqueued(engine, "1")
    assert _claim(engine, "slow") == [letter_id]
    assert _claim(engine, "b", later=LEASE - timedelta(seconds=1)) == []
    assert _claim(engine, "b", later=LEASE) == [letter_id]
    assert [_sending(engine, letter_id, "slow"), _sending(engine, letter_id, "b")] == [False, True]


def test_what_is_being_sent_is_claimed_by_nobody(engine: Engine) -> None:
    """Also after the lease of its claim: its outcome is not known."""
    [letter_id] = _enqueued(engine, "1")
    _claim(engine)
    _sending(engine, letter_id)
    assert _claim(engine, "b", later=timedelta(days=1)) == []


def test_unclaimed_letters_are_free_at_once(engine: Engine) -> None:
    """But not those that are being sent."""
    ids = _enqueued(engine, "1", "2", "3")
    _claim(engine)
    _sending(engine, ids[0])
    with unit_of_work(engine) as session:
        assert outbox.unclaim(session, "b") == 0
        assert outbox.unclaim(session, "a") == 2
    assert _claim(engine, "b") == ids[1:]


def test_a_letter_that_was_marked_and_stayed_is_queued_as_before(engine: Engine) -> None:
    """When the connection was lost while the mark was committed; what is another courier's, or left, is not touched."""
    stayed, left, other = _enqueued(engine, "1", "2", "3")
    _claim(engine, "a", 2)
    _claim(engine, "b")
    for letter_id, owner in ((stayed, "a"), (left, "a"), (other, "b")):
        assert _sending(engine, letter_id, owner)
    with unit_of_work(engine) as session:
        outbox.not_left(session, [stayed, other], "a")
    rows = [_row(engine, one) for one in (stayed, left, other)]
    assert [(row.state, row.attempts) for row in rows] == [("queued", 0), ("sending", 1), ("sending", 1)]
    assert _claim(engine, "b") == [stayed]


def test_after_a_crash_what_was_being_sent_is_uncertain_and_the_rest_is_free(engine: Engine) -> None:
    """It may have arrived, so it is not sent again blindly; another daemon's letters are left alone."""
    sent, claimed, other = _enqueued(engine, "1", "2", "3")
    assert _claim(engine, "me", 2) == [sent, claimed]
    _claim(engine, "other")
    assert _sending(engine, sent, "me")
    assert _sending(engine, other, "other")
    with unit_of_work(engine) as session:
        assert outbox.recover(session, "me", NOW) == 1
    assert [_row(engine, one).state for one in (sent, claimed, other)] == ["uncertain", "queued", "sending"]
    assert _claim(engine, "b") == [claimed]


def test_the_letters_of_a_daemon_that_never_came_back_become_uncertain_too(engine: Engine) -> None:
    """When no attempt can last that long any more; ``owner`` "" spares the caller's own."""
    [letter_id] = _enqueued(engine, "1")
    _claim(engine, "gone")
    _sending(engine, letter_id, "gone")
    with unit_of_work(engine) as session:
        assert outbox.recover(session, "", NOW + outbox.SENDING_LEASE - timedelta(seconds=1)) == 0
        assert outbox.recover(session, "", NOW + outbox.SENDING_LEASE) == 1
    assert _row(engine, letter_id).last_reply == "The process ended while this letter was being sent."


@pytest.mark.parametrize("state", ["refused", "deferred", "uncertain"])
def test_a_person_may_have_a_letter_tried_again(engine: Engine, state: str) -> None:
    """With the same Message-ID, at once, and with the full time to be given up."""
    [letter_id] = _enqueued(engine, "1")
    _claim(engine)
    _sending(engine, letter_id)
    later = NOW + timedelta(days=4)
    with unit_of_work(engine) as session:
        if state == "deferred":
            outcomes.mark_deferred(session, letter_id, "451", later + timedelta(days=1), NOW)
        else:
            {"refused": outcomes.mark_refused, "uncertain": outcomes.mark_uncertain}[state](
                session, letter_id, "?", NOW
            )
        assert outbox.retry(session, letter_id, later)
    with unit_of_work(engine) as session:
        [again] = outbox.claim(session, "b", 5, later, LEASE)
    assert (again.message_id, again.give_up_at) == (letter("1").message_id, later + timedelta(days=5))


def test_a_letter_on_its_way_or_accepted_is_not_tried_again(engine: Engine) -> None:
    """Nothing is sent twice."""
    queued, sending, accepted = _enqueued(engine, "1", "2", "3")
    _claim(engine)
    _sending(engine, sending)
    with unit_of_work(engine) as session:
        outcomes.mark_accepted(session, accepted, "250", NOW)
        assert [outbox.retry(session, one, NOW) for one in (queued, sending, accepted, 999)] == [False] * 4


def test_each_question_of_a_letter_has_the_event_that_it_was_queued(engine: Engine) -> None:
    """What was decided and what is to be sent are one transaction, and one history."""
    with unit_of_work(engine) as session:
        first, second = registered(session, 2)
        [letter_id] = outbox.enqueue(session, [letter("1", first, second)])
        queued = [audit.history(session, one)[-1] for one in (first, second)]
    assert [(event.kind, event.letter_id) for event in queued] == [("letter_queued", letter_id)] * 2


def test_each_letter_is_claimed_by_one_process(engine: Engine, register_url: str) -> None:
    """Several daemons send from one outbox."""
    ids = _enqueued(engine, *map(str, range(60)))
    results = in_processes(claim_everything, [(register_url, name) for name in "abc"])
    assert sorted(letter_id for _, letters in results for letter_id in letters) == ids


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("_QUEUED", "ix_letter_state_id (state=?)"),
        ("_DEFERRED", "ix_letter_state_next_try_at (state=? AND next_try_at<?)"),
    ],
)
@pytest.mark.only_on("sqlite", "PostgreSQL chooses its plans by statistics")
def test_claiming_reads_no_accepted_letter(engine: Engine, query: str, index: str) -> None:
    """However many there are: the plan is a look into the index, without a sort."""
    statement = str(getattr(outbox, query).compile(engine, compile_kwargs={"literal_binds": False}))
    with reading(engine) as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", _values(statement)).all()
    assert [row.detail for row in plan] == [f"SEARCH letter USING INDEX {index}"]


def _values(statement: str) -> tuple[str, ...]:
    return ("1",) * statement.count("?")


@pytest.mark.only_on("sqlite", "counts the steps of SQLite")
def test_the_outbox_of_many_years_is_as_quick_as_an_empty_one(engine: Engine) -> None:
    """With 20,000 accepted letters a claim visits no more of the database than the letters that it takes."""
    fill = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "INSERT INTO letter (message_id, token, kind, role, effect, recipient, recipient_key, envelope_sender, subject,"
        " created_at, state, attempts, give_up_at) "
        "SELECT i, i, 'answer', 'clerk', 'none', 'a', 'a', 'b', 's', '2026-01-01', 'accepted', 1, '2026-01-06' FROM n"
    )
    with unit_of_work(engine) as session:
        session.connection().execute(fill)
    [letter_id] = _enqueued(engine, "last")
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with unit_of_work(engine) as session:
        driver = session.connection().connection.dbapi_connection
        assert driver is not None
        driver.set_progress_handler(count, 100)
        assert [one.id for one in outbox.claim(session, "a", 10, NOW, LEASE)] == [letter_id]
        driver.set_progress_handler(None, 0)
    # In hundreds of SQLite's steps; reading every letter once would be a thousand.
    assert steps < 50
