"""The questions of the register: numbered, changed only together with an event, listed and exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, tuple_
from sqlmodel import Session, col, select

from mailgate.domain.completion import PROBLEM_OF
from mailgate.domain.looping import Asked
from mailgate.domain.workcalendar import WARSAW
from mailgate.errors import RegisterError
from mailgate.register import audit
from mailgate.register.sql import PORTION, insert_into, portions, run
from mailgate.register.tables import EventRow, LetterQuestionRow, LetterRow, NumberRow, QuestionRow, table_of

_WARSAW = ZoneInfo(WARSAW)
_number = table_of(NumberRow)
_question = table_of(QuestionRow)
_COLUMNS = tuple(column.name for column in _question.columns if column.name != "id")
_LISTS = ("because", "references", "problems", "differences")
_COLUMN_OF = {"date": "document_date"}
_INSERT = insert(_question).returning(_question.c.id, sort_by_parameter_order=True)

EXPORTED = (
    "number", "channel", "status", "received_at", "counted_from", "acknowledge_by", "acknowledged_at",
    "document_date", "reference", "user_name", "office", "phone", "email", "subject", "question", "answer",
    "answered_at", "consultant", "documentation",
)  # fmt: skip
"""The columns of DESIGN section 7 (`register export`), in order."""


def take_numbers(session: Session, year: int, count: int) -> range:
    """The next serials of a year, held by this transaction: a roll-back gives them back, so there is never a gap.

    Other writers that number in the same year wait until this transaction ends.
    """
    if count < 1:
        return range(0)
    statement = insert_into(session, _number).values(year=year, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=["year"], set_={"last": _number.c.last + statement.excluded.last}
    )
    last: int = run(session, statement.returning(_number.c.last)).scalar_one()
    return range(last - count + 1, last + 1)


def printed_number(year: int, serial: int) -> str:
    """``HOT-01/2026/000123``."""
    return f"HOT-01/{year}/{serial:06d}"


def add(session: Session, rows: Sequence[QuestionRow], authors: Sequence[str | None] = ()) -> list[int]:
    """Insert numbered questions, with their ``received`` and ``registered`` events; returns their ids.

    ``authors`` are the addresses from which their mails came, in the same order, or none at all.
    """
    if not rows:
        return []
    ids = list(run(session, _INSERT, [_values(row) for row in rows]).scalars())
    known = authors or [None] * len(rows)
    first = (_first_events(row, id, author) for row, id, author in zip(rows, ids, known, strict=True))
    audit.add(session, list(chain.from_iterable(first)))
    return ids


def author(session: Session, question_id: int) -> str | None:
    """From which address the mail with a question came, where that is another than the one we first wrote to."""
    chosen = select(EventRow.detail).where(EventRow.question_id == question_id, EventRow.kind == "received")
    detail = session.exec(chosen.order_by(col(EventRow.id)).limit(1)).first()
    return detail.get("author") if detail else None


def get(session: Session, question_ids: Sequence[int], *, lock: bool = False) -> dict[int, QuestionRow]:
    """The questions by id; those that do not exist are left out.

    ``lock`` keeps them from other writers until this transaction ends: what is decided upon them must still be true
    when it is written.
    """
    found: dict[int, QuestionRow] = {}
    for portion in portions(list(question_ids)):
        chosen = select(QuestionRow).where(col(QuestionRow.id).in_(portion)).order_by(col(QuestionRow.id))
        chosen = chosen.with_for_update() if lock else chosen
        # Rows that the session has seen are read anew: other statements may have changed them meanwhile.
        fresh = session.exec(chosen, execution_options={"populate_existing": True})
        found.update((row.id, row) for row in fresh if row.id is not None)
    return found


def by_number(session: Session, number: str) -> QuestionRow | None:
    """One question by its printed number."""
    chosen = select(QuestionRow).where(QuestionRow.number == number)
    return session.exec(chosen, execution_options={"populate_existing": True}).first()


def asked_since(session: Session, start: str, domain: str, since: datetime, limit: int) -> dict[int, Asked]:
    """What was received since an instant from addresses that begin and end so, in any spelling of case; the newest first.

    By the questions' ids.
    """
    asker = func.lower(col(QuestionRow.asker_address))
    theirs = asker.startswith(start, autoescape=True), asker.endswith(f"@{domain}", autoescape=True)
    chosen = select(QuestionRow.id, asker, QuestionRow.question).where(QuestionRow.received_at >= since, *theirs)
    newest = session.exec(chosen.order_by(col(QuestionRow.id).desc()).limit(limit))
    return {id: Asked(address, text or "") for id, address, text in newest if id is not None}


def listed(
    session: Session,
    since: date | None = None,
    until: date | None = None,
    status: str | None = None,
) -> Iterator[QuestionRow]:
    """Questions in order of number; the days are those of ``received_at`` in Warsaw, both included.

    Read in portions, so that a register of any size fits into little memory.
    """
    chosen = select(QuestionRow).order_by(col(QuestionRow.year), col(QuestionRow.serial)).limit(PORTION)
    if since is not None:
        chosen = chosen.where(QuestionRow.received_at >= _midnight(since))
    if until is not None:
        chosen = chosen.where(QuestionRow.received_at < _midnight(until + timedelta(days=1)))
    if status is not None:
        chosen = chosen.where(QuestionRow.status == status)
    rows: Sequence[QuestionRow] = session.exec(chosen).all()
    while rows:
        yield from rows
        last = (rows[-1].year, rows[-1].serial)
        rows = session.exec(chosen.where(tuple_(QuestionRow.year, QuestionRow.serial) > last)).all()


def record_answer(
    session: Session,
    question_id: int,
    text: str,
    consultant: str,
    documentation: str | None,
    now: datetime,
    inbound_id: int | None = None,
) -> None:
    """Keep a consultant's words in the register (further ones are added below) and open the way to ``answered_at``.

    ``answered_at`` and the status change only when the letter is accepted (``outcomes.mark_accepted``).  The register
    names the last consultant; who wrote what, when and in which mail, stands in the events ``answer_recorded``.
    """
    row = _locked(session, question_id)
    row.answer = text if row.answer is None else f"{row.answer}\n\n{_separator(now)}\n\n{text}"
    row.consultant = consultant
    if documentation is not None and documentation != row.documentation:
        row.documentation = "\n".join(place for place in (row.documentation, documentation) if place)
    session.flush()
    detail = {"text": text, "documentation": documentation}
    event = audit.Event(now, "answer_recorded", f"consultant {consultant}", question_id, inbound_id, detail=detail)
    audit.add(session, [event])


def reopen(session: Session, question_id: int, actor: str, now: datetime) -> None:
    """A follow-up came after the answer was written: pending again; the time of the first answer stays.

    Where that answer is still on its way its acceptance would finish the question; the event keeps it open then.
    """
    row = _locked(session, question_id)
    if row.status == "pending" and not answer_on_its_way(session, question_id):
        return
    row.status = "pending"
    session.flush()
    audit.add(session, [audit.Event(now, "reopened", actor, question_id)])


def answer_on_its_way(session: Session, question_id: int) -> bool:
    """Whether a letter with an answer is in the outbox still, refused and uncertain ones included."""
    open_letters = (
        select(LetterRow.id)
        .join(LetterQuestionRow, col(LetterQuestionRow.letter_id) == col(LetterRow.id))
        .where(LetterQuestionRow.question_id == question_id, LetterRow.effect == "answers")
        .where(LetterRow.state != "accepted")
        .limit(1)
    )
    return session.exec(open_letters).first() is not None


def complete(session: Session, question_id: int, values: Mapping[str, str], actor: str, now: datetime) -> None:
    """Fill fields of the form that were missing, with the event ``completed``; what is there is never changed.

    ``values`` are by the form's names (``date`` in ISO 8601).  A problem that they settle is one no longer.
    """
    row = _locked(session, question_id)
    new = {name: value for name, value in values.items() if getattr(row, _COLUMN_OF.get(name, name)) is None}
    if not new:
        return
    for name, value in new.items():
        setattr(row, _COLUMN_OF.get(name, name), date.fromisoformat(value) if name == "date" else value)
    settled = {PROBLEM_OF.get(name, name) for name in new}
    row.problems = [problem for problem in row.problems if problem["field"] not in settled]
    session.flush()
    audit.add(session, [audit.Event(now, "completed", actor, question_id, detail=dict(new))])


def confirm_address(session: Session, question_id: int, name: str, address: str, now: datetime) -> None:
    """The clerk wrote from the address typed in the form: letters go there from now on."""
    row = _locked(session, question_id)
    before, row.asker_name, row.asker_address = row.asker_address, name, address
    session.flush()
    audit.add(session, [audit.Event(now, "address_confirmed", f"clerk {address}", question_id, detail={"was": before})])


def use_author(session: Session, question_id: int, address: str, now: datetime) -> None:
    """The typed address cannot be reached: letters go to the author of the mail from now on."""
    row = _locked(session, question_id)
    before, row.asker_address = row.asker_address, address
    session.flush()
    audit.add(
        session, [audit.Event(now, "address_replaced", "mailgate", question_id, detail={"was": before, "is": address})]
    )


def record_call(
    session: Session,
    question_id: int,
    at: datetime,
    actor: str,
    now: datetime,
    *,
    text: str = "",
    inbound_id: int | None = None,
) -> bool:
    """The receipt was confirmed by telephone at an instant: ``acknowledged_at`` is that, with the event.

    Where the question is acknowledged already its instant stays, and the call is a note.  Returns whether it was the
    acknowledgement.
    """
    row = _locked(session, question_id)
    told = {"by": "telephone", "recorded_at": now.astimezone(_WARSAW).isoformat()} | ({"text": text} if text else {})
    if row.acknowledged_at is not None:
        words = f"Rozmowa telefoniczna {at.astimezone(_WARSAW):%d.%m.%Y, godz. %H:%M}."
        detail = {"text": f"{words}\n{text}".strip()}
        audit.add(session, [audit.Event(now, "note", actor, question_id, inbound_id, detail=detail)])
        return False
    row.acknowledged_at = at
    session.flush()
    audit.add(session, [audit.Event(at, "acknowledged", actor, question_id, inbound_id, detail=told)])
    return True


def finish_continued(session: Session, question_id: int, actor: str, now: datetime) -> None:
    """The clerk sent the form that was asked for: this entry has had its purpose, and ends without an answer."""
    row = _locked(session, question_id)
    if row.status == "finished":
        return
    row.status = "finished"
    session.flush()
    audit.add(session, [audit.Event(now, kind, actor, question_id) for kind in ("continued", "finished")])


def exported(row: QuestionRow) -> dict[str, Any]:
    """The object of DESIGN section 7 (`register export`): instants ISO 8601 with Warsaw's offset, absent values None."""
    return {name: _exported_value(getattr(row, name)) for name in EXPORTED}


