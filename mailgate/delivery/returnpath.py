"""The envelope sender of a letter: its own return address, or ours without a tag where the smarthost takes no other.

Some smarthosts send only from addresses that they know.  A letter must not be lost by our wish to recognise its bounce:
what comes back is then told by the Message-ID that it quotes.
"""

from __future__ import annotations

import logging
import re

from mailgate.delivery.outcome import Deferred, Outcome, Refused
from mailgate.domain.addresses.wire import wire_address
from mailgate.domain.tokens import untagged

_log = logging.getLogger("mailgate.delivery")
# RFC 3463 X.1.7 and X.1.8 concern the sender; 5.7.60 is Exchange's word for an address that one may not send as.
_ABOUT_SENDER = re.compile(
    r"\b5\.1\.[78]\b|\b5\.7\.60\b|\bsender\b|\bsend(?:ing)? (?:as|from)\b|\bmail from\b|\benvelope[- ]from\b|\bnadawc",
    re.IGNORECASE,
)


class ReturnPath:
    """Remembers, for one courier, whether the smarthost takes return addresses."""

    def __init__(self) -> None:
        self._tags = True

    def sender(self, address: str) -> str:
        """The address for MAIL, "" for the null sender.  Raises ValueError where it cannot be written."""
        if not address:
            return ""
        return wire_address(address if self._tags else untagged(address))

    def learned(self, outcome: Outcome, sender: str) -> Outcome:
        """The outcome, or another try with the plain address where the smarthost refused a return address as such."""
        refused = isinstance(outcome, Refused) and outcome.answered and _ABOUT_SENDER.search(outcome.reply)
        if not refused or untagged(sender) == sender:
            return outcome
        if self._tags:
            self._tags = False
            _log.warning(
                "the smarthost refuses return addresses with a plus-tag; letters go out from the plain address. "
                "Where it need not, let it take hotline+anything@ as a sender"
            )
        assert isinstance(outcome, Refused)
        return Deferred(outcome.reply)
