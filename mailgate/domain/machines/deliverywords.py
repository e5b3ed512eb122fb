"""What the words of a delivery notification say of a letter's fate, where no fields say it.

To undo what was acknowledged for a notice that is none is the worse mistake: only words or digits that tell of a failure
are one.  Whatever tells neither that nor the opposite is unknown, and for a person.
"""

from __future__ import annotations

import re

from mailgate.domain.machines import bouncephrases as phrases
from mailgate.domain.machines.deliverystatus import Action, status_in
from mailgate.domain.machines.reasons import Reason, reason_of
from mailgate.domain.machines.subjects import opening_of

_OPENING = 1_000
# Not in a telephone number, and with words behind it: "550 no such user".
_CODE = re.compile(r"(?<![\d.#+-])(?<!\d )[45][05]\d[ -](?=[^\W\d])")
_PLAIN_REASONS: frozenset[Reason] = frozenset({"unknown_user", "mailbox_full", "too_large"})
"""Those whose words say more than that somebody talks of spam or of servers."""


def told_in_words(subject: str, words: str, *, by_server: bool) -> Action:
    """The fate of a letter by subject and text, folded; a code, or talk of a refusal, proves it where a server speaks."""
    opening = words[:_OPENING]
    text = f"{subject}\n{opening}"
    if phrases.DELAY.search(text):
        return "delayed"
    status = status_in(text) or ""
    if phrases.TEXT.search(opening) or status.startswith(("4", "5")):
        return "failed"
    if phrases.HELD.search(text):
        return "unknown"
    if phrases.DELIVERED.search(text) or status.startswith("2"):
        return "delivered"
    if phrases.ALMOST_FULL.search(text):
        return "unknown"
    return "failed" if _tells_a_failure(subject, text, by_server=by_server) else "unknown"


def _tells_a_failure(subject: str, text: str, *, by_server: bool) -> bool:
    title = opening_of(subject)
    if phrases.SUBJECT.match(title) and not phrases.OPEN_SUBJECT.fullmatch(title):
        return True
    reason = reason_of(None, text)
    return reason in _PLAIN_REASONS or (by_server and (reason != "other" or _CODE.search(text) is not None))
