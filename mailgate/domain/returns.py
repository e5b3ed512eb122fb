"""What a delivery notice says of one letter of ours, and why it came back, in Polish.

Only the class of an outcome counts for the register (RFC 3463): failed, delayed or delivered.  Where a notice tells none
of them, nothing is undone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from mailgate.domain.bounce import Action, Bounce
from mailgate.domain.deliverywords import POLISH_KINDS, POLISH_REASONS, REASON_UNKNOWN
from mailgate.domain.machines.reasons import Reason
from mailgate.domain.mail import InboundMail
from mailgate.domain.threads import SentLetter

Outcome = Literal["failed", "delayed", "delivered", "unknown"]

_WORST_FIRST: Final[tuple[Outcome, ...]] = ("failed", "unknown", "delayed", "delivered")
_MOST_LOOKED_AT = 20_000
# Not "poczta" and its like: many offices are written to at such an address.
_SERVER = re.compile(r"(?:postmaster|mail(?:er)?[-_.]?(?:daemon|system|server)|mta|smtp)\d{0,3}", re.IGNORECASE)
# A code is not part of a telephone number, and has words behind it.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)|(?<![\d.#+-])(?<!\d )[45][05]\d[ -](?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Return:
    """What became of a letter, as a mail server tells it; ``diagnostic`` holds that server's own words."""

    letter: SentLetter
    outcome: Outcome
    address: str
    status: str | None = None
    diagnostic: str | None = None
    kind: Reason | None = None
    """The reason, by digits and words."""

    @property
    def reason(self) -> str:
        """Why, as a Polish clause without a full stop."""
        return reason_for(self.status, self.kind)


def return_of(bounce: Bounce, letter: SentLetter) -> Return:
    """What a notice says of a letter.

    Every letter has one recipient; where the notice names that address, its word on it counts, else the worst of what
    it names: the address may have become others on its way.
    """
    named = [one for one in bounce.recipients if one.address.lower() == letter.recipient.lower()]
    told = named or list(bounce.recipients)
    if not told:
        return Return(letter, _outcome(bounce.told), letter.recipient, kind=bounce.reason)
    first = min(told, key=lambda one: _WORST_FIRST.index(_outcome(one.action)))
    outcome = _outcome(first.action)
    kind = first.reason if first.reason != "other" else bounce.reason
    return Return(letter, outcome, first.address, first.status, first.diagnostic, kind)


def _outcome(action: Action) -> Outcome:
    match action:
        case "delivered" | "relayed" | "expanded":
            return "delivered"
        case "failed" | "delayed" | "unknown":
            return action
        case _:
            assert_never(action)


def comes_from_server(mail: InboundMail, text: str, letter: SentLetter) -> bool:
    """Whether a mail to the return address of a letter is a server's word on it, though it has no known shape.

    Whoever got the letter may have a machine that answers there as well: that is no bounce, so the sender must be
    somebody else, and either a server by name or one that speaks of that address or gives a status.
    """
    sender = mail.sender
    if sender is None:
        return True
    if sender.key == letter.recipient.lower():
        return False
    head = text[:_MOST_LOOKED_AT]
    if _SERVER.fullmatch(sender.address.rpartition("@")[0]):
        return True
    return letter.recipient.lower() in head.lower() or _STATUS.search(head) is not None


def reason_for(status: str | None, kind: Reason | None = None) -> str:
    """Why, for people: by the whole detail of an RFC 3463 status, else by the kind, else by the status's subject.

    Digits without a meaning of their own are given with words that have one (``5.0.0 User unknown``).
    """
    _, subject, detail = status.split(".") if status else ("", "", "")
    by_kind = POLISH_KINDS.get(kind) if kind else None
    return POLISH_REASONS.get(f"{subject}.{detail}") or by_kind or POLISH_REASONS.get(subject) or REASON_UNKNOWN
