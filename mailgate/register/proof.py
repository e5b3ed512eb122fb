"""Whether spool, register and outbox agree with each other: a table of statements, each of which must find nothing.

Everything is asked within one consistent view, so that a daemon at work makes no false difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, or_, select
from sqlmodel import Session

from mailgate.domain.difference import Difference, Place
from mailgate.domain.mail import fingerprint
from mailgate.domain.message.fingerprint import without_day
from mailgate.domain.numbering import NONE, Serials, years_with_gaps
from mailgate.register.questions import printed_number
from mailgate.register.sql import run, weighed
from mailgate.register.tables import (
    DeliveryRow,
    EventRow,
    InboundContentRow,
    InboundRow,
    LetterContentRow,
    LetterQuestionRow,
    LetterRow,
    NumberRow,
    QuestionRow,
    table_of,
)

LEASE_OVER = timedelta(hours=1)
"""So long after its end a claim is nobody's: the daemon frees what it finds after seconds."""
YOUNG = timedelta(days=2)
SLICES = 30
"""The bytes of young mails are read again every day, those of each older mail once in so many days."""
HELD_BYTES = 16 * 1024 * 1024
"""No more bytes of mails are in memory at once, but for one mail that is larger by itself."""
_WINDOW = 500
"""Of so many mails the sizes are looked up at once."""

_mail = table_of(InboundRow)
_content = table_of(InboundContentRow)
_delivery = table_of(DeliveryRow)
_question = table_of(QuestionRow)
_number = table_of(NumberRow)
_event = table_of(EventRow)
_letter = table_of(LetterRow)
_letter_content = table_of(LetterContentRow)
_about = table_of(LetterQuestionRow)

_ASK = "this should never be: keep a copy of the database, and look into the journal of that time (`mailgate trace {}`)"
_SHOW_MAIL = (
    "look at it (`mailgate quarantine show {}`); where it asks something, give it in again with `mailgate ingest`"
)


@dataclass(frozen=True, slots=True)
class _Check:
    """A statement whose rows are differences; its one column is the id."""

    where: Place
    what: str
    cure: str
    found: Select[Any] | CompoundSelect[Any]


def disagreements(
    session: Session, now: datetime, *, halted: Callable[[], bool] = lambda: False
) -> Iterator[Difference]:
    """All differences but those of the bytes, in the order of a mail's way; ``halted`` is asked before each question."""
    for check in (*_mails(now), *_questions(), *_letters(now)):
        if halted():
            return
        for found in run(session, check.found).scalars():
            id = f"m{found}" if check.where == "spool" else str(found)
            yield Difference(check.where, id, check.what, check.cure.format(id))
    if not halted():
        yield from _gaps(session)


def changed_bytes(
    session: Session, today: date, *, every: bool = False, halted: Callable[[], bool] = lambda: False
) -> Iterator[Difference]:
    """Mails whose bytes do not give their fingerprint: at most HELD_BYTES of them are in memory at a time.

    Without ``every``, the young ones and one slice of the others.  ``halted`` is asked before each portion.
    """
    since = datetime.combine(today, datetime.min.time()).astimezone() - YOUNG
    turn = or_(_mail.c.spooled_at >= since, _mail.c.id % SLICES == today.toordinal() % SLICES)
    # The length as it is now, whatever was received: neither database reads the bytes for it.
    length = func.length(_content.c.raw).label("length")
    chosen = select(_mail.c.id, _mail.c.fingerprint, length).join(_content, _content.c.inbound_id == _mail.c.id)
    chosen = (chosen if every else chosen.where(turn)).order_by(_mail.c.id).limit(_WINDOW)
    window = run(session, chosen).all()
    while window:
        for portion in weighed(window, lambda row: int(row.length), HELD_BYTES):
            if halted():
                return
            yield from _changed(session, {row.id: row.fingerprint for row in portion})
        window = run(session, chosen.where(_mail.c.id > window[-1].id)).all()


def _changed(session: Session, portion: Mapping[int, str]) -> Iterator[Difference]:
    """Those of the mails whose bytes do not give the fingerprint that is told of them."""
    cure = (
        "the disk or a program has changed it: give back that mail from a backup (`mailgate trace {}` tells the rest)"
    )
    contents = select(_content).where(_content.c.inbound_id.in_(portion)).order_by(_content.c.inbound_id)
    for row in run(session, contents):
        if fingerprint(row.raw) != without_day(portion[row.inbound_id]):
            id = f"m{row.inbound_id}"
            yield Difference("spool", id, "its bytes are not those that were received", cure.format(id))


def _mails(now: datetime) -> Iterator[_Check]:
    def check(what: str, cure: str, *conditions: ColumnElement[bool]) -> _Check:
        return _Check("spool", what, cure, select(_mail.c.id).where(*conditions).order_by(_mail.c.id))

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
    yield check("its bytes are missing", _ASK, ~exists().where(_content.c.inbound_id == _mail.c.id))
    wrong_size = exists().where(_content.c.inbound_id == _mail.c.id, func.length(_content.c.raw) != _mail.c.size)
    yield check("its bytes have another length than was received", _ASK, wrong_size)
    yield check("nothing tells how it came", _ASK, ~exists().where(_delivery.c.inbound_id == _mail.c.id))


