"""``mailgate outbox`` shows what has not been accepted, and has it tried again."""

from __future__ import annotations

from servers.entries import LEASE, NOW, letter, registered
from servers.registerdesk import Desk, database_url, desk

from mailgate.cli.outbox import app
from mailgate.register import outbox
from mailgate.register.database import unit_of_work

__all__ = ["database_url", "desk"]


def _fill(desk: Desk) -> list[int]:
    """A queued, a refused and an accepted letter about one question."""
    with unit_of_work(desk.engine) as session:
        [question_id] = registered(session)
        ids = outbox.enqueue(session, [letter(name, question_id) for name in "123"])
        outbox.mark_refused(session, ids[1], "550 5.1.1 no such user", NOW)
        outbox.mark_accepted(session, ids[2], "250", NOW)
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
    desk.run(app, "retry", str(queued), status=1)
