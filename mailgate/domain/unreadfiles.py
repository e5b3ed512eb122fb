"""Which files of a mail nobody has read, and why, as the remarks of the readers tell it (``InboundMail.notes``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from mailgate.domain.mail import InboundMail
from mailgate.domain.reading import Reading

Why = Literal[
    "locked",  # by a password, or encrypted for somebody else
    "damaged",
    "illegible",  # a scan too small or too bad
    "foreign",  # of a kind for which there is no reader
    "picture",  # left unread, because a form was found in a text
    "left",  # in whole or in part, for what it would have cost
]
_REMARK: Final = re.compile(r"attachment:(.+?): (.+)", re.DOTALL)
# The first that fits tells: a document without a reader may be damaged or locked as well.
_REASONS: Final[tuple[tuple[re.Pattern[str], Why], ...]] = (
    (re.compile(r"(?:not (?:read|opened): .*)?(?:\bencrypted\b|protected by a password)"), "locked"),
    (re.compile(r"hardly legible"), "illegible"),
    (re.compile(r"not (?:read|opened): .*(?:damaged|no readable|no member|no stream|no pieces|no \w+ document|no RTF)"),
     "damaged"),
    (re.compile(r"not (?:read|opened): .*which a person must open"), "foreign"),
    (re.compile(r"a picture of a page, not read"), "picture"),
    (re.compile(r"\bnot (?:read|opened)\b|\bOCR\b|pages were read"), "left"),
)  # fmt: skip
_MEMBER: Final = re.compile(r"((?:(?!not read: ).)+?): (?:protected by a password|not opened: )")
"""A remark on a file inside of an archive names it itself."""


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that was not read, or not to its end; ``name`` of one in an archive is ``OUTER/INNER``."""

    name: str
    why: Why


def unread_in(notes: Iterable[str]) -> tuple[UnreadFile, ...]:
    """The files that the remarks name, each once with its first reason, in order."""
    found: dict[str, Why] = {}
    for note in notes:
        remark = _REMARK.match(note)
        why = _why(remark[2]) if remark else None
        if remark and why:
            member = _MEMBER.match(remark[2])
            found.setdefault(f"{remark[1]}/{member[1]}" if member else remark[1], why)
    return tuple(UnreadFile(name, why) for name, why in found.items())


def told_to_consultants(mail: InboundMail) -> tuple[UnreadFile, ...]:
    """All unread files but the pictures in the text that are no scans of anything: arms of an office, portraits."""
    unread = unread_in(mail.notes)
    shown = set(_shown_in_text(mail)) if unread else set()
    return tuple(file for file in unread if not (file.why == "illegible" and file.name in shown))


def told_to_clerk(reading: Reading) -> tuple[UnreadFile, ...]:
    """The unread files of which the clerk is told: not pictures shown in the text, not a file whose form was read.

    Of a mail that is encrypted as a whole no part is named: its letter says so.
    """
    found = () if reading.unreadable else told_to_consultants(reading.mail)
    if not found:
        return ()
    read = {form.source.removeprefix("attachment:") for form in reading.forms.forms}
    shown = set(_shown_in_text(reading.mail))
    return tuple(file for file in found if file.name not in read and not (file.why == "picture" and file.name in shown))


def _why(remark: str) -> Why | None:
    return next((why for pattern, why in _REASONS if pattern.search(remark)), None)


def _shown_in_text(mail: InboundMail) -> Iterable[str]:
    """The names of the pictures that stand in the HTML of the mail itself."""
    pages = "\n".join(mail.html)
    return (file.name for file in mail.attachments if file.content_id and f"cid:{file.content_id}" in pages)
