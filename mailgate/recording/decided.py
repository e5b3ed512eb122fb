"""One mail of a batch, on its way from its decision to the register."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.domain.changes import Decision
from mailgate.domain.mail import Envelope
from mailgate.domain.reading import Reading
from mailgate.domain.threads import StandingQuestion


@dataclass(frozen=True, slots=True)
class Decided:
    """A mail with all that is known of it and what follows."""

    inbound_id: int
    envelope: Envelope
    reading: Reading
    decision: Decision
    standing: dict[int, StandingQuestion]
    archive: bool = False
    retaken: bool = False
    """Read again after a restoration: its letters may have gone out before, and none is sent by itself."""
