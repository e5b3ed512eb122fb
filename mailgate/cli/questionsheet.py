"""What ``mailgate register show`` prints of one question: everything that the register knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mailgate.cli.output import envelope_sender, facts_in, in_warsaw, one_line, visible

if TYPE_CHECKING:
    from sqlmodel import Session

    from mailgate.register.audit import Event
    from mailgate.register.held import HeldReply
    from mailgate.register.letters import LetterEntry
    from mailgate.register.tables import QuestionRow

_CORRESPONDENCE = {"follow_up": "follow-up", "note": "note", "absent": "absence"}
_LONG = ("question", "answer")
_WIDE = 1000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A question with all that hangs on it, each list oldest first."""

    row: QuestionRow
    events: Sequence[Event]
    letters: Sequence[LetterEntry]
    held: Sequence[HeldReply]


def drawn_up(session: Session, row: QuestionRow) -> Sheet:
    """Everything about a question of the register."""
    from mailgate.register import audit, held, letters

    assert row.id is not None
    return Sheet(row, audit.history(session, row.id), letters.about(session, row.id), held.about(session, row.id))


def as_object(sheet: Sheet) -> dict[str, Any]:
    """For programs: the columns of the export, then those that only we use, then the lists."""
    from mailgate.register.questions import exported

    facts = exported(sheet.row)
    return {
        **facts,
        **sheet.row.model_dump(exclude={"id", "year", "serial", *facts}),
        "events": [asdict(event) for event in sheet.events],
        "letters": [asdict(letter) for letter in sheet.letters],
        "held_replies": [asdict(reply) for reply in sheet.held],
    }


def in_words(sheet: Sheet) -> Iterator[str]:
    """For people, line by line; nothing in it can steer the terminal."""
    yield from _facts(sheet.row)
    for name in _LONG:
        yield f"\n--- {name}\n{visible(getattr(sheet.row, name) or '-')}"
    yield from _correspondence(sheet.events)
    yield "\n--- letters"
    yield from map(_letter, sheet.letters)
    if sheet.held:
        yield "\n--- held replies (mailgate quarantine show ID)"
        yield from map(_held, sheet.held)
    yield "\n--- history"
    yield from map(_event, sheet.events)


def _facts(row: QuestionRow) -> Iterator[str]:
    from mailgate.register.questions import exported

    facts = {name: value for name, value in exported(row).items() if name not in _LONG}
    for name, value in {**facts, "kind": row.kind, "mail": f"m{row.inbound_id}" if row.inbound_id else None}.items():
        yield f"{name:16}{'-' if value is None else one_line(str(value), _WIDE)}"
    for reason in row.because:
        yield f"{'because':16}{one_line(reason, _WIDE)}"


def _correspondence(events: Sequence[Event]) -> Iterator[str]:
    """Notes, follow-ups and absences, with what was written in them."""
    for event in events:
        if event.kind in _CORRESPONDENCE:
            text = event.detail.get("text")
            yield f"\n--- {_CORRESPONDENCE[event.kind]}  {in_warsaw(event.at)}  {one_line(event.actor)}"
            yield visible(text) if isinstance(text, str) and text else "-"


def _letter(letter: LetterEntry) -> str:
    done = in_warsaw(letter.accepted_at or letter.last_try_at or letter.created_at)
    state = "bounced" if letter.bounced_at else letter.state
    what = f"{letter.id:<6} {state:10} {letter.kind}"
    return f"{done}  {what}  to {one_line(letter.recipient)}  {one_line(letter.last_reply)}".rstrip()


def _held(reply: HeldReply) -> str:
    what = f"r{reply.id:<5} {reply.state:10} {envelope_sender(reply.sender)}"
    return f"{in_warsaw(reply.held_at)}  {what}  {one_line(reply.reason, _WIDE)}"


def _event(event: Event) -> str:
    """What an event adds to the sections above stands beside it."""
    added = facts_in(event.detail, but={"text"})
    return f"{in_warsaw(event.at)}  {event.kind:18} {one_line(event.actor)}  {one_line(', '.join(added), 100)}".rstrip()
