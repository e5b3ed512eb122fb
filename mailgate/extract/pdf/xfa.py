"""Forms of XFA, which keep their values as XML: the pages of a dynamic one only ask to open it in Adobe's reader.

XML Forms Architecture 3.3, chapter 2: packets ``template`` (fields and their captions) and ``datasets`` (values).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from mailgate.domain.document import Field
from mailgate.domain.form.fieldnames import label_of_name
from mailgate.domain.message.charset import tidy
from mailgate.extract.safezip import UnsafeContainer, parse_xml

_MAX_FIELDS = 2_000
_LONGEST_VALUE = 100_000
_PARAGRAPHS = frozenset({"p", "div", "li", "br"})


def xfa_fields(root: DictionaryObject) -> tuple[Field, ...]:
    """The values of an XFA form by caption or name, in order; none for a PDF without one, or with one that is damaged."""
    form = _resolved(root.get("/AcroForm"))
    held = _resolved(form.get("/XFA")) if isinstance(form, DictionaryObject) else None
    try:
        packets = [packet for raw in _streams(held) for packet in _packets(raw)]
    except UnsafeContainer:
        return ()
    captions = dict(pair for packet in packets for pair in _captions(packet))
    return tuple(
        Field(_telling(name, captions.get(name)), value)
        for packet in packets
        for name, value in list(_values(packet))[:_MAX_FIELDS]
    )


def _streams(held: Any) -> Iterator[bytes]:
    """The packets as bytes: one stream for all, or one each behind its name.

    An array may cut the XML anywhere between its packets, so the parts that close nothing are left to ``_packets``.
    """
    if isinstance(held, StreamObject):
        yield held.get_data()
    elif isinstance(held, ArrayObject):
        for one in held:
            stream = _resolved(one)
            if isinstance(stream, StreamObject):
                yield stream.get_data()


def _packets(raw: bytes) -> Iterator[etree._Element]:
    """The template and the data among the packets of a stream; preamble and postamble are no whole XML."""
    if b"datasets" not in raw and b"template" not in raw:
        return
    try:
        root = parse_xml(raw)
    except UnsafeContainer:
        if b"<xdp:xdp" in raw and b"</xdp:xdp" not in raw:
            return
        raise
    yield from (root,) if _local(root) in ("datasets", "template") else root


def _captions(packet: etree._Element) -> Iterator[tuple[str, str]]:
    """Names of fields and what stands before them on the page."""
    if _local(packet) != "template":
        return
    for field in packet.iter("{*}field"):
        caption = field.find("{*}caption")
        text = tidy(" ".join("".join(map(str, caption.itertext())).split())) if caption is not None else ""
        if text and field.get("name"):
            yield str(field.get("name")), text


def _values(packet: etree._Element) -> Iterator[tuple[str, str]]:
    """Names and values of the data: the elements that hold text and no fields of their own."""
    data = packet.find("{*}data") if _local(packet) == "datasets" else None
    if data is None:
        return
    for element in data.iter(etree.Element):
        rich = any(_is_rich(child) for child in element)
        if not _is_rich(element) and (rich or not len(element)):
            yield _local(element), tidy("".join(_text(element)))[:_LONGEST_VALUE].strip()


def _is_rich(element: etree._Element) -> bool:
    return str(element.tag).startswith("{http://www.w3.org/1999/xhtml}")


def _text(element: etree._Element) -> Iterator[str]:
    """The text of a value; a paragraph of rich text is a line."""
    yield element.text or ""
    for child in element:
        if _is_rich(child) and _local(child) in _PARAGRAPHS:
            yield "\n"
        yield from _text(child)
        yield child.tail or ""


def _telling(name: str, caption: str | None) -> str:
    """The caption where it means a field of the form, else the name."""
    return caption if caption and (label_of_name(caption) or not label_of_name(name)) else name


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
