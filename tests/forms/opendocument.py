"""OpenDocument files written by hand, element by element."""

from __future__ import annotations

import zipfile
from io import BytesIO

_URN = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = {
    "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing", "form": "form",
    "fo": "xsl-fo-compatible", "number": "datastyle", "svg": "svg-compatible",
}  # fmt: skip
SPACES = " ".join(f'xmlns:{prefix}="{_URN}:{name}:1.0"' for prefix, name in _NAMES.items())
SPACES += ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
SPACES += ' xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"'


def odt(body: str, styles: str = "", masters: str = "", **members: str) -> bytes:
    """A text document: its body, automatic styles, page styles; further members by name."""
    return _packed("text", body, styles, masters, members)


def ods(body: str, styles: str = "", **members: str) -> bytes:
    """A spreadsheet: its tables, automatic styles."""
    return _packed("spreadsheet", body, styles, "", members)


def fodt(body: str, styles: str = "", masters: str = "") -> bytes:
    """A text document as one XML file."""
    content = (
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:master-styles>{masters}</office:master-styles>"
        f"<office:body><office:text>{body}</office:text></office:body>"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {SPACES}>{content}</office:document>'.encode()


def _packed(kind: str, body: str, styles: str, masters: str, members: dict[str, str]) -> bytes:
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
        archive.writestr(
            "styles.xml",
            f"<office:document-styles {SPACES}><office:master-styles>{masters}</office:master-styles>"
            "</office:document-styles>",
        )
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return raw.getvalue()


def p(*content: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{"".join(content)}</text:p>'


def table(*rows: str) -> str:
    return f"<table:table>{''.join(rows)}</table:table>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def cell(*content: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{''.join(content)}</table:table-cell>"


COVERED = "<table:covered-table-cell/>"
