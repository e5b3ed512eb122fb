"""The spool: mail that we have promised to keep, from receipt (``arrivals``) by its claims to its end (``claims``)."""

from __future__ import annotations

from mailgate.register.spool.arrivals import Arrival, Spooled, Taken, put, taken_at
from mailgate.register.spool.claims import (
    CUT_SHORT,
    MAX_ATTEMPTS,
    MAX_CUT_SHORT,
    Claim,
    ClaimedMail,
    ClaimLost,
    Recovered,
    claim,
    finish,
    finish_all,
    quarantine,
    recover,
    release,
    renew,
    replay,
    unclaim,
    unclaim_all,
)

__all__ = [
    "CUT_SHORT",
    "MAX_ATTEMPTS",
    "MAX_CUT_SHORT",
    "Arrival",
    "Claim",
    "ClaimLost",
    "ClaimedMail",
    "Recovered",
    "Spooled",
    "Taken",
    "claim",
    "finish",
    "finish_all",
    "put",
    "quarantine",
    "recover",
    "release",
    "renew",
    "replay",
    "taken_at",
    "unclaim",
    "unclaim_all",
]
