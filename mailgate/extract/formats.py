"""Which reader takes a file: its first bytes decide, then its name, then the type that the mail declares.

A new format is one more line of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mailgate.domain.document import Document
from mailgate.extract.html.reader import read_html_bytes
from mailgate.extract.odf.reader import is_flat_odf, is_odf, read_odf
from mailgate.extract.olefiles import is_doc, is_encrypted_office, is_ole, is_xls, refuse_encrypted
from mailgate.extract.pdf.reader import is_pdf, read_pdf
from mailgate.extract.rtf.reader import is_rtf, read_rtf
from mailgate.extract.safezip import UnsafeContainer, open_zip
from mailgate.extract.scan.picture import is_picture
from mailgate.extract.scan.reader import Recogniser
from mailgate.extract.sheet.csv import read_csv_bytes
from mailgate.extract.sheet.xls import read_xls
from mailgate.extract.sheet.xlsx import is_xlsx, read_xlsx
from mailgate.extract.text import read_text_bytes
from mailgate.extract.unread import unread_note
from mailgate.extract.word.doc import read_doc
from mailgate.extract.word.docx import is_docx, read_docx

_LOOKED_AT = 4096
_ZIP = b"PK\x03\x04"
# Control characters that no text holds; NUL is left out for UTF-16.
_NEVER_IN_TEXT = frozenset(range(1, 32)) - frozenset(b"\t\n\v\f\r\x1a\x1b")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


@dataclass(frozen=True, slots=True)
class FileIn:
    """A file as it came: its name, the type that the mail declares (with parameters or without), its bytes."""

    name: str
    content_type: str
    content: bytes
    source: str
    recogniser: Recogniser = field(default_factory=Recogniser)
    """Who reads pictures: one for a whole message keeps what they cost within bounds."""

    @property
    def suffix(self) -> str:
        """The end of the name with its dot, in lower case, or ""."""
        stem, dot, end = self.name.lower().strip().rpartition(".")
        return dot + end if stem or dot else ""

    @property
    def declared(self) -> str:
        """The declared type without parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The declared charset, or None."""
        for parameter in self.content_type.split(";")[1:]:
            name, _, told = parameter.partition("=")
            if name.strip().lower() == "charset":
                return told.strip(" \"'") or None
        return None


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how its bytes are known, else its names and types, and who reads it.

    ``fits`` says whether bytes may be of this kind at all; it guards those kinds that only names and types tell.
    """

    name: str
    read: Callable[[FileIn], tuple[Document, ...]]
    known: Callable[[bytes], bool]
    suffixes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    fits: Callable[[bytes], bool] = bool


def _one(read: Callable[[bytes, str], Document]) -> Callable[[FileIn], tuple[Document, ...]]:
    return lambda file: (read(file.content, file.source),)


def _members_are(kind: Callable[[tuple[str, ...]], bool]) -> Callable[[bytes], bool]:
    """Knows a ZIP by the names of its members."""

    def known(content: bytes) -> bool:
        if not content.startswith(_ZIP):
            return False
        try:
            with open_zip(content) as archive:
                return kind(archive.names())
        except UnsafeContainer:
            return False

    return known


def _is_zip(content: bytes) -> bool:
    return content[:2] == b"PK"


def _looks_like_html(content: bytes) -> bool:
    start = content[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        start.startswith((b"<?xml", b"<!--")) and b"<html" in start
    )


def _looks_like_text(content: bytes) -> bool:
    start = content[:_LOOKED_AT]
    if start.startswith(_BYTE_ORDER_MARKS):
        return True
    return bool(start) and not _NEVER_IN_TEXT.intersection(start) and start.count(0) * 2 <= len(start)


def _never(content: bytes) -> bool:  # noqa: ARG001 - one of several of this shape
    return False


FORMATS: tuple[Format, ...] = (
    Format(
        "docx",
        _one(read_docx),
        _members_are(is_docx),
        (".docx", ".docm", ".dotx", ".dotm"),
        fits=_is_zip,
    ),
    Format("opendocument", _one(read_odf), _members_are(is_odf), (".odt", ".ott", ".ods", ".ots"), fits=_is_zip),
    Format("opendocument", _one(read_odf), is_flat_odf),
    Format("xlsx", _one(read_xlsx), _members_are(is_xlsx), (".xlsx", ".xlsm", ".xltx", ".xltm"), fits=_is_zip),
    Format("rtf", _one(read_rtf), is_rtf),
    Format("doc", _one(read_doc), is_doc, (".doc", ".dot"), fits=is_ole),
    Format("xls", _one(read_xls), is_xls, (".xls", ".xlt"), fits=is_ole),
    Format("office file", _one(refuse_encrypted), is_encrypted_office),
    Format(
        "html",
        lambda file: (read_html_bytes(file.content, file.source, file.charset),),
        _looks_like_html,
        (".html", ".htm", ".xhtml"),
        ("text/html", "application/xhtml+xml"),
        fits=_looks_like_text,
    ),
    Format(
        "pdf",
        lambda file: (read_pdf(file.content, file.source, file.recogniser),),
        is_pdf,
    ),
    Format(
        "picture",
        lambda file: file.recogniser.read_picture(file.content, file.source),
        is_picture,
    ),
    Format(
        "csv",
        lambda file: (read_csv_bytes(file.content, file.source, file.charset),),
        _never,
        (".csv", ".tsv", ".tab", ".xls"),
        ("text/csv", "text/tab-separated-values"),
        fits=_looks_like_text,
    ),
    Format(
        "text",
        lambda file: (read_text_bytes(file.content, file.source, file.charset),),
        _never,
        (".txt", ".text", ".md", ".log", ".doc", ".rtf", ""),
        ("text/plain",),
        fits=_looks_like_text,
    ),
)


def read_file(
    name: str, content_type: str, content: bytes, source: str, recogniser: Recogniser | None = None
) -> tuple[Document, ...]:
    """The documents in a file: none for what is no document, several for a container.

    A file that no reader takes, is damaged or breaks a limit gives a document without text whose note says why.
    """
    file = FileIn(name, content_type, content, source, recogniser or Recogniser())
    chosen = format_of(file)
    if chosen is None:
        note = unread_note(file.suffix, content)
        return () if note is None else (Document(source, (), notes=(note,)),)
    try:
        return chosen.read(file)
    except UnsafeContainer as error:
        return (Document(source, (), notes=(f"{chosen.name} not read: {error}",)),)


def format_of(file: FileIn) -> Format | None:
    """The format of a file, or None: by its bytes, else by its name, else by its declared type."""
    by_bytes = (each for each in FORMATS if each.known(file.content))
    by_name = (each for each in FORMATS if file.suffix in each.suffixes and each.fits(file.content))
    by_type = (each for each in FORMATS if file.declared in each.types and each.fits(file.content))
    return next(by_bytes, None) or next(by_name, None) or next(by_type, None)
