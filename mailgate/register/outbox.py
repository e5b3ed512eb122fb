"""The outbox: letters decided upon and not yet accepted by the smarthost.

    queued ──claim, mark_sending──► sending ──► accepted     2xx: its questions are acknowledged or answered
      ▲                                 ├─────► deferred     4xx or no connection: due again at next_try_at
      │                                 ├─────► refused      5xx, or deferred past give_up_at
      └──────────── retry ◄─────────────┴─────► uncertain    lost after DATA, or the process died: a person decides;
                                                             so it begins where it may have been sent before (doubt)

A claim is a lease that leaves the state alone: until ``mark_sending`` nothing has left, and a crash costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, zip_longest
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlmodel import Session

from mailgate.domain.letters import Effect
from mailgate.domain.tokens import Role
from mailgate.register import audit
from mailgate.register.outcomes import letter_events, mark_uncertain
from mailgate.register.sentletters import key_of
from mailgate.register.sql import run
from mailgate.register.tables import LetterContentRow, LetterQuestionRow, LetterRow, QuestionRow, table_of

GIVE_UP_AFTER = timedelta(days=5)
"""How long a letter is tried (RFC 5321 section 4.5.4.1: at least four to five days)."""

SENDING_LEASE = timedelta(minutes=30)
"""How long one attempt may last: more than all time limits of RFC 5321 section 4.5.3.2 together."""

MAX_CLAIMED_BYTES = 64 * 1024 * 1024
"""A claim ends before it holds more bytes than this, but holds one letter at least: many large ones fill the memory."""

CLOCK_SLACK = timedelta(minutes=1)
"""A letter that was tried later than now, by more than this, was tried before the clock was set back: it is due."""


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A rendered letter to one recipient; its Message-ID is fixed here, before any try."""

    message_id: str
    token: str
    kind: str
    role: Role
    effect: Effect
    recipient: str
    envelope_sender: str
    subject: str
    question_ids: tuple[int, ...]
    content: bytes
    created_at: datetime
    doubt: str | None = None
    """Why it may have been sent already, in an English sentence: it is uncertain from the beginning then."""


@dataclass(frozen=True, slots=True)
class ClaimedLetter:
    """A letter taken for sending; ``attempts`` are the tries before this one, however far they came."""

    id: int
    message_id: str
    recipient: str
    envelope_sender: str
    content: bytes
    attempts: int
    created_at: datetime
    give_up_at: datetime
    kind: str | None = field(default=None, compare=False)
    number: str | None = field(default=None, compare=False)
    """That of its (first) question: what the journal tells of a letter beside its id."""


_letter = table_of(LetterRow)
_content = table_of(LetterContentRow)
_about = table_of(LetterQuestionRow)
_question = table_of(QuestionRow)

