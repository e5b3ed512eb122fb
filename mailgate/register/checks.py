"""The statements of the proof: each chooses rows of spool, register or outbox that should not be there.

A table of what must hold, with what a person can do where it does not; ``proof`` asks them, one after another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, or_, select

from mailgate.domain.difference import Place
from mailgate.register.tables import (
    DeliveryRow,
    EventRow,
    InboundContentRow,
    InboundRow,
    LetterContentRow,
    LetterQuestionRow,
    LetterRow,
    QuestionRow,
    table_of,
)

LEASE_OVER = timedelta(hours=1)
"""So long after its end a claim is nobody's: the daemon frees what it finds after seconds."""
ASK = "this should never be: keep a copy of the database, and look into the journal of that time (`mailgate trace {}`)"

_SHOW_MAIL = (
    "look at it (`mailgate quarantine show {}`); where it asks something, give it in again with `mailgate ingest`"
)
_LOOK_AT_LETTER = (
    "look at it (`mailgate outbox list --json`), keep a copy of the database, and look into the journal ({})"
)

_mail = table_of(InboundRow)
_content = table_of(InboundContentRow)
_delivery = table_of(DeliveryRow)
_question = table_of(QuestionRow)
_event = table_of(EventRow)
_letter = table_of(LetterRow)
_letter_content = table_of(LetterContentRow)
_about = table_of(LetterQuestionRow)


@dataclass(frozen=True, slots=True)
class Check:
    """A statement whose rows are differences; its one column is the id, which ``cure`` names as ``{}``."""

    where: Place
    what: str
    cure: str
    found: Select[Any] | CompoundSelect[Any]


def checks(now: datetime) -> Iterator[Check]:
    """All statements, in the order of a mail's way; ``now`` tells which claims are over."""
    yield from _mails(now)
    yield from _events_of_questions()
    yield from _letters_of_questions()
    yield from _letters(now)


def _mails(now: datetime) -> Iterator[Check]:
    def check(what: str, cure: str, *conditions: ColumnElement[bool]) -> Check:
        return Check("spool", what, cure, select(_mail.c.id).where(*conditions).order_by(_mail.c.id))

    done = _mail.c.state == "done"
    yield check(
        "it is claimed, and whoever claimed it is gone",
        "restart mailgate: it is then handled again ({})",
        _mail.c.state == "claimed",
        or_(_mail.c.claimed_until.is_(None), _mail.c.claimed_until < now - LEASE_OVER),
    )
    yield check(
        "it is finished, and nothing tells as what",
        _SHOW_MAIL,
        done,
        or_(_mail.c.verdict.is_(None), _mail.c.finished_at.is_(None)),
    )
    yield check(
        "it is finished as something that is registered, and there is no entry of it",
        _SHOW_MAIL,
        done,
        _mail.c.verdict.in_(("question", "blank_form", "unformalised", "unreadable")),
        ~exists().where(_question.c.inbound_id == _mail.c.id),
        ~exists().where(_event.c.inbound_id == _mail.c.id),
    )
    yield check(
        "it is in quarantine, and nothing tells why",
        "look at it (`mailgate quarantine show {}`), then `quarantine replay` or `quarantine dismiss`",
        _mail.c.state == "quarantined",
        func.coalesce(_mail.c.reason, "") == "",
    )
    yield check("its bytes are missing", ASK, ~exists().where(_content.c.inbound_id == _mail.c.id))
    wrong_size = exists().where(_content.c.inbound_id == _mail.c.id, func.length(_content.c.raw) != _mail.c.size)
    yield check("its bytes have another length than was received", ASK, wrong_size)
    yield check("nothing tells how it came", ASK, ~exists().where(_delivery.c.inbound_id == _mail.c.id))


def _question_check(what: str, *conditions: ColumnElement[bool], cure: str = ASK) -> Check:
    chosen = select(_question.c.number).where(*conditions).order_by(_question.c.year, _question.c.serial)
    return Check("register", what, cure, chosen)


def _events_of_questions() -> Iterator[Check]:
    """Whatever became of a question, an event tells of it."""
    for kind in ("received", "registered"):
        yield _question_check(f"the event {kind} is missing", _lacks(kind))
    yield _question_check(
        "it is acknowledged, and no event tells by what",
        _question.c.acknowledged_at.is_not(None),
        _lacks("acknowledged"),
    )
    yield _question_check(
        "it is answered, and no event tells by what", _question.c.answered_at.is_not(None), _lacks("answered")
    )
    yield _question_check(
        "it has an answer, and no event tells whose", _question.c.answer.is_not(None), _lacks("answer_recorded")
    )
    yield _question_check(
        "it is finished, and no event tells why", _question.c.status == "finished", _lacks("finished")
    )


