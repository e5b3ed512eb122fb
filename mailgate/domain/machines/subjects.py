"""A subject as the signs of machines are looked for in it: folded, and without what gateways put before it."""

from __future__ import annotations

import re

from mailgate.domain.mail import InboundMail
from mailgate.domain.polish.words import fold, squeeze

_MOST_LOOKED_AT = 1_000

_TAGS = re.compile(r"(?:\[[^\]]{0,60}\][\s:]*|\*{2,}[^*]{1,30}\*{2,}\s*|\*{2,}\s*){1,4}")
"""What gateways and help desks put before everything: ``[EXTERNAL]``, ``[#48213]``, ``***SPAM***``."""
_TAG = re.compile(r"\[([^\]]{1,60})\]")
_ANSWERS = re.compile(r"(?:re|odp|aw|sv|pd|fw|fwd|wg|tr|przekazan[ao])(?:\[\d+\])?\s*:")


def subject_of(mail: InboundMail) -> str:
    """The subject in lower case, without diacritics, its white space folded."""
    return squeeze(fold(mail.subject[:_MOST_LOOKED_AT]))


def opening_of(subject: str) -> str:
    """A folded subject from the first word that its author, or his mail client, chose."""
    tags = _TAGS.match(subject)
    return subject[tags.end() :] if tags else subject


def first_tag(subject: str) -> str:
    """What stands in the square brackets that open a folded subject, or an empty text: ``#48213``."""
    tag = _TAG.match(subject)
    return tag[1] if tag else ""


def answers_or_forwards(subject: str) -> bool:
    """Whether a person answers or passes on a mail: ``Re:``, ``ODP:``, ``PD:`` stand before a folded subject."""
    return _ANSWERS.match(opening_of(subject)) is not None
