"""The decisions of a batch are written: everything is gathered first and written with few statements."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain

from sqlmodel import Session

from mailgate import maillog
from mailgate.delivery.composer import Composer
from mailgate.domain.correspondence.aboutchanges import letters_about_changes
from mailgate.domain.correspondence.aboutentries import NumberedEntry, letters_about_entries, told_truly
from mailgate.domain.correspondence.post import Office, Post
from mailgate.domain.letters import kind_of
from mailgate.domain.tokens import TokenKey, message_id, reply_address, return_address
from mailgate.domain.verdicts import OwnLetter
from mailgate.recording.changes import apply, written_changes
from mailgate.recording.decided import Decided
from mailgate.recording.entries import open_entries, reused_ids, said_beside
from mailgate.register import audit, outbox, restores, spool
from mailgate.register.brake import Candidate, braked

SERIAL_DIGITS = 6
FROM_MACHINES = frozenset({"auto_reply", "bounce", "bulk", "invitation"})
"""Verdicts on mail that no person wrote: of an archive it is put on record, and nobody need look at it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a batch came to: the letters queued, and the lines for the journal, to be written after the commit."""

    letters: int
    journal: tuple[maillog.Line, ...]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes decisions; holds what letters need beside their content."""

    office: Office
    composer: Composer
    key: TokenKey
    reply_addresses: bool

    def record(self, session: Session, batch: Sequence[Decided], owner: str, now: datetime) -> Recorded:
        """Write a batch that ``owner`` has claimed.  Raises whatever the database raises."""
        candidates: list[Candidate] = []
        doubted: list[Post] = []
        journal: list[maillog.Line] = []
        numbered = open_entries(session, batch, now)
        audit.add(session, reused_ids(session, batch, numbered, now))
        audit.add(session, said_beside(batch, numbered, now))
        for mail, entries in zip(batch, numbered, strict=True):
            journal += [_registered(mail, one, now) for one in entries]
            journal += [apply(session, mail, change, now) for change in written_changes(mail)]
            if mail.retaken:
                doubted += [candidate.post for candidate in self._candidates(mail, entries)]
            elif not mail.archive:
                candidates += self._candidates(mail, entries)
            journal += _close(session, mail, owner, now)
        kept, held_back = braked(session, candidates, now)
        kept = told_truly(kept, [candidate.post for candidate in candidates])
        self.post(session, kept, now)
        journal += self._put_aside(session, doubted, now)
        return Recorded(len(kept), (*journal, *held_back))

    def post(self, session: Session, posts: Sequence[Post], now: datetime) -> None:
        """Render letters and put them into the outbox.  Raises ConfigurationError where a template cannot be filled."""
        outbox.enqueue(session, [self._rendered(post, now) for post in posts])

    def _put_aside(self, session: Session, posts: Sequence[Post], now: datetime) -> list[maillog.Line]:
        """Letters that have most likely gone out, before the register was restored: a person settles them."""
        restore = restores.last(session) if posts else None
        if restore is None:
            return []
        letters = [replace(self._rendered(post, now), doubt=restore.note) for post in posts]
        ids = outbox.enqueue(session, letters)
        return [partial(maillog.letter_uncertain, letter_id=id, reply=restore.note) for id in ids]

    def _candidates(self, mail: Decided, entries: Sequence[NumberedEntry]) -> list[Candidate]:
        """Every letter that follows from a mail."""
        reading, automation = mail.reading, mail.reading.automation
        automatic = automation is not None and automation.kind == "auto_reply"
        posts = chain(
            letters_about_entries(entries, reading, mail.envelope, self.office),
            letters_about_changes(mail.decision.changes, mail.standing, reading, self.office),
        )
        return [Candidate(post, mail.inbound_id, automatic) for post in posts]

    def _rendered(self, post: Post, now: datetime) -> outbox.NewLetter:
        """A letter with its token, its Message-ID and its bytes; from here on none of them changes."""
        hotline, recipient = self.office.hotline, post.letter.to.address
        tagged = self.reply_addresses
        token = self.key.issue(post.role, post.number, recipient, secrets.token_bytes(5))
        identity = message_id(_serial(post.number), token, hotline.domain)
        reply_to = reply_address(hotline.address, token) if tagged else hotline.address
        composed = self.composer.compose(post.letter, identity, reply_to, now, token)
        return outbox.NewLetter(
            message_id=identity,
            token=token,
            kind=kind_of(post.letter),
            role=post.role,
            effect=post.effect,
            recipient=recipient,
            envelope_sender=return_address(hotline.address, token) if tagged else hotline.address,
            subject=composed.subject,
            question_ids=post.question_ids,
            content=composed.content,
            created_at=now,
        )


def _serial(number: str) -> int:
    return int(number[-SERIAL_DIGITS:]) if number else 0


def _close(session: Session, mail: Decided, owner: str, now: datetime) -> list[maillog.Line]:
    """The mail has had its effect, or stands aside for a person."""
    decision = mail.decision
    if decision.set_aside is None or (mail.archive and decision.verdict in FROM_MACHINES):
        spool.finish(session, mail.inbound_id, decision.verdict, now, owner=owner)
        dropped = decision.verdict == OwnLetter.kind
        lines = [partial(maillog.no_question, spool_id=mail.inbound_id, kind=decision.verdict)] if dropped else []
        return [*lines, partial(maillog.handled, spool_id=mail.inbound_id, verdict=decision.verdict)]
    spool.quarantine(session, mail.inbound_id, decision.set_aside, decision.verdict, now, owner=owner)
    reason, verdict = decision.set_aside, decision.verdict
    return [partial(maillog.quarantined, spool_id=mail.inbound_id, reason=reason, verdict=verdict)]


def _registered(mail: Decided, one: NumberedEntry, now: datetime) -> maillog.Line:
    # What an archive or a restoration brings was received long ago, and says nothing of how quick we are.
    seconds = None if mail.archive or mail.retaken else (now - mail.envelope.received_at).total_seconds()
    spool_id, kind = mail.inbound_id, one.entry.kind
    return partial(maillog.registered, spool_id=spool_id, number=one.number, kind=kind, seconds=seconds)
