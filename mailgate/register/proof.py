"""Whether spool, register and outbox agree with each other: the statements of ``checks`` find nothing, no number is
missing, and the bytes of each mail are those that were received.

Everything is asked within one consistent view, so that a daemon at work makes no false difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlmodel import Session

from mailgate.domain.difference import Difference
from mailgate.domain.mail import fingerprint
from mailgate.domain.message.fingerprint import without_day
from mailgate.domain.numbering import NONE, Serials, years_with_gaps
from mailgate.register.checks import ASK, checks
from mailgate.register.questions import printed_number
from mailgate.register.sql import run, weighed
from mailgate.register.tables import InboundContentRow, InboundRow, NumberRow, QuestionRow, table_of

YOUNG = timedelta(days=2)
SLICES = 30
"""The bytes of young mails are read again every day, those of each older mail once in so many days."""
HELD_BYTES = 16 * 1024 * 1024
"""No more bytes of mails are in memory at once, but for one mail that is larger by itself."""
_WINDOW = 500
"""Of so many mails the sizes are looked up at once."""

_mail = table_of(InboundRow)
_content = table_of(InboundContentRow)
_question = table_of(QuestionRow)
_number = table_of(NumberRow)


def disagreements(
    session: Session, now: datetime, *, halted: Callable[[], bool] = lambda: False
) -> Iterator[Difference]:
    """All differences but those of the bytes, in the order of a mail's way; ``halted`` is asked before each question."""
    for check in checks(now):
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

    Without ``every``, the young ones and one slice of the others; ``today`` is a day of UTC.  ``halted`` is asked before each portion.
    """
    since = datetime.combine(today, time.min, UTC) - YOUNG
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
            yield Difference("register", id, what, ASK.format(id))


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
    return Difference("register", id, what, ASK.format(id))
