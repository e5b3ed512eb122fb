"""Read receipts (RFC 8098): whether a mail is one, and whether the letter was truly opened."""

from __future__ import annotations

import re
from typing import Literal

from mailgate.domain.machines import phrases
from mailgate.domain.machines.ownwords import own_words
from mailgate.domain.mail import InboundMail
from mailgate.domain.polish.words import fold, squeeze

_TYPE = "message/disposition-notification"
_MOST_LOOKED_AT = 20_000
_DISPOSITION = re.compile(r"^disposition:[^;\n]*;\s*([a-z-]+)", re.IGNORECASE | re.MULTILINE)
_NOT_READ = re.compile(r"nie ?przeczytan|usunieto bez|not read|ungelesen|deleted")


def receipt_of(mail: InboundMail) -> Literal["seen", "not seen"] | None:
    """What a read receipt says; None where the mail is none.  By its report, else by its subject and text."""
    reports = (part.content[:_MOST_LOOKED_AT] for part in mail.attachments if part.content_type == _TYPE)
    for report in reports:
        told = _DISPOSITION.search(report.decode("utf-8", "replace"))
        return "seen" if told and told[1].lower() == "displayed" else "not seen"
    subject = squeeze(fold(mail.subject[:1_000]))
    perhaps = phrases.PERHAPS_READ_SUBJECT.match(subject) and phrases.READ_TEXT.search(own_words(mail))
    if not (phrases.READ_SUBJECT.match(subject) or perhaps):
        return None
    return "not seen" if _NOT_READ.match(subject) else "seen"
