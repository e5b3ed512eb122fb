"""Kinds of documents for which there is no reader here: they are named, so that a person opens what nobody has read."""

from __future__ import annotations

from typing import Final

from mailgate.extract.olefiles import stream_names

_BY_BYTES: Final = (
    (b"\xdb\xa5\x2d\x00", "a document of Word for Windows 2"),
    (b"\x9b\xa5\x21\x00", "a document of Word for Windows 1"),
    (b"\x31\xbe\x00\x00", "a document of Windows Write or Word for DOS"),
    (b"\x32\xbe\x00\x00", "a document of Windows Write"),
    (b"\xffWPC", "a document of WordPerfect"),
    (b"AT&TFORM", "a scan in the format DjVu"),
    (b"%!PS", "a page in PostScript"),
)
_BY_STREAM: Final = {
    "powerpoint document": "a presentation",
    "contents": "a document of Microsoft Works or Publisher",
    "matost": "a document of Microsoft Works",
}
_HEIF: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_BY_SUFFIX: Final = {
    **dict.fromkeys((".docx", ".docm", ".odt", ".rtf", ".pdf"), "a document that is damaged or none at all"),
    **dict.fromkeys((".xlsx", ".xlsm", ".ods"), "a workbook that is damaged or none at all"),
    ".doc": "a document that no known version of Word has written",
    ".xls": "a workbook that no known version of Excel has written",
    ".xlsb": "a binary workbook of Excel",
    ".ppt": "a presentation", ".pptx": "a presentation", ".pps": "a presentation", ".ppsx": "a presentation",
    ".odp": "a presentation", ".key": "a presentation", ".odg": "a drawing", ".vsd": "a drawing", ".vsdx": "a drawing",
    ".pages": "a document of Apple Pages", ".numbers": "a workbook of Apple Numbers",
    ".wps": "a document of Microsoft Works", ".wri": "a document of Windows Write", ".wpd": "a document of WordPerfect",
    ".pub": "a document of Microsoft Publisher", ".one": "a page of OneNote", ".mdi": "a scan of Microsoft Office",
    ".xps": "a printed page in XPS", ".oxps": "a printed page in XPS", ".djvu": "a scan in the format DjVu",
    ".heic": "a photograph in the format HEIC", ".heif": "a photograph in the format HEIF",
    ".sxw": "a document of OpenOffice 1", ".sxc": "a workbook of OpenOffice 1", ".abw": "a document of AbiWord",
    ".xfdl": "an electronic form", ".xdp": "an electronic form", ".mht": "a saved web page", ".mhtml": "a saved web page",
}  # fmt: skip


def unread_note(suffix: str, content: bytes) -> str | None:
    """What to remark on a file that no reader takes (English), or None where it is no document at all."""
    kind = _kind(suffix, content) if content else None
    return None if kind is None else f"not read: {kind}, which a person must open"


def _kind(suffix: str, content: bytes) -> str | None:
    by_bytes = next((kind for magic, kind in _BY_BYTES if content.startswith(magic)), None)
    if by_bytes is not None:
        return by_bytes
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        return "a photograph in the format HEIC"
    streams = stream_names(content)
    by_stream = next((kind for name, kind in _BY_STREAM.items() if name in streams), None)
    return by_stream or _BY_SUFFIX.get(suffix)
