"""``mailgate outbox`` shows what has not been accepted, and has it tried again."""

from __future__ import annotations

from datetime import timedelta

from servers.entries import LEASE, NOW, letter, registered
from servers.registerdesk import Desk, database_url, desk

from mailgate.cli.outbox import app
from mailgate.cli.output import in_warsaw
from mailgate.register import audit, outbox, outcomes, questions
from mailgate.register.database import reading, unit_of_work
from mailgate.register.settlement import LOST

__all__ = ["database_url", "desk"]

# Before any clock that runs this test: what is settled is settled after the try.
TRIED = NOW - timedelta(days=365)


def _fill(desk: Desk) -> list[int]:
    """A queued, a refused and an accepted letter about one question."""
    with unit_of_work(desk.engine) as session:
        [question_id] = registered(session)
        ids = outbox.enqueue(session, [letter(name, question_id) for name in "123"])
        outcomes.mark_refused(session, ids[1], "550 5.1.1 no such user", NOW)
        outcomes.mark_accepted(session, ids[2], "250", NOW)
    return ids


def test_what_is_not_accepted_is_listed(desk: Desk) -> None:
    """With the number of its question and the smarthost's words."""
    queued, refused, accepted = _fill(desk)
    assert [(entry["id"], entry["state"]) for entry in desk.json(app, "list")] == [
        (queued, "queued"),
        (refused, "refused"),
    ]
    [entry] = desk.json(app, "list", "--state", "refused")
    assert (entry["numbers"], entry["last_reply"]) == (["HOT-01/2026/000001"], "550 5.1.1 no such user")
    assert [entry["id"] for entry in desk.json(app, "list", "--state", "accepted")] == [accepted]
    assert "550 5.1.1 no such user" in desk.run(app, "list").stdout
    desk.run(app, "list", "--state", "lost", status=2)


def test_a_refused_letter_is_tried_again_and_others_are_told(desk: Desk) -> None:
    """Exit status 1 where an id could not be served."""
    queued, refused, accepted = _fill(desk)
    result = desk.run(app, "retry", *map(str, (queued, refused, accepted)), status=1)
    assert [line.split()[1] for line in result.stderr.splitlines()] == [str(queued), str(accepted)]
    assert "To be tried again: 1" in result.stdout
    with unit_of_work(desk.engine) as session:
        assert [one.id for one in outbox.claim(session, "a", 5, NOW, LEASE)] == [queued, refused]
    assert "Letter 1 is queued" in desk.run(app, "retry", str(queued), status=1).stderr


def test_a_letter_that_is_not_there_is_said(desk: Desk) -> None:
    """And an id that no letter can have is wrong use."""
    _fill(desk)
    assert desk.run(app, "retry", "999", status=1).stderr == "There is no letter 999.\n"
    assert desk.run(app, "settle", "999", "--lost", status=1).stderr == "There is no letter 999.\n"
    desk.run(app, "retry", "99999999999999999999", status=2)


def _uncertain(desk: Desk, effect: str) -> tuple[int, int]:
    """The ids of a question and of a letter about it that was lost after DATA, an hour after it was queued."""
    with unit_of_work(desk.engine) as session:
        [question_id] = registered(session)
        [letter_id] = outbox.enqueue(session, [letter("1", question_id, effect=effect, created_at=TRIED)])
        outbox.claim(session, "a", 1, TRIED, LEASE)
        outbox.mark_sending(session, letter_id, "a", TRIED)
        outcomes.mark_uncertain(session, letter_id, "Connection lost.", TRIED)
    return question_id, letter_id


def test_what_is_uncertain_is_listed_with_what_the_smarthosts_log_knows_it_by(desk: Desk) -> None:
    _, letter_id = _uncertain(desk, "answers")
    [entry] = desk.json(app, "list", "--state", "uncertain")
    _heading, line = desk.run(app, "list", "--state", "uncertain").stdout.splitlines()
    assert line.split()[:3] == [str(letter_id), entry["message_id"], entry["recipient"]]
    assert in_warsaw(TRIED) in line
    assert line.endswith("Connection lost.")


def test_an_uncertain_letter_that_arrived_counts_from_its_try(desk: Desk) -> None:
    """However late the administrator looks into the log, and it is on record who decided."""
    question_id, letter_id = _uncertain(desk, "answers")
    assert "Settled as accepted: 1" in desk.run(app, "settle", str(letter_id), "--accepted").stdout
    with reading(desk.engine) as session:
        row = questions.get(session, [question_id])[question_id]
        events = audit.history(session, question_id)
    assert (row.status, row.answered_at) == ("finished", TRIED)
    [settled] = [event for event in events if event.kind == "letter_settled"]
    assert (settled.actor, settled.detail, settled.at > TRIED) == ("administrator", {"outcome": "accepted"}, True)
    assert "is accepted: only what is uncertain" in desk.run(app, "settle", str(letter_id), "--lost", status=1).stderr


def test_an_uncertain_letter_that_was_lost_is_refused_and_can_be_retried(desk: Desk) -> None:
    """Nothing counts as acknowledged."""
    question_id, letter_id = _uncertain(desk, "acknowledges")
    assert "Settled as lost: 1" in desk.run(app, "settle", str(letter_id), "--lost").stdout
    [entry] = desk.json(app, "list")
    assert (entry["state"], entry["last_reply"]) == ("refused", LOST)
    with reading(desk.engine) as session:
        assert questions.get(session, [question_id])[question_id].acknowledged_at is None
    desk.run(app, "retry", str(letter_id))


def test_what_became_of_a_letter_must_be_said(desk: Desk) -> None:
    """Neither word is the usual one."""
    for both in ((), ("--accepted", "--lost")):
        assert "either --accepted or --lost" in desk.run(app, "settle", "1", *both, status=2).stderr
