"""What the register knows of a mail before it is classified: the letters of ours that it answers or tells of, and the
questions that it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from mailgate.domain.classify import Known, numbers_in
from mailgate.domain.correspondence.post import Office
from mailgate.domain.mail import Envelope
from mailgate.domain.reading import Reading
from mailgate.domain.threads import SentLetter, lost_letter_about, proven
from mailgate.domain.tokens import TokenKey, tokens_in, tokens_returned
from mailgate.register import questions, sentletters


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Looks a mail up; ``key`` proves the tokens that it carries."""

    office: Office
    key: TokenKey
    trusted_authserv_id: str | None

    def of(self, session: Session, reading: Reading, envelope: Envelope) -> tuple[Known, frozenset[int]]:
        """What is known of a mail, and the ids of all questions that what follows from it may touch."""
        named = self._named(session, reading)
        known = self._known(session, reading, envelope, names_ours=bool(named))
        letters = (known.letter, known.own_letter, known.returned, *known.bounced)
        return known, named.union(*(letter.question_ids for letter in letters if letter))

    def _named(self, session: Session, reading: Reading) -> frozenset[int]:
        """The questions whose numbers a mail with a form names: the form may be our own letter's repetition.

        Those that a consultant's mail names are looked up as well, for he may have written without pressing Reply.
        """
        numbers = numbers_in(reading) if reading.forms.filled or self._by_consultant(reading) else ()
        rows = (questions.by_number(session, number) for number in numbers)
        return frozenset(row.id for row in rows if row and row.id is not None)

    def _known(self, session: Session, reading: Reading, envelope: Envelope, *, names_ours: bool) -> Known:
        """Most mails name no letter of ours and need no look."""
        office = self.office
        mail, bounce = reading.mail, reading.bounce
        tokens = tokens_in(mail, reading.text, envelope.recipients)
        letters = sentletters.by_tokens(session, tokens) if tokens else {}
        own_id = mail.message_id
        named = [own_id] if own_id and own_id.startswith("<hot01.") else []
        named += bounce.message_ids if bounce else ()
        by_id = sentletters.by_message_ids(session, named) if named else {}
        letter = proven(tokens, letters, self.key)
        bounced = tuple(by_id[id] for id in (bounce.message_ids if bounce else ()) if id in by_id)
        return Known(
            hotline=office.hotline,
            consultants={consultant.key: consultant for consultant in office.consultants},
            administrators=frozenset(administrator.key for administrator in office.administrators),
            trusted_authserv_id=self.trusted_authserv_id,
            letter=letter,
            own_letter=by_id.get(own_id) if own_id else None,
            bounced=bounced or ((letter,) if bounce and letter else ()),
            returned=proven(tokens_returned(mail, envelope.recipients), letters, self.key) if tokens else None,
            names_ours=names_ours,
            null_sender=envelope.sender == "",
            lost=None if letter else self._lost(reading, tokens, letters),
        )

    def _lost(self, reading: Reading, tokens: Sequence[str], letters: Mapping[str, SentLetter]) -> str | None:
        """The number of the lost letter that a consultant answers; the register was restored then."""
        sender = reading.mail.sender
        if not tokens or sender is None or not self._by_consultant(reading):
            return None
        return lost_letter_about(tokens, letters, numbers_in(reading), sender.address, self.key)

    def _by_consultant(self, reading: Reading) -> bool:
        return reading.mail.sender is not None and reading.mail.sender.key in self.office.consultant_keys
