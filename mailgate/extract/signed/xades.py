"""A file inside its own signature in XML (enveloping XAdES, ETSI EN 319 132): what the trusted profile makes of a form.

``podpis zaufany`` and the programs of qualified signatures put any file that is no PDF into such an XML, in base64.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from mailgate.domain.mail import Attachment
from mailgate.domain.message.filenames import extension_for
from mailgate.domain.message.headers import decode_base64
from mailgate.extract.safezip import UnsafeContainer, parse_xml

_NAMESPACE: Final = "http://www.w3.org/2000/09/xmldsig#"
_OBJECT: Final = f"{{{_NAMESPACE}}}Object"
_BASE64: Final = f"{_NAMESPACE}base64"
_SUFFIXES: Final = frozenset({".xades", ".xml", ".sig", ".signed"})
_LOOKED_AT: Final = 64 * 1024
MAX_FILES: Final = 20


def signed_in_xml(attachment: Attachment) -> tuple[Attachment, ...] | None:
    """The files in an XML signature, under their own names; None for what is no such signature or holds no file."""
    head = attachment.content[:_LOOKED_AT]
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or _NAMESPACE.encode() not in head:
        return None
    try:
        root = parse_xml(attachment.content)
    except UnsafeContainer:
        return None
    found = [element.text or "" for element in root.iter(_OBJECT) if element.get("Encoding") == _BASE64]
    files = [decode_base64(text.encode("ascii", "replace")) for text in found[:MAX_FILES]]
    return tuple(_named(attachment.name, content) for content in files if content) or None


def _named(name: str, content: bytes) -> Attachment:
    """``HOT-01.docx`` of ``HOT-01.docx.xades``."""
    path = PurePosixPath(name)
    stem = path.stem if path.suffix.lower() in _SUFFIXES else name
    named = stem if PurePosixPath(stem).suffix else f"{stem}.{extension_for('', content)}"
    return Attachment(named, "application/octet-stream", content)
