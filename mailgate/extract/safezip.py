"""ZIP containers opened within limits, and XML out of them without entities: a small file must not become a large one.

The limits hold before anything is unpacked (by the central directory) and while it is (a directory may lie).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from lxml import etree

MAX_MEMBER_BYTES = 20 * 1024 * 1024
MAX_TOTAL_BYTES = 50 * 1024 * 1024
MAX_MEMBERS = 2000
MAX_RATIO = 100
_SMALL_BYTES = 1024 * 1024
"""Below this size a high ratio is no danger: an empty spreadsheet's styles shrink a hundredfold."""

# What zipfile and zlib raise on damaged containers; NotImplementedError is an unknown compression method.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, KeyError)


class UnsafeContainer(ValueError):
    """A container that is damaged, encrypted, or larger than the limits allow; the text says which."""


class SafeZip:
    """An opened ZIP whose members are read within the limits of this module."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MAX_TOTAL_BYTES
        self._members = {info.filename: info for info in archive.infolist() if not info.is_dir()}

    def names(self) -> tuple[str, ...]:
        """The members' names in the order of the directory, folders left out."""
        return tuple(self._members)

    def has(self, name: str) -> bool:
        """True where there is a member of this name."""
        return name in self._members

    def read(self, name: str) -> bytes:
        """A member's bytes; raises ``UnsafeContainer`` where it is absent, damaged, encrypted or too large."""
        info = self._members.get(name)
        if info is None:
            raise UnsafeContainer(f"no member {name!r}")
        if info.flag_bits & 0x1:
            raise UnsafeContainer("encrypted")
        limit = min(MAX_MEMBER_BYTES, self._left)
        try:
            with self._archive.open(info) as member:
                content = member.read(limit + 1)
        except DAMAGED as error:
            raise UnsafeContainer(f"damaged member {name!r}: {error}") from error
        if len(content) > limit:
            raise UnsafeContainer(f"member {name!r} is larger than {limit} bytes")
        self._left -= len(content)
        return content

    def xml(self, name: str) -> etree._Element:
        """A member as XML, without entities and document types; raises ``UnsafeContainer``."""
        return parse_xml(self.read(name))


@contextmanager
def open_zip(content: bytes) -> Iterator[SafeZip]:
    """Opens a ZIP held in memory; raises ``UnsafeContainer`` for one that is damaged or breaks a limit."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except DAMAGED as error:
        raise UnsafeContainer(f"no readable ZIP: {error}") from error
    with archive:
        _check(archive)
        yield SafeZip(archive)


def _check(archive: zipfile.ZipFile) -> None:
    """The limits by the central directory, before anything is unpacked."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnsafeContainer(f"{len(members)} members, {MAX_MEMBERS} are allowed")
    if sum(info.file_size for info in members) > MAX_TOTAL_BYTES:
        raise UnsafeContainer(f"more than {MAX_TOTAL_BYTES} bytes unpacked")
    for info in members:
        if info.file_size > MAX_MEMBER_BYTES:
            raise UnsafeContainer(f"member {info.filename!r} is larger than {MAX_MEMBER_BYTES} bytes")
        if packed_too_tightly(info):
            raise UnsafeContainer(f"member {info.filename!r} is packed more than {MAX_RATIO} times")


def packed_too_tightly(info: zipfile.ZipInfo) -> bool:
    """True for a member that grows so much when unpacked that it must be made for that."""
    return info.file_size > _SMALL_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1)


def parse_xml(content: bytes) -> etree._Element:
    """XML bytes as a tree; raises ``UnsafeContainer`` for what is no XML or declares a document type.

    A document type is what entity bombs and references to outside files need; office files have none.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnsafeContainer(f"no readable XML: {error}") from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeContainer("XML with a document type")
    return root
