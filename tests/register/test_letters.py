"""The outbox as people see it."""

from __future__ import annotations

import pytest
from servers.entries import NOW, letter, registered
from sqlalchemy import Engine

from mailgate.register import letters, outbox, outcomes
from mailgate.register.database import reading, unit_of_work


def test_letters_are_listed_by_state_with_their_numbers(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepted ones only when asked for; beyond one portion too."""
    monkeypatch.setattr(letters, "PORTION", 2)
    with unit_of_work(engine) as session:
        first, second = registered(session, 2)
        ids = outbox.enqueue(session, [letter(str(index), first, second) for index in range(5)])
        outcomes.mark_accepted(session, ids[1], "250", NOW)
        outcomes.mark_refused(session, ids[3], "550 no such user", NOW)
    with reading(engine) as session:
        waiting = list(letters.listed(session))
        refused = list(letters.listed(session, ["refused"]))
        accepted = list(letters.listed(session, ["accepted"]))
    assert [entry.id for entry in waiting] == [ids[0], ids[2], ids[3], ids[4]]
    assert {entry.numbers for entry in waiting} == {("HOT-01/2026/000001", "HOT-01/2026/000002")}
    assert [(entry.id, entry.last_reply) for entry in refused] == [(ids[3], "550 no such user")]
    assert [(entry.id, entry.accepted_at) for entry in accepted] == [(ids[1], NOW)]


def test_the_letters_about_a_question_are_shown_in_order(engine: Engine) -> None:
    """And no others."""
    with unit_of_work(engine) as session:
        first, second = registered(session, 2)
        ids = outbox.enqueue(
            session, [letter("1", first), letter("2", second), letter("3", second, first), letter("4")]
        )
    with reading(engine) as session:
        assert [entry.id for entry in letters.about(session, first)] == [ids[0], ids[2]]
        assert [entry.numbers for entry in letters.listed(session)][-1] == ()