def _values(row: QuestionRow) -> dict[str, Any]:
    values = {name: getattr(row, name, None) for name in _COLUMNS}
    return values | {name: values[name] or [] for name in _LISTS}


def _first_events(row: QuestionRow, question_id: int, author: str | None) -> tuple[audit.Event, audit.Event]:
    """The events with which an entry begins; they keep the deadline as it was first told, whatever changes later."""
    asker = f"clerk {row.asker_address}" if row.asker_address else "clerk"
    claimed = {"claimed_at": row.claimed_at.isoformat() if row.claimed_at else None}
    if author and row.asker_address and author.lower() != row.asker_address.lower():
        claimed["author"] = author
    deadline = {
        "number": row.number,
        "counted_from": row.counted_from.astimezone(_WARSAW).isoformat(),
        "acknowledge_by": row.acknowledge_by.astimezone(_WARSAW).isoformat(),
        "because": list(row.because or ()),
    }
    return (
        audit.Event(row.received_at, "received", asker, question_id, row.inbound_id, detail=claimed),
        audit.Event(row.registered_at, "registered", "mailgate", question_id, row.inbound_id, detail=deadline),
    )


def _midnight(day: date) -> datetime:
    """The first instant of a day in Warsaw."""
    return datetime.combine(day, time(), _WARSAW)


def _locked(session: Session, question_id: int) -> QuestionRow:
    """The question, kept from other writers until this transaction ends.  Raises RegisterError where there is none."""
    row = session.get(QuestionRow, question_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise RegisterError(f"There is no question with the id {question_id} in the register.")
    return row


def _separator(now: datetime) -> str:
    return f"----- Uzupełnienie odpowiedzi z dnia {now.astimezone(_WARSAW):%d.%m.%Y, godz. %H:%M} -----"


def _exported_value(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(_WARSAW).isoformat()
        case date():
            return value.isoformat()
        case "":
            return None
        case _:
            return value
