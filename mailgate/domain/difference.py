"""What a reconciliation finds: one thing that mailbox, spool, register and outbox do not agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Place = Literal["mailbox", "spool", "register", "outbox"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where it shows, by which id it is found, what is wrong, and the cure.

    ``id`` is ``m12`` for a mail of the spool, a number for a question, an id of the outbox for a letter, and
    ``FOLDER;UIDVALIDITY=..;UID=..`` for a message of the mailbox.
    """

    where: Place
    id: str
    what: str
    cure: str
