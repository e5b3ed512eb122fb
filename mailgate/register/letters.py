"""The outbox as people see it: letters with their states and the numbers of their questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlmodel import Session

from mailgate.register.sql import PORTION, portions, run
from mailgate.register.tables import LetterQuestionRow, LetterRow, QuestionRow, table_of

STATES = ("queued", "sending", "deferred", "refused", "uncertain", "accepted")
IN_OUTBOX = STATES[:-1]
"""The states of letters that have not reached the smarthost, as far as we know."""


@dataclass(frozen=True, slots=True)
class LetterEntry:
    """A letter without its content; ``numbers`` are the printed numbers of its questions."""

    id: int
    state: str
    kind: str
    role: str
    effect: str
    recipient: str
    subject: str
    numbers: tuple[str, ...]
    message_id: str
    attempts: int
    created_at: datetime
    last_try_at: datetime | None
    next_try_at: datetime | None
    give_up_at: datetime
    accepted_at: datetime | None
    last_reply: str | None
    bounced_at: datetime | None
    """When it came back undelivered."""


_letter = table_of(LetterRow)
_about = table_of(LetterQuestionRow)
_question = table_of(QuestionRow)
_NAMES = tuple(one.name for one in fields(LetterEntry) if one.name != "numbers")
_SHOWN = tuple(_letter.c[name] for name in _NAMES)


def listed(session: Session, states: Sequence[str] = IN_OUTBOX) -> Iterator[LetterEntry]:
    """The letters in these states, oldest first, read in portions."""
    chosen = select(*_SHOWN).where(_letter.c.state.in_(states)).order_by(_letter.c.id).limit(PORTION)
    rows = run(session, chosen).all()
    while rows:
        yield from _entries(session, rows)
        rows = run(session, chosen.where(_letter.c.id > rows[-1].id)).all()


def about(session: Session, question_id: int) -> list[LetterEntry]:
    """The letters about a question, oldest first."""
    chosen: Select[Any] = select(*_SHOWN).join(_about, _about.c.letter_id == _letter.c.id)
    rows = run(session, chosen.where(_about.c.question_id == question_id).order_by(_letter.c.id)).all()
    return _entries(session, rows)


def by_ids(session: Session, letter_ids: Sequence[int]) -> list[LetterEntry]:
    """The letters with these ids, oldest first; those that do not exist are left out."""
    found: list[LetterEntry] = []
    for portion in portions(sorted(letter_ids)):
        rows = run(session, select(*_SHOWN).where(_letter.c.id.in_(portion)).order_by(_letter.c.id)).all()
        found += _entries(session, rows)
    return found


def states(session: Session, letter_ids: Sequence[int]) -> dict[int, str]:
    """The states of these letters by id; those that do not exist are left out."""
    found: dict[int, str] = {}
    for portion in portions(letter_ids):
        rows = run(session, select(_letter.c.id, _letter.c.state).where(_letter.c.id.in_(portion)))
        found.update((row.id, row.state) for row in rows)
    return found


def _entries(session: Session, rows: Sequence[Row[Any]]) -> list[LetterEntry]:
    numbers: dict[int, list[str]] = {row.id: [] for row in rows}
    chosen = select(_about.c.letter_id, _question.c.number).join(_question, _question.c.id == _about.c.question_id)
    for letter_id, number in run(session, chosen.where(_about.c.letter_id.in_(numbers)).order_by(_question.c.id)):
        numbers[letter_id].append(number)
    return [_entry(row, tuple(numbers[row.id])) for row in rows]


def _entry(row: Row[Any], numbers: tuple[str, ...]) -> LetterEntry:
    return LetterEntry(**{name: getattr(row, name) for name in _NAMES}, numbers=numbers)
