"""Small steps through WordprocessingML by local names, since its two kinds differ only in namespaces."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_OFF = ("0", "false", "off", "none")


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element | None) -> Iterator[etree._Element]:
    """An element's children, none for None."""
    return iter(()) if element is None else iter(element)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of a name, or None."""
    if element is None:
        return None
    ending = f"}}{name}"
    for one in element:
        tag = one.tag
        if isinstance(tag, str) and (tag.endswith(ending) or tag == name):
            return one
    return None


def value(element: etree._Element | None, name: str = "val") -> str | None:
    """An attribute of an element by its local name (``w:val``), or None."""
    if element is None:
        return None
    # A plain loop: this is asked for each attribute of each style.
    ending = f"}}{name}"
    for key, text in element.items():
        if key == name or str(key).endswith(ending):
            return str(text)
    return None


def number(element: etree._Element | None, default: int) -> int:
    """The ``w:val`` of an element as a number, or the default where there is none."""
    text = value(element) or ""
    return int(text) if text.lstrip("-").isdigit() and len(text) < 9 else default


def is_on(element: etree._Element | None) -> bool:
    """True for a property that is there and not switched off (``<w:vanish/>``)."""
    return element is not None and (value(element) or "1") not in _OFF
