"""Letters that we made, found again: by what a mail carries of them, by whom they were made out to, by their questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlmodel import Session

from mailgate.domain.looping import Sent, correspondent
from mailgate.domain.threads import SentLetter
from mailgate.register.sql import portions, run
from mailgate.register.tables import LetterQuestionRow, LetterRow, QuestionRow, table_of

MAX_KEY = 320
"""Characters of an address by which its letters are counted: the longest address there is (RFC 3696 erratum 1690)."""

_letter = table_of(LetterRow)
_about = table_of(LetterQuestionRow)
_question = table_of(QuestionRow)

_SENT = (
    select(_letter, _about.c.question_id, _question.c.number)
    .outerjoin(_about, _about.c.letter_id == _letter.c.id)
    .outerjoin(_question, _question.c.id == _about.c.question_id)
    .order_by(_letter.c.id, _about.c.question_id)
)


def by_tokens(session: Session, tokens: Sequence[str]) -> dict[str, SentLetter]:
    """The letters that bear these tokens."""
    found = [letter for portion in portions(tokens) for letter in _sent(session, _letter.c.token.in_(portion))]
    return {letter.token: letter for letter in found}


def by_message_ids(session: Session, message_ids: Sequence[str]) -> dict[str, SentLetter]:
    """The letters with these Message-IDs (with brackets)."""
    found = [
        letter for portion in portions(message_ids) for letter in _sent(session, _letter.c.message_id.in_(portion))
    ]
    return {letter.message_id: letter for letter in found}


def newest(session: Session) -> SentLetter | None:
    """The letter to a clerk or a consultant that was made last; None where there was none yet."""
    last = (
        select(_letter.c.id).where(_letter.c.role.in_(("clerk", "consultant"))).order_by(_letter.c.id.desc()).limit(1)
    )
    return next(iter(_sent(session, _letter.c.id.in_(last))), None)


def sent_since(session: Session, recipient: str, since: datetime) -> tuple[Sent, ...]:
    """The letters that were made out to a correspondent since an instant: any spelling of case, any tag."""
    to_them = and_(_letter.c.recipient_key == key_of(recipient), _letter.c.created_at >= since)
    return tuple(Sent(row.kind, row.created_at) for row in run(session, select(_letter).where(to_them)))


def count_about(session: Session, question_ids: Sequence[int], kinds: Sequence[str]) -> int:
    """How many letters of these kinds there are about any of these questions."""
    found: set[int] = set()
    for portion in portions(question_ids):
        chosen = select(_letter.c.id).join(_about, _about.c.letter_id == _letter.c.id)
        chosen = chosen.where(_about.c.question_id.in_(portion), _letter.c.kind.in_(kinds))
        found.update(run(session, chosen).scalars())
    return len(found)


def key_of(address: str) -> str:
    """By what the letters to an address are counted."""
    return correspondent(address)[:MAX_KEY]


def _sent(session: Session, chosen: Any) -> list[SentLetter]:
    """The chosen letters, each with its questions: one statement, a row a question."""
    rows: dict[int, list[Row[Any]]] = {}
    for row in run(session, _SENT.where(chosen)):
        rows.setdefault(row.id, []).append(row)
    return [_sent_letter(of_one) for of_one in rows.values()]


def _sent_letter(rows: Sequence[Row[Any]]) -> SentLetter:
    first = rows[0]
    return SentLetter(
        id=first.id,
        message_id=first.message_id,
        token=first.token,
        kind=first.kind,
        role=first.role,
        recipient=first.recipient,
        question_ids=tuple(row.question_id for row in rows if row.question_id is not None),
        number=first.number or "",
        created_at=first.created_at,
        effect=first.effect,
        bounced=first.bounced_at is not None,
    )