_INSERT = insert(_letter).returning(_letter.c.id, sort_by_parameter_order=True)
_INSERT_CONTENT = insert(_content)
_INSERT_ABOUT = insert(_about)
_free = or_(_letter.c.claimed_until.is_(None), _letter.c.claimed_until <= bindparam("now"))
_QUEUED = (
    select(_letter.c.id)
    .where(_letter.c.state == "queued", _free)
    .order_by(_letter.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_DEFERRED = (
    select(_letter.c.id)
    .where(_letter.c.state == "deferred", _letter.c.next_try_at <= bindparam("now"), _free)
    .order_by(_letter.c.next_try_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(_letter)
    .where(_letter.c.id.in_(bindparam("ids", expanding=True)))
    .values(claimed_by=bindparam("owner"), claimed_until=bindparam("until"))
)
_SIZES = select(_content.c.letter_id, func.length(_content.c.content).label("size")).where(
    _content.c.letter_id.in_(bindparam("ids", expanding=True))
)
_CLAIMED = (
    select(
        _letter.c.id,
        _letter.c.message_id,
        _letter.c.recipient,
        _letter.c.envelope_sender,
        _content.c.content,
        _letter.c.attempts,
        _letter.c.created_at,
        _letter.c.give_up_at,
        _letter.c.kind,
        select(func.min(_question.c.number))
        .join(_about, _about.c.question_id == _question.c.id)
        .where(_about.c.letter_id == _letter.c.id)
        .scalar_subquery(),
    )
    .join(_content, _content.c.letter_id == _letter.c.id)
    .where(_letter.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_letter.c.id)
)
_SEND = (
    update(_letter)
    .where(
        _letter.c.id == bindparam("letter_id"),
        _letter.c.claimed_by == bindparam("owner"),
        _letter.c.state.in_(("queued", "deferred")),
    )
    .values(
        state="sending",
        attempts=_letter.c.attempts + 1,
        claimed_until=bindparam("until"),
        last_try_at=bindparam("now"),
        next_try_at=None,
    )
)
_UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_until": None}


def enqueue(session: Session, letters: Sequence[NewLetter]) -> list[int]:
    """Add letters in the transaction of the decision that they follow from, with an event for each; their ids."""
    if not letters:
        return []
    ids = list(run(session, _INSERT, [_values(letter) for letter in letters]).scalars())
    numbered = list(zip(ids, letters, strict=True))
    run(session, _INSERT_CONTENT, [{"letter_id": id, "content": letter.content} for id, letter in numbered])
    about = [
        {"letter_id": id, "question_id": question_id}
        for id, letter in numbered
        for question_id in dict.fromkeys(letter.question_ids)
    ]
    if about:
        run(session, _INSERT_ABOUT, about)
    audit.add(session, [event for id, letter in numbered for event in _queued_events(id, letter)])
    return ids


def claim(session: Session, owner: str, limit: int, now: datetime, lease: timedelta) -> list[ClaimedLetter]:
    """Take letters that are due (queued, or deferred with next_try_at passed), oldest first, for one courier.

    Neither kind keeps the other waiting: where there are plenty of both, each has half of the places, and of the
    memory (MAX_CLAIMED_BYTES).
    """
    values = {"now": now, "limit": limit}
    queued = list(run(session, _QUEUED, values).scalars())
    deferred = list(run(session, _DEFERRED, values).scalars())
    deferred = deferred[: max(limit // 2, limit - len(queued), 1)]
    in_turns = zip_longest(queued[: limit - len(deferred)], deferred)
    due = [id for turn in in_turns for id in turn if id is not None]
    if not due:
        return []
    ids = _within_memory(session, due)
    run(session, _TAKE, {"ids": ids, "owner": owner, "until": now + lease})
    return [ClaimedLetter(*row) for row in run(session, _CLAIMED, {"ids": ids})]


def _within_memory(session: Session, ids: Sequence[int]) -> list[int]:
    """The first of these letters, as many as may be in hand together."""
    sizes = {row.letter_id: row.size for row in run(session, _SIZES, {"ids": ids})}
    held = accumulate(sizes[id] for id in ids)
    return [
        id for place, (id, size) in enumerate(zip(ids, held, strict=True)) if not place or size <= MAX_CLAIMED_BYTES
    ]


def mark_sending(session: Session, letter_id: int, owner: str, now: datetime) -> bool:
    """The content is about to leave: from here until the reply is recorded a crash means ``uncertain``.

    False when the letter is no longer this owner's: it must not be sent.
    """
    values = {"letter_id": letter_id, "owner": owner, "now": now, "until": now + SENDING_LEASE}
    return run(session, _SEND, values).rowcount == 1


def not_left(session: Session, letter_ids: Sequence[int], owner: str) -> None:
    """Letters for which nobody learned whether ``mark_sending`` was committed, and whose content therefore stayed here.

    Those that it did mark are queued as before, and the try is not counted.
    """
    mine = (_letter.c.id.in_(letter_ids), _letter.c.claimed_by == owner, _letter.c.state == "sending")
    values = {"state": "queued", "attempts": _letter.c.attempts - 1, **_UNCLAIMED}
    run(session, update(_letter).where(*mine).values(**values))


def unclaim(session: Session, owner: str) -> int:
    """Give back what this owner claimed and has not begun to send."""
    mine = (_letter.c.claimed_by == owner, _letter.c.state.in_(("queued", "deferred")))
    return run(session, update(_letter).where(*mine).values(**_UNCLAIMED)).rowcount


def recover(session: Session, owner: str, now: datetime) -> int:
    """Letters that a dead process was sending become uncertain, its other claims are free again.

    Dead is whoever let a lease run out and, at a start, whoever bore this process's own (stable) name before.  While
    the process runs ``owner`` is "": then leases alone decide.  Returns how many became uncertain.

    A deferred letter whose last try lies in the future is due: the clock has been set back since.
    """
    dead = or_(_letter.c.claimed_by == owner, _letter.c.claimed_until <= now)
    chosen = select(_letter.c.id).where(_letter.c.state == "sending", dead)
    # At a start, PostgreSQL may not have noticed yet that the process before us is dead: what it holds is waited for.
    ids = list(run(session, chosen.with_for_update(skip_locked=not owner)).scalars())
    for id in ids:
        mark_uncertain(session, id, "The process ended while this letter was being sent.", now)
    ahead = (_letter.c.state == "deferred", _letter.c.last_try_at > now + CLOCK_SLACK)
    run(session, update(_letter).where(*ahead).values(next_try_at=now))
    unclaim(session, owner)
    return len(ids)


def retry(session: Session, letter_id: int, now: datetime) -> bool:
    """A person has a refused, deferred or uncertain letter tried again, same Message-ID, or one that came back.

    It has the full time to be given up again.  Adds the event ``letter_retried``.  False in any other state.
    """
    again = or_(
        _letter.c.state.in_(("refused", "deferred", "uncertain")),
        and_(_letter.c.state == "accepted", _letter.c.bounced_at.is_not(None)),
    )
    chosen = (_letter.c.id == letter_id, again)
    values = {"state": "queued", "next_try_at": None, "give_up_at": now + GIVE_UP_AFTER, **_UNCLAIMED}
    values |= {"accepted_at": None, "bounced_at": None}
    if run(session, update(_letter).where(*chosen).values(**values)).rowcount != 1:
        return False
    audit.add(session, letter_events(session, letter_id, "letter_retried", now, actor="administrator"))
    return True


def _values(letter: NewLetter) -> dict[str, Any]:
    return {
        "message_id": letter.message_id,
        "token": letter.token,
        "kind": letter.kind,
        "role": letter.role,
        "effect": letter.effect,
        "recipient": letter.recipient,
        "recipient_key": key_of(letter.recipient),
        "envelope_sender": letter.envelope_sender,
        "subject": letter.subject,
        "created_at": letter.created_at,
        "state": "uncertain" if letter.doubt else "queued",
        "attempts": 0,
        "give_up_at": letter.created_at + GIVE_UP_AFTER,
        "last_reply": letter.doubt,
    }


def _queued_events(letter_id: int, letter: NewLetter) -> list[audit.Event]:
    told: list[tuple[str, dict[str, Any]]] = [("letter_queued", {"kind": letter.kind, "recipient": letter.recipient})]
    if letter.doubt:
        told.append(("letter_uncertain", {"reply": letter.doubt}))
    return [
        audit.Event(letter.created_at, kind, "mailgate", question_id, None, letter_id, detail)
        for question_id in dict.fromkeys(letter.question_ids) or (None,)
        for kind, detail in told
    ]
