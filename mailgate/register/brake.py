"""The brake: letters that would only keep a machine talking are not written, and a person is told once.

Registering goes on whatever happens here.  What is held back stands as a note on its question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from mailgate import maillog
from mailgate.domain.addresses.choice import office_domain
from mailgate.domain.correspondence.post import Post
from mailgate.domain.letters import Letter, NoMeeting, kind_of
from mailgate.domain.looping import (
    RECEIPTS,
    REMEMBERED,
    WINDOW,
    Before,
    Sent,
    Stopped,
    correspondent,
    is_watched,
    stopped,
)
from mailgate.register import audit, held, questions, sentletters

MOST_COMPARED = 100
"""No more mails of the window are looked at: a flood is a flood by its newest ones."""
STOPPED = "letters to {} are stopped: it may be a machine that answers each of them"
"""Why an entry stands in the list of what a person must look at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter about to be written in consequence of a mail; ``automatic`` says that the mail shows a machine's traits."""

    post: Post
    inbound_id: int
    automatic: bool = False


def braked(session: Session, candidates: Sequence[Candidate], now: datetime) -> tuple[list[Post], list[maillog.Line]]:
    """The letters that may be written, and a line for the journal for each that may not."""
    kept: list[Post] = []
    journal: list[maillog.Line] = []
    for candidate in candidates:
        letter, automatic = candidate.post.letter, candidate.automatic
        watched = is_watched(letter, automatic=automatic)
        stop = stopped(letter, _before(session, letter, kept, now), now, automatic=automatic) if watched else None
        if stop is None:
            kept.append(candidate.post)
        else:
            journal += _held_back(session, candidate, stop, now)
    return kept, journal


def _before(session: Session, letter: Letter, kept: Sequence[Post], now: datetime) -> Before:
    """What went before a letter; ``kept`` are those of this transaction, which are not in the outbox yet."""
    address, whom = letter.to.address, correspondent(letter.to.address)
    written = [Sent(kind_of(post.letter), now) for post in kept if correspondent(post.letter.to.address) == whom]
    office = office_domain(letter.to.domain)
    start = "" if office else whom.rpartition("@")[0]
    asked = questions.asked_since(session, start, letter.to.domain, now - WINDOW, MOST_COMPARED)
    receipts = [post for post in kept if kind_of(post.letter) in RECEIPTS]
    to_office = sum(not asked.keys().isdisjoint(post.question_ids) for post in receipts)
    return Before(
        sent=(*sentletters.sent_since(session, address, now - REMEMBERED), *written),
        asked=tuple(asked.values()),
        to_office=to_office + sentletters.count_about(session, tuple(asked), RECEIPTS),
    )


def _held_back(session: Session, candidate: Candidate, stop: Stopped, now: datetime) -> Iterator[maillog.Line]:
    post, kind = candidate.post, kind_of(candidate.post.letter)
    text = f"no letter ({kind}): {stop.letters} went to {_the_same(stop)} shortly before"
    audit.add(session, [audit.Event(now, "note", "mailgate", id, detail={"text": text}) for id in post.question_ids])
    yield partial(maillog.braked, number=post.number or None, kind=kind, letters=stop.letters)
    if post.role == "clerk" and not isinstance(post.letter, NoMeeting):
        _tell_once(session, candidate, stop.whom, now)


def _the_same(stop: Stopped) -> str:
    return "the same office" if stop.whom.startswith("@") else "the same address"


def _tell_once(session: Session, candidate: Candidate, whom: str, now: datetime) -> None:
    """An entry in the list of what a person must look at; while it stands there, no second one is made."""
    reason = STOPPED.format(whom)
    if not held.is_held(session, reason):
        question_id = candidate.post.question_ids[0] if candidate.post.question_ids else None
        held.hold(session, candidate.inbound_id, question_id, reason, now)
