"""Which letter a delivery notice is about: the Message-IDs that it offers, the surest kind of them alone.

Whose they are is for the register to tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailgate.domain.machines.deliverystatus import report_texts
from mailgate.domain.mail import InboundMail

_MOST_LOOKED_AT = 100_000

_TYPES = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
# Microsoft 365 writes it as a caption in its HTML: "Message ID:".
_NAMED = re.compile(
    r"^[> \t]*(?:x-original-|original-)?message[- ]id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,990}>)",
    re.IGNORECASE | re.MULTILINE,
)
_OURS = re.compile(
    r"(?<![a-z0-9.])hot01\.[0-9]{1,19}\.[a-z2-7]{24}@[a-z0-9.-]{1,253}[a-z0-9]", re.IGNORECASE | re.ASCII
)


def message_ids_of(mail: InboundMail, text: str) -> tuple[str, ...]:
    """The Message-IDs of the returned letter, with their angle brackets and without doubles.

    Those that a returned copy, a report or the text names, and those that the notice answers; else one of our own that
    stands anywhere in the ``text``; else the last reference, for the others name the letters before this one.
    """
    told = dict.fromkeys((*_named(mail, text), *mail.in_reply_to))
    if told:
        return tuple(told)
    found = _OURS.search(text[:_MOST_LOOKED_AT])
    return (f"<{found[0]}>",) if found else mail.references[-1:]


def _named(mail: InboundMail, text: str) -> Iterator[str]:
    copies = (_head_of(part.content) for part in mail.attachments if part.content_type in _TYPES)
    written = (whole[:_MOST_LOOKED_AT] for whole in (*mail.plain, *report_texts(mail), text))
    for searched in (*copies, *written):
        found = _NAMED.search(searched)
        if found:
            yield found[1]


def _head_of(message: bytes) -> str:
    decoded = message[:_MOST_LOOKED_AT].decode("utf-8", "replace")
    return re.split(r"\r?\n\r?\n", decoded.lstrip(), maxsplit=1)[0]
