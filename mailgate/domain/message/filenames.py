"""Names of attachments: safe to show and to save, and made from the bytes where the sender gave none."""

from __future__ import annotations

import re
from typing import Final

from mailgate.domain.message.charset import tidy

MAX_NAME: Final = 150

_FORBIDDEN: Final = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_SPACES: Final = re.compile(r"\s+")


def safe_name(name: str) -> str | None:
    """The last component of a name without control, bidi and reserved characters, NFC; None where nothing is left."""
    name = tidy(name).replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    name = _SPACES.sub(" ", _FORBIDDEN.sub("_", name)).strip(" .")
    if not name.strip("_ ."):
        return None
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:MAX_NAME].strip(" .")
    return f"{stem[: MAX_NAME - len(extension) - 1].strip(' .')}.{extension}"


def unique_name(name: str, taken: set[str]) -> str:
    """The name, or ``name (2).ext`` where it is taken by another file of the mail; remembers what it gives."""
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    chosen, number = name, 2
    while chosen.lower() in taken:
        chosen = f"{stem} ({number}){dot}{extension}"
        number += 1
    taken.add(chosen.lower())
    return chosen


_MAGIC: Final = (
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"BM", "bmp"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)
_BY_TYPE: Final = {
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    "text/rfc822-headers": "txt",
    "message/rfc822": "eml",
    "message/global": "eml",
    "message/delivery-status": "txt",
    "message/global-delivery-status": "txt",
    "message/disposition-notification": "txt",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/pgp-keys": "asc",
    "application/ms-tnef": "dat",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/msword": "doc",
}
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"


def extension_for(content_type: str, content: bytes) -> str:
    """An extension for a file without a name: by its first bytes, else by the declared type, else ``bin``."""
    for magic, extension in _MAGIC:
        if content.startswith(magic):
            return extension
    if content.startswith(_ZIP):
        return _zip_extension(content)
    if content.startswith(_OLE):
        return _ole_extension(content)
    return _BY_TYPE.get(content_type, "bin")


def _zip_extension(content: bytes) -> str:
    """Office files are ZIP archives; which one shows in a name near the front or in the directory at the end."""
    if content[30:38] == b"mimetype":
        start = content[38:120]
        kinds = (
            (b"opendocument.text", "odt"),
            (b"opendocument.spreadsheet", "ods"),
            (b"opendocument.presentation", "odp"),
        )
        return next((extension for kind, extension in kinds if kind in start), "zip")
    names = content[:4096] + content[-16384:]
    kinds = ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx"))
    return next((extension for kind, extension in kinds if kind in names), "zip")


def _ole_extension(content: bytes) -> str:
    """Old Office files share one container; names of its streams are UTF-16."""
    kinds = (("WordDocument", "doc"), ("Workbook", "xls"), ("__properties_version", "msg"), ("__substg1.0", "msg"))
    return next((extension for kind, extension in kinds if kind.encode("utf-16-le") in content), "doc")
