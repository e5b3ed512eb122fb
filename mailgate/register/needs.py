"""What in the register needs a person, counted: quick however large it has grown, for it is asked every minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, or_, select
from sqlmodel import Session

from mailgate.domain.alarms import MOST_NAMED, WARNED_BEFORE
from mailgate.domain.automatic import NO_LETTER
from mailgate.domain.facts import InRegister, Pile
from mailgate.register.brake import STOPPED
from mailgate.register.sql import run
from mailgate.register.tables import HeldReplyRow, InboundRow, LetterQuestionRow, LetterRow, QuestionRow, table_of

NOTICES_FOR = timedelta(days=7)
"""So long a notice that was not delivered is shown: what it told stands in later ones."""

_inbound = table_of(InboundRow)
_letter = table_of(LetterRow)
_about = table_of(LetterQuestionRow)
_question = table_of(QuestionRow)
_held = table_of(HeldReplyRow)

_tried = func.coalesce(_letter.c.last_try_at, _letter.c.created_at)
_set_aside = func.coalesce(_inbound.c.finished_at, _inbound.c.spooled_at)
_is_no_notice = _letter.c.role != "administrator"
_stopped = _held.c.reason.like(STOPPED.format("%"))
_answered_since = exists().where(_question.c.id == _held.c.question_id, _question.c.answered_at > _held.c.held_at)
"""The consultant was told why it was held, and has answered since."""
_lost_bounce = and_(_inbound.c.verdict == "bounce", _inbound.c.reason == NO_LETTER)
_archived = exists().where(_inbound.c.id == _question.c.inbound_id, _inbound.c.archive)
WITHOUT_ACKNOWLEDGEMENT = and_(
    _question.c.status == "pending",
    _question.c.acknowledged_at.is_(None),
    _question.c.answered_at.is_(None),
    ~_archived,
)
"""Questions that are still to be acknowledged; those of an imported archive were acknowledged elsewhere."""


def in_register(session: Session, now: datetime) -> InRegister:
    """The piles of everything that waits, or that a person must see to."""
    quarantined, held = _inbound.c.state == "quarantined", _held.c.state == "held"
    lost = func.coalesce(_lost_bounce, False)
    return InRegister(
        waiting=_pile(session, _inbound, _inbound.c.spooled_at, _inbound.c.state.in_(("waiting", "claimed")), _mail),
        quarantined=_pile(session, _inbound, _set_aside, and_(quarantined, ~lost), _mail),
        bounces=_pile(session, _inbound, _set_aside, and_(quarantined, lost), _mail),
        held=_pile(session, _held, _held.c.held_at, and_(held, ~_stopped, ~_answered_since), _reply),
        braked=_pile(session, _held, _held.c.held_at, and_(held, _stopped), _reply),
        uncertain=_letters(session, "uncertain"),
        refused=_letters(session, "refused"),
        returned=_returned(session),
        unacknowledged=_unacknowledged(session, now),
        notices=_notices(session, now),
    )


def _letters(session: Session, state: str) -> Pile:
    return _pile(session, _letter, _tried, and_(_letter.c.state == state, _is_no_notice), str)


def _returned(session: Session) -> Pile:
    """Receipts and answers that came back, where nothing else has reached the clerk since."""
    unreached = or_(
        and_(
            _letter.c.effect == "acknowledges",
            _question.c.acknowledged_at.is_(None),
            _question.c.answered_at.is_(None),
        ),
        _letter.c.effect == "answers",
    )
    its_question = exists().where(
        _about.c.letter_id == _letter.c.id,
        _question.c.id == _about.c.question_id,
        _question.c.status == "pending",
        unreached,
    )
    chosen = and_(_letter.c.bounced_at.is_not(None), its_question)
    return _pile(session, _letter, _letter.c.bounced_at, chosen, str)


def _unacknowledged(session: Session, now: datetime) -> Pile:
    """Pending questions whose acknowledgement is due soon or was due."""
    due = and_(WITHOUT_ACKNOWLEDGEMENT, _question.c.acknowledge_by <= now + WARNED_BEFORE)
    return _pile(session, _question, _question.c.acknowledge_by, due, str, _question.c.number)


def _notices(session: Session, now: datetime) -> Pile:
    failed = or_(_letter.c.state.in_(("refused", "uncertain")), _letter.c.bounced_at.is_not(None))
    chosen = and_(_letter.c.role == "administrator", _letter.c.created_at >= now - NOTICES_FOR, failed)
    return _pile(session, _letter, _tried, chosen, str)


def _pile(
    session: Session,
    table: FromClause,
    at: ColumnElement[Any],
    chosen: ColumnElement[bool],
    name: Callable[[Any], str],
    identity: ColumnElement[Any] | None = None,
) -> Pile:
    """How many rows are chosen, the first and last of their instants, and the ids of the first few."""
    counted = select(func.count(), func.min(at), func.max(at)).select_from(table).where(chosen)
    count, oldest, newest = run(session, counted).one()
    if not count:
        return Pile()
    which = table.c.id if identity is None else identity
    first = select(which).select_from(table).where(chosen).order_by(at, table.c.id).limit(MOST_NAMED)
    return Pile(count, oldest, newest, tuple(map(name, run(session, first).scalars())))


def _mail(inbound_id: int) -> str:
    return f"m{inbound_id}"


def _reply(held_id: int) -> str:
    return f"r{held_id}"
