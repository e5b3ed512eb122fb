"""Word documents written by hand, element by element, as Word and others write them."""

from __future__ import annotations

import zipfile
from io import BytesIO

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def package(body: str, namespace: str = W, **parts: str) -> bytes:
    """A document with this body; further parts by name (``header1``), each with a relation of its kind."""
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("word/document.xml", _root("document", f"<w:body>{body}</w:body>", namespace))
        links = ""
        for name, content in parts.items():
            kind = name.rstrip("0123456789")
            root = {"header": "hdr", "footer": "ftr"}.get(kind, kind)
            archive.writestr(f"word/{name}.xml", _root(root, content, namespace))
            links += f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{name}.xml"/>'
        relations = f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>'
        archive.writestr("word/_rels/document.xml.rels", relations)
    return raw.getvalue()


def _root(name: str, content: str, namespace: str) -> str:
    spaces = f'xmlns:w="{namespace}" xmlns:mc="{MC}" xmlns:r="{R}" xmlns:v="urn:v" xmlns:wps="urn:wps"'
    return f"<w:{name} {spaces}>{content}</w:{name}>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(content)}</w:p>"


def cell(*content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(content)}</w:tc>"


def control(content: str, *, prompt: bool = False) -> str:
    shown = "<w:showingPlcHdr/>" if prompt else ""
    return f'<w:sdt><w:sdtPr><w:alias w:val="x"/>{shown}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


def simple_field(*content: str, begin: str = "") -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{begin}</w:fldChar></w:r><w:r><w:instrText> FORMTEXT </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{"".join(content)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
