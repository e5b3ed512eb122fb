"""A question found by its number as people type it: whole, or only the end of it."""

from __future__ import annotations

import re

from sqlmodel import Session, col, select

from mailgate.register.questions import by_number
from mailgate.register.tables import QuestionRow

_SHORT = re.compile(r"(?:HOT-?0?1/)?(?:(?P<year>[0-9]{4})/)?(?P<serial>[0-9]{1,9})")


def find(session: Session, typed: str, this_year: int) -> QuestionRow | None:
    """The question of ``HOT-01/2026/000123``, ``2026/123`` or ``123``; None where there is none.

    A serial without a year is one of ``this_year``, or where that has none so high, of the newest year that has.
    """
    typed = typed.strip().upper()
    short = _SHORT.fullmatch(typed)
    if short is None:
        return by_number(session, typed)
    chosen = select(QuestionRow).where(QuestionRow.serial == int(short["serial"]))
    if short["year"]:
        chosen = chosen.where(QuestionRow.year == int(short["year"]))
    ranked = chosen.order_by(col(QuestionRow.year) != this_year, col(QuestionRow.year).desc()).limit(1)
    return session.exec(ranked).first()
