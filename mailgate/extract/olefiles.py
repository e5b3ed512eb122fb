"""Files of Office before 2007 and encrypted ones of later years: containers of streams ([MS-CFB]), told by their streams."""

from __future__ import annotations

from io import BytesIO

import olefile

from mailgate.domain.document import Document
from mailgate.extract.safezip import UnsafeContainer


def is_ole(content: bytes) -> bool:
    """True for bytes that begin as an OLE file does."""
    return content.startswith(olefile.MAGIC)


def is_doc(content: bytes) -> bool:
    """True for an OLE file that holds a Word document."""
    return "worddocument" in stream_names(content)


def is_xls(content: bytes) -> bool:
    """True for an OLE file that holds a workbook: ``Workbook`` since Excel 97, ``Book`` before."""
    return bool({"workbook", "book"} & stream_names(content))


def is_encrypted_office(content: bytes) -> bool:
    """True for a DOCX, XLSX and the like that is locked by a password ([MS-OFFCRYPTO] 2.3.4.4)."""
    return "encryptedpackage" in stream_names(content)


def refuse_encrypted(content: bytes, source: str) -> Document:  # noqa: ARG001 - a reader like the others
    """The reader of what nobody can read: raises ``UnsafeContainer``."""
    raise UnsafeContainer("encrypted")


def stream(content: bytes, *names: str) -> bytes:
    """The first stream of these names at the root of an OLE file; raises ``UnsafeContainer`` where there is none."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as ole:
            for name in names:
                if ole.exists(name):
                    return bytes(ole.openstream(name).read())
    except Exception as error:  # olefile raises whatever its arithmetic runs into
        raise UnsafeContainer(f"no readable OLE file: {error}") from error
    raise UnsafeContainer(f"no stream {names[0]}")


def stream_names(content: bytes) -> frozenset[str]:
    """The names of what lies at the root of an OLE file, in lower case; none for any other file."""
    if not is_ole(content):
        return frozenset()
    try:
        with olefile.OleFileIO(BytesIO(content)) as ole:
            return frozenset(path[0].lower() for path in ole.listdir())
    except Exception:  # noqa: BLE001 - on damaged files olefile raises whatever its arithmetic runs into
        return frozenset()
