"""The brake: letters that would only keep a machine talking are not written, and a person is told once.

Registering goes on whatever happens here.  What is held back stands as a note on its question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlmodel import Session

from mailgate import maillog
from mailgate.domain.correspondence import Post, limits_on
from mailgate.domain.letters import Acknowledgement, LetterKind, NoForm, NoMeeting, kind_of
from mailgate.domain.looping import MOST_LETTERS, WINDOW, repeats_itself
from mailgate.register import audit, held, outbox, questions

RECEIPTS: tuple[LetterKind, ...] = ("acknowledgement", "no_form", "no_meeting")
"""What we write to whoever writes to us, without a person having had a hand in it."""
STOPPED = "letters to {} are stopped: it may be a machine that answers each of them"
"""Why an entry stands in the list of what a person must look at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter about to be written in consequence of a mail; ``automatic`` says that the mail shows a machine's traits."""

    post: Post
    inbound_id: int
    automatic: bool = False


@dataclass(slots=True)
class _Queue:
    """What is written already in this transaction and not yet in the outbox."""

    letters: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, post: Post) -> None:
        self.letters[post.letter.to.key, kind_of(post.letter)] += 1

    def sent(self, session: Session, address: str, kinds: Sequence[str], since: datetime) -> int:
        """How many letters of these kinds the address has got since then, or is about to get."""
        waiting = sum(self.letters[address.lower(), kind] for kind in kinds)
        return outbox.sent_since(session, address, kinds, since) + waiting


def braked(
    session: Session, candidates: Sequence[Candidate], now: datetime
) -> tuple[list[Post], list[Callable[[], None]]]:
    """The letters that may be written, and a line for the journal for each that may not."""
    kept: list[Post] = []
    journal: list[Callable[[], None]] = []
    queue = _Queue()
    for candidate in candidates:
        before = _too_many(session, candidate, queue, now)
        if before is None:
            queue.add(candidate.post)
            kept.append(candidate.post)
        else:
            journal += _held_back(session, candidate, before, now)
    return kept, journal


def _too_many(session: Session, candidate: Candidate, queue: _Queue, now: datetime) -> int | None:
    """How many letters went before, where that is too many; None where the letter may be written."""
    letter = candidate.post.letter
    address, kind = letter.to.address, kind_of(letter)
    for limit in limits_on(letter):
        before = queue.sent(session, address, (kind,), now - limit.within)
        if before >= limit.most:
            return before
    if kind not in RECEIPTS or not (candidate.automatic or isinstance(letter, NoForm)):
        return None
    before = queue.sent(session, address, RECEIPTS, now - WINDOW)
    return before if before >= MOST_LETTERS and _looks_like_loop(session, candidate, now) else None


def _looks_like_loop(session: Session, candidate: Candidate, now: datetime) -> bool:
    """A machine by its traits, or one that says the same again and again.

    The law wants every question acknowledged, also one that a group address sends by itself or that somebody sends many
    times: a filled form must bear the traits and repeat itself to be a loop's.
    """
    letter = candidate.post.letter
    asked = questions.asked_since(session, letter.to.address, now - WINDOW)
    match letter:
        case Acknowledgement(questions=asked_now):
            return candidate.automatic and all(repeats_itself(one.text, asked) for one in asked_now)
        case NoForm(question=question):
            return candidate.automatic or repeats_itself(question.text, asked)
        case NoMeeting():
            return candidate.automatic
        case _:
            return False


def _held_back(session: Session, candidate: Candidate, before: int, now: datetime) -> Iterator[Callable[[], None]]:
    post, kind = candidate.post, kind_of(candidate.post.letter)
    text = f"no letter ({kind}): {before} went to the same address shortly before"
    audit.add(session, [audit.Event(now, "note", "mailgate", id, detail={"text": text}) for id in post.question_ids])
    yield partial(maillog.braked, number=post.number or None, kind=kind, letters=before)
    if post.role == "clerk" and not isinstance(post.letter, NoMeeting):
        _tell_once(session, candidate, now)


def _tell_once(session: Session, candidate: Candidate, now: datetime) -> None:
    """An entry in the list of what a person must look at; while it stands there, no second one is made."""
    address = candidate.post.letter.to.address.lower()
    reason = STOPPED.format(address)
    if not held.is_held(session, reason):
        question_id = candidate.post.question_ids[0] if candidate.post.question_ids else None
        held.hold(session, candidate.inbound_id, question_id, reason, now)
