"""A letter with what it means for its questions, and who takes part in the correspondence."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.domain.letters import Effect, Letter
from mailgate.domain.mail import Address, Attachment, InboundMail
from mailgate.domain.tokens import Role

NEVER_ALONG = frozenset({"smime.p7s", "signature.asc", "winmail.dat"})


@dataclass(frozen=True, slots=True)
class Office:
    """Who takes part: the hot-line's own address, the consultants, and who is told of what needs a person."""

    hotline: Address
    consultants: tuple[Address, ...]
    administrators: tuple[Address, ...] = ()

    @property
    def consultant_keys(self) -> frozenset[str]:
        """The consultants' addresses as they are compared (``Address.key``)."""
        return frozenset(consultant.key for consultant in self.consultants)


@dataclass(frozen=True, slots=True)
class Post:
    """A letter to be sent: whose role it plays, and what its acceptance means for its questions."""

    letter: Letter
    role: Role
    effect: Effect
    question_ids: tuple[int, ...]
    number: str
    """The number that its token is bound to; "" where there is none."""


def original_files(mail: InboundMail) -> tuple[Attachment, ...]:
    """The files that a consultant may need: all but the seals of signatures."""
    return tuple(file for file in mail.attachments if file.name.lower() not in NEVER_ALONG)
