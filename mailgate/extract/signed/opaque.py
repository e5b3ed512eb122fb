"""What was signed in one piece with its signature (opaque S/MIME, CAdES): a mail, or a file under its own name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from mailgate.domain.mail import Attachment
from mailgate.domain.message import cms
from mailgate.domain.message.cms import DamagedCms
from mailgate.domain.message.filenames import extension_for

ENCRYPTED_NOTE: Final = "encrypted: only who has the key can read it"
UNCHECKED_NOTE: Final = "signed (S/MIME); the signature was not checked"
_DETACHED_NOTE: Final = "a signature without what it signs"

_SIGNATURE_SUFFIXES: Final = frozenset({".p7m", ".p7s", ".p7", ".pk7", ".cms", ".sig", ".p7z"})
_SUFFIX: Final = re.compile(r"\.[a-z][a-z0-9]{1,4}")
_MAIL_HEAD: Final = re.compile(rb"(?:\r?\n|[!-9;-~]{1,70}[ \t]*:)")


@dataclass(frozen=True, slots=True)
class SignedMail:
    """A MIME message that was signed, or compressed, as a whole."""

    content: bytes


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file that was signed."""

    file: Attachment


@dataclass(frozen=True, slots=True)
class Closed:
    """CMS in which nothing can be read; ``note`` says why, in English."""

    note: str


def open_signed(attachment: Attachment) -> SignedMail | SignedFile | Closed | None:
    """What an attachment carries whose bytes are CMS, whatever its name and type; None for any other."""
    try:
        found = cms.read_cms(attachment.content)
    except DamagedCms as error:
        return Closed(f"not read: damaged S/MIME ({error})")
    if found is None:
        return None
    if found.kind == "encrypted":
        return Closed(ENCRYPTED_NOTE)
    if found.content is None:
        return Closed(_DETACHED_NOTE)
    name = _name_of_signed(attachment.name)
    if _MAIL_HEAD.match(found.content) and not _SUFFIX.fullmatch(PurePosixPath(name).suffix.lower()):
        return SignedMail(found.content)
    if not PurePosixPath(name).suffix:
        name = f"{name}.{extension_for('', found.content)}"
    return SignedFile(Attachment(name, "application/octet-stream", found.content))


def _name_of_signed(name: str) -> str:
    """``HOT-01.docx`` of ``HOT-01.docx.p7m``."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in _SIGNATURE_SUFFIXES else name
