"""OpenDocument files, packed (.odt, .ott, .ods) and flat (.fodt, .fods): ZIP and XML read straight.

``text`` reads what is written, ``odfsheet`` what is calculated; here is the file around them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from mailgate.domain.document import Block, Document, Field
from mailgate.extract.odf.sheet import read_tables
from mailgate.extract.odf.styles import Styles, deletions_of, forms_of, read_styles, used_master_pages
from mailgate.extract.odf.text import TextReader, control_text
from mailgate.extract.page.furniture import as_page, distinct
from mailgate.extract.safezip import MAX_MEMBER_BYTES, SafeZip, UnsafeContainer, open_zip, parse_xml
from mailgate.extract.word.xml import child, children, local, value

_LOOKED_AT = 4096
_HEADS = ("header", "header-first", "header-left")
_FEET = ("footer", "footer-first", "footer-left")


def read_odf(content: bytes, source: str) -> Document:
    """An OpenDocument text or spreadsheet, read: page headers first, then the text, then notes and page footers.

    Raises ``UnsafeContainer`` for what is no OpenDocument file, is damaged, encrypted, or breaks a limit.
    """
    try:
        if is_flat_odf(content):
            root = _flat(content)
            return _read(root, root, source)
        with open_zip(content) as package:
            return _read(*_package_parts(package), source)
    except RecursionError as error:
        raise UnsafeContainer("nested too deeply") from error


def is_odf(names: tuple[str, ...]) -> bool:
    """True where the members of a ZIP are those of an OpenDocument file."""
    return "content.xml" in names and ("mimetype" in names or "META-INF/manifest.xml" in names)


def is_flat_odf(content: bytes) -> bool:
    """True for an OpenDocument file that is one XML file."""
    start = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<?xml", b"<office:document")) and b"<office:document" in start


def _flat(content: bytes) -> etree._Element:
    if len(content) > MAX_MEMBER_BYTES:
        raise UnsafeContainer(f"larger than {MAX_MEMBER_BYTES} bytes")
    return parse_xml(content)


def _package_parts(package: SafeZip) -> tuple[etree._Element, etree._Element]:
    """The roots of content and styles; styles may be absent."""
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise UnsafeContainer("encrypted")
    content = package.xml("content.xml")
    return content, package.xml("styles.xml") if package.has("styles.xml") else content


def _read(content: etree._Element, styles_root: etree._Element, source: str) -> Document:
    body = next(children(child(content, "body")), None)
    if body is None:
        raise UnsafeContainer("no OpenDocument file")
    styles = read_styles(content) if styles_root is content else read_styles(content, styles_root)
    controls = forms_of(body)
    fields = tuple(_fields(controls))
    if local(body) == "spreadsheet":
        blocks, notes = read_tables(body, styles)
        return Document(source, blocks, fields, notes=notes)
    reader = TextReader(styles, controls, deletions_of(body))
    heads = _page_parts(styles, styles_root, _HEADS)
    text = reader.blocks(body)
    feet = _page_parts(styles, styles_root, _FEET)
    return Document(source, (*heads, *text, *as_page(reader.notes), *feet), fields)


def _fields(controls: dict[str, etree._Element]) -> Iterator[Field]:
    """The controls by their names; a control that has two ids (old and new) counts once."""
    for control in dict.fromkeys(controls.values()):
        if local(control) not in ("fixed-text", "button", "image", "generic-control", "hidden"):
            yield Field(value(control, "name") or "", control_text(control))


def _page_parts(styles: Styles, root: etree._Element, names: tuple[str, ...]) -> tuple[Block, ...]:
    """The headers or footers of the pages in use, one that says the same as another once."""
    return distinct(
        as_page(TextReader(styles, {}).blocks(part))
        for page in used_master_pages(styles, root)
        for part in page
        if local(part) in names and value(part, "display") != "false"
    )
