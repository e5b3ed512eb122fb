"""Mail from files: single messages, folders of them, mbox and Maildir, or standard input.

Gives raw bytes and what is told about their receipt; storing them is the caller's business.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from mailgate.intake.mbox import MboxMail, from_line, is_mbox, split_mbox
from mailgate.intake.trace import envelope_in_headers

_PEEK = 4096
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_LINE = re.compile(rb"(?:\xef\xbb\xbf)?\s*[!-9;-~]+[ \t]*:")
# What a mail begins with, where the file's name does not say that it is one.
_MAIL_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:return-path|received|delivered-to|envelope-to|x-[!-9;-~]+|from|to|cc|subject|date|"
    rb"message-id|mime-version|content-type|reply-to|sender|dkim-signature|arc-[a-z-]+|authentication-results)[ \t]*:",
    re.IGNORECASE,
)
_MAILDIR_EPOCH = re.compile(r"(\d{9,10})\.")
_DRAFT = "D"


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a file.

    ``delivered_at`` (aware, UTC) is the moment of delivery as the file's name or mbox line tells it; ``sender`` and
    ``recipients`` are the envelope as far as its traces tell it, ``sender`` "" for the null sender.
    """

    origin: str
    raw: bytes
    delivered_at: datetime | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was to be a mail and cannot be taken; ``reason`` is an English half-sentence."""

    origin: str
    reason: str
    too_large: bool = False


def messages(path: Path, limit: int) -> Iterator[Found | Refused]:
    """Every mail of a file or folder, one in memory at a time; ``limit`` is the largest size taken, in bytes.

    A folder is read with all its folders, hidden ones left out; of its files those are taken that are named ``.eml`` or
    begin as mails do.  Raises OSError where the path itself cannot be read.
    """
    if path.is_dir():
        yield from _folder(path, limit)
    else:
        yield from _file(path, limit, _HEADER_LINE)


def single_message(file: BinaryIO, limit: int) -> Found | Refused:
    """One mail from a pipe, whatever it looks like: the mail server that hands it over has judged it already.

    A leading ``From `` line (Postfix's flag F) is taken off.
    """
    raw = file.read(limit + 1)
    if not raw.strip():
        return Refused("-", "there is nothing in it")
    if len(raw) > limit:
        return _too_large("-", limit)
    if not is_mbox(raw):
        return _found("-", raw)
    line, _, rest = raw.partition(b"\n")
    return _found("-", rest, from_line(line)[0])


def _folder(path: Path, limit: int) -> Iterator[Found | Refused]:
    for folder, names, files in os.walk(path):
        if "cur" in names and "new" in names:
            yield from _maildir(Path(folder), limit)
            names[:] = [name for name in names if name not in ("cur", "new", "tmp")]
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            entry = Path(folder, name)
            if not name.startswith(".") and entry.is_file():
                yield from _folder_entry(entry, limit)


def _folder_entry(entry: Path, limit: int) -> Iterator[Found | Refused]:
    """A file in a folder: what does not look like mail is no mail, and says nothing."""
    named_so = entry.suffix.lower() in (".eml", ".mbox", ".mbx")
    try:
        yield from _file(entry, limit, _HEADER_LINE if named_so else _MAIL_HEADER, silent=not named_so)
    except OSError as error:
        yield Refused(str(entry), f"it cannot be read: {error.strerror}")


def _file(path: Path, limit: int, beginning: re.Pattern[bytes], *, silent: bool = False) -> Iterator[Found | Refused]:
    origin = str(path)
    with path.open("rb") as file:
        start = file.peek(_PEEK)
        if is_mbox(start):
            for number, mail in enumerate(split_mbox(file, limit), start=1):
                yield _from_mbox(f"{origin}:{number}", mail, limit)
        elif beginning.match(start):
            yield _whole(origin, file, limit)
        elif not silent:
            yield Refused(origin, _why_no_mail(start))


def _from_mbox(origin: str, mail: MboxMail, limit: int) -> Found | Refused:
    if mail.raw is None:
        return _too_large(origin, limit)
    if not mail.raw.strip():
        return Refused(origin, "there is nothing in it")
    return _found(origin, mail.raw, mail.sender, mail.delivered_at)


def _whole(origin: str, file: BinaryIO, limit: int, delivered_at: datetime | None = None) -> Found | Refused:
    raw = file.read(limit + 1)
    if len(raw) > limit:
        return _too_large(origin, limit)
    if not raw.strip():
        return Refused(origin, "there is nothing in it")
    return _found(origin, raw, delivered_at=delivered_at)


def _found(origin: str, raw: bytes, sender: str | None = None, delivered_at: datetime | None = None) -> Found:
    told, recipients = envelope_in_headers(raw)
    return Found(origin, raw, delivered_at, told if told is not None else sender, recipients)


def _maildir(path: Path, limit: int) -> Iterator[Found | Refused]:
    """The mails of one Maildir by time of delivery.  Drafts were never received, and ``tmp`` is not delivered yet."""
    entries = [entry for name in ("new", "cur") for entry in (path / name).iterdir() if not entry.name.startswith(".")]
    for entry in sorted(entries, key=_by_delivery):
        if _DRAFT in entry.name.partition(":2,")[2] or entry.is_dir():
            continue
        try:
            with _opened(entry) as file:
                yield _whole(str(entry), file, limit, _maildir_epoch(entry.name))
        except OSError as error:
            yield Refused(str(entry), f"it cannot be read: {error.strerror}")


def _opened(entry: Path) -> BinaryIO:
    """Open a Maildir entry, also where a mail client has just moved it or changed its flags."""
    try:
        return entry.open("rb")
    except FileNotFoundError:
        unique = entry.name.partition(":")[0]
        for moved in entry.parent.parent.joinpath("cur").iterdir():
            if moved.name.partition(":")[0] == unique:
                return moved.open("rb")
        raise


def _by_delivery(entry: Path) -> tuple[int, str]:
    moment = _maildir_epoch(entry.name)
    return (int(moment.timestamp()) if moment else 0, entry.name)


def _maildir_epoch(name: str) -> datetime | None:
    """The second of delivery, which every delivering program puts first into the name."""
    found = _MAILDIR_EPOCH.match(name)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _too_large(origin: str, limit: int) -> Refused:
    return Refused(origin, f"it is larger than {limit} bytes", too_large=True)


def _why_no_mail(start: bytes) -> str:
    if not start.strip():
        return "there is nothing in it"
    if start.startswith(_OUTLOOK):
        return "it is a file of Outlook (.msg): save the mail as .eml"
    return "it does not begin as a mail does"