def _letters_of_questions() -> Iterator[Check]:
    """What is owed is on its way, and what arrived counts; of an archive nothing is owed any more."""
    archived = exists().where(_mail.c.id == _question.c.inbound_id, _mail.c.archive)
    by_mail = and_(_question.c.channel == "email", ~archived)
    yield _question_check(
        "there is neither a letter that acknowledges it nor a call task",
        by_mail,
        _question.c.acknowledged_at.is_(None),
        _may_be_acknowledged(),
        ~_has_letter("acknowledges"),
        _lacks("call_task"),
        # The brake has held the letter back, and says so.
        ~exists().where(_event.c.question_id == _question.c.id, _event.c.kind == "note", _event.c.actor == "mailgate"),
        cure="acknowledge it by hand or by telephone before its deadline (`mailgate trace {}`)",
    )
    yield _question_check(
        "an answer is recorded, and there is no letter with it",
        by_mail,
        _question.c.answer.is_not(None),
        _question.c.asker_address.is_not(None),
        _question.c.answered_at.is_(None),
        ~_has_letter("answers"),
        cure="send the answer by hand (`mailgate register show {}` has its words)",
    )
    yield _question_check(
        "a letter that acknowledges it was accepted, and it counts as not acknowledged",
        _question.c.acknowledged_at.is_(None),
        ~_question.c.by_phone,
        _has_letter("acknowledges", _letter.c.state == "accepted", _letter.c.bounced_at.is_(None)),
    )
    yield _question_check(
        "the letter that acknowledged it came back, and it counts as acknowledged by it",
        _has_letter(
            "acknowledges", _letter.c.bounced_at.is_not(None), _letter.c.accepted_at == _question.c.acknowledged_at
        ),
    )


def _lacks(kind: str) -> ColumnElement[bool]:
    return ~exists().where(_event.c.question_id == _question.c.id, _event.c.kind == kind)


def _may_be_acknowledged() -> ColumnElement[bool]:
    """There is a way to the clerk, and the mail was no machine's: free text from the null sender is not answered."""
    known = or_(_question.c.asker_address.is_not(None), _question.c.phone.is_not(None))
    # The question's kind is asked inside: PostgreSQL makes a join of an EXISTS only where it stands alone.
    machine = exists().where(
        _mail.c.id == _question.c.inbound_id,
        _mail.c.envelope_sender == "",
        _question.c.kind.in_(("unformalised", "unreadable")),
    )
    return and_(known, ~machine)


def _has_letter(effect: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        _about.c.question_id == _question.c.id,
        _letter.c.id == _about.c.letter_id,
        _letter.c.effect == effect,
        *conditions,
    )


def _letters(now: datetime) -> Iterator[Check]:
    def check(what: str, *conditions: ColumnElement[bool], cure: str = _LOOK_AT_LETTER) -> Check:
        return Check("outbox", what, cure, select(_letter.c.id).where(*conditions).order_by(_letter.c.id))

    state = _letter.c.state
    yield check(
        "it is being sent, and whoever sends it is gone",
        state == "sending",
        or_(_letter.c.claimed_until.is_(None), _letter.c.claimed_until < now - LEASE_OVER),
        cure="restart mailgate: it then counts as uncertain, see `mailgate outbox settle {}`",
    )
    yield check("it is deferred, and nothing tells until when", state == "deferred", _letter.c.next_try_at.is_(None))
    yield check("it is accepted, and nothing tells since when", state == "accepted", _letter.c.accepted_at.is_(None))
    yield check(
        "it is not accepted, and has a time of acceptance", state != "accepted", _letter.c.accepted_at.is_not(None)
    )
    yield check("its content is missing", ~exists().where(_letter_content.c.letter_id == _letter.c.id))
    yield check(
        "it acknowledges or answers, and no question is named",
        _letter.c.effect != "none",
        ~exists().where(_about.c.letter_id == _letter.c.id),
    )
    # There is no index on an event's letter: both sides are read once.  NOT IN would be a list that PostgreSQL reads anew
    # for each letter once it is too large for its memory.
    queued = select(_event.c.letter_id).where(_event.c.kind == "letter_queued", _event.c.letter_id.is_not(None))
    untold = select(_letter.c.id).except_(queued)
    yield Check(
        "outbox", "the event letter_queued is missing", _LOOK_AT_LETTER, untold.order_by(untold.selected_columns.id)
    )