def _questions() -> Iterator[_Check]:
    def check(what: str, *conditions: ColumnElement[bool], cure: str = _ASK) -> _Check:
        chosen = select(_question.c.number).where(*conditions).order_by(_question.c.year, _question.c.serial)
        return _Check("register", what, cure, chosen)

    def lacks(*kinds: str) -> ColumnElement[bool]:
        return ~exists().where(_event.c.question_id == _question.c.id, _event.c.kind.in_(kinds))

    archived = exists().where(_mail.c.id == _question.c.inbound_id, _mail.c.archive)
    by_mail = and_(_question.c.channel == "email", ~archived)
    for kind in ("received", "registered"):
        yield check(f"the event {kind} is missing", lacks(kind))
    yield check(
        "there is neither a letter that acknowledges it nor a call task",
        by_mail,
        _question.c.acknowledged_at.is_(None),
        _may_be_acknowledged(),
        ~_has_letter("acknowledges"),
        lacks("call_task"),
        ~exists().where(_event.c.question_id == _question.c.id, _event.c.kind == "note", _event.c.actor == "mailgate"),
        cure="acknowledge it by hand or by telephone before its deadline (`mailgate trace {}`)",
    )
    yield check(
        "an answer is recorded, and there is no letter with it",
        by_mail,
        _question.c.answer.is_not(None),
        _question.c.asker_address.is_not(None),
        _question.c.answered_at.is_(None),
        ~_has_letter("answers"),
        cure="send the answer by hand (`mailgate register show {}` has its words)",
    )
    yield check(
        "it is acknowledged, and no event tells by what",
        _question.c.acknowledged_at.is_not(None),
        lacks("acknowledged"),
    )
    yield check("it is answered, and no event tells by what", _question.c.answered_at.is_not(None), lacks("answered"))
    yield check("it has an answer, and no event tells whose", _question.c.answer.is_not(None), lacks("answer_recorded"))
    yield check("it is finished, and no event tells why", _question.c.status == "finished", lacks("finished"))
    yield check(
        "a letter that acknowledges it was accepted, and it counts as not acknowledged",
        _question.c.acknowledged_at.is_(None),
        ~_question.c.by_phone,
        _has_letter("acknowledges", _letter.c.state == "accepted", _letter.c.bounced_at.is_(None)),
    )
    yield check(
        "the letter that acknowledged it came back, and it counts as acknowledged by it",
        _has_letter(
            "acknowledges", _letter.c.bounced_at.is_not(None), _letter.c.accepted_at == _question.c.acknowledged_at
        ),
    )


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


def _letters(now: datetime) -> Iterator[_Check]:
    cure = "look at it (`mailgate outbox list --json`), keep a copy of the database, and look into the journal ({})"

    def check(what: str, *conditions: ColumnElement[bool], cure: str = cure) -> _Check:
        return _Check("outbox", what, cure, select(_letter.c.id).where(*conditions).order_by(_letter.c.id))

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
    yield _Check("outbox", "the event letter_queued is missing", cure, untold.order_by(untold.selected_columns.id))


def _gaps(session: Session) -> Iterator[Difference]:
    """In each year the numbers run from 1 without a gap, and the counter stands at the last."""
    given = {row.year: row.last for row in run(session, select(_number))}
    counted = select(_question.c.year, func.count().label("number"), func.max(_question.c.serial).label("highest"))
    standing = run(session, counted.group_by(_question.c.year))
    serials = {row.year: Serials(row.number, row.highest) for row in standing}
    for year in years_with_gaps(given, serials):
        found, last = serials.get(year, NONE), given.get(year)
        if found.count != found.highest:
            yield from _holes(session, year)
        if not found.highest:
            yield _hole(year, 1, last or 0)
        elif last != found.highest:
            id = printed_number(year, found.highest)
            counter = "is missing" if last is None else f"stands at {last}"
            what = f"it is the last number of its year, and the counter {counter}"
            yield Difference("register", id, what, _ASK.format(id))


def _holes(session: Session, year: int) -> Iterator[Difference]:
    """Each row of numbers that are missing below the highest one of a year."""
    before = func.lag(_question.c.serial, 1, 0).over(order_by=_question.c.serial)
    numbered = select(_question.c.serial, before.label("before")).where(_question.c.year == year).subquery()
    holes = select(numbered).where(numbered.c.serial != numbered.c.before + 1).order_by(numbered.c.serial)
    for row in run(session, holes):
        yield _hole(year, row.before + 1, row.serial - 1)


def _hole(year: int, first: int, last: int) -> Difference:
    id = printed_number(year, first)
    what = f"there is no entry with this number, up to {printed_number(year, last)}"
    return Difference("register", id, what, _ASK.format(id))
