"""A PDF is opened here, and weighed before anything else may look at it.

pypdf has limits on what it unpacks; the other libraries have none (a small file drove them to gigabytes).  So every
stream that they would unpack is unpacked by pypdf first, and what a page draws is added up with its repetitions.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from mailgate.extract.foreign import as_unsafe
from mailgate.extract.safezip import UnsafeContainer

MAX_PAGES_READ = 20
_MAX_PAGES = 5_000
_MAX_STREAM = 16_000_000
_MAX_UNPACKED = 64_000_000
MAX_DRAWN = 3_000_000
"""Bytes of drawing commands on one page, each form that it draws counted as often as it draws it."""
_MAX_PICTURE = 60_000_000
"""Pixels of a picture; a page scanned at 600 dpi in A3 has 69 million, one in A4 half of it."""
_MAX_DEPTH = 12
_MAX_OBJECTS = 4_000
_PICTURE_FILTERS = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"})


@dataclass(slots=True)
class OpenPdf:
    """A PDF that may be read: its pages up to the limit, how many it has, which of them are too heavy."""

    reader: PdfReader
    content: bytes
    pages: tuple[Any, ...]
    count: int
    heavy: frozenset[int] = frozenset()
    """Indices of pages whose drawing is beyond the limit; they must not be given to another library."""
    notes: tuple[str, ...] = ()


@contextlib.contextmanager
def open_pdf(content: bytes) -> Iterator[OpenPdf]:
    """The PDF in some bytes; raises ``UnsafeContainer`` for what is damaged, protected by a password, or too costly.

    One that is encrypted without a password opens, as it does for everybody.
    """
    with (
        apply_configuration(
            zlib_maximum_output_length=_MAX_STREAM,
            lzw_maximum_output_length=_MAX_STREAM,
            run_length_maximum_output_length=_MAX_STREAM,
            array_based_stream_maximum_output_length=_MAX_STREAM,
            stream_decoding_work_maximum_length=3 * _MAX_STREAM,
            page_tree_maximum_entries=_MAX_PAGES,
            page_tree_maximum_page_entries=4 * _MAX_PAGES,
            form_fields_maximum_entries=2_000,
            form_fields_maximum_depth=30,
        ),
        as_unsafe("damaged"),
    ):
        yield _opened(content)


def _opened(content: bytes) -> OpenPdf:
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnsafeContainer("protected by a password")
    count = len(reader.pages)
    pages = tuple(reader.pages[index] for index in range(min(count, MAX_PAGES_READ)))
    scale = _Scale()
    heavy = frozenset(index for index, page in enumerate(pages) if scale.is_heavy(page))
    notes = [f"page {index + 1} not read: too much is drawn on it" for index in sorted(heavy)]
    if count > MAX_PAGES_READ:
        notes.append(f"only the first {MAX_PAGES_READ} of {count} pages were read")
    return OpenPdf(reader, content, pages, count, heavy, tuple(notes))


@dataclass(slots=True)
class _Scale:
    """Weighs pages; what is shared between them is unpacked once."""

    unpacked: int = 0
    objects: int = 0
    known: dict[int, int] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def is_heavy(self, page: DictionaryObject) -> bool:
        """True where a page draws more than the limit; raises UnsafeContainer where unpacking passes its own."""
        drawn = self._drawn(_streams(page.get("/Contents")), _resources(page), 0)
        for annotation in _entries(page.get("/Annots")):
            for state in _values(_resolved(annotation.get("/AP"))):
                drawn += sum(self._form(stream, 0) for stream in _appearances(state))
        return drawn > MAX_DRAWN

    def _drawn(self, streams: list[StreamObject], resources: DictionaryObject, depth: int) -> int:
        """Bytes of commands in streams and in all that they draw."""
        if depth > _MAX_DEPTH:
            raise UnsafeContainer("nested too deeply")
        data = [self._unpack(stream) for stream in streams]
        self._fonts(resources)
        size = sum(map(len, data))
        for name, drawn in _named(resources.get("/XObject")):
            times = sum(piece.count(name.encode("latin-1", "replace")) for piece in data)
            if drawn.get("/Subtype") == "/Image":
                _check_picture(drawn)
            elif times:
                size += times * self._form(drawn, depth + 1)
            if size > _MAX_UNPACKED:
                break
        return size

    def _form(self, stream: Any, depth: int) -> int:
        """What a form costs to draw once."""
        if not isinstance(stream, StreamObject):
            return 0
        key = id(stream)
        if key not in self.known:
            # While it is being weighed a form that draws itself is beyond all measure.
            self.known[key] = _MAX_UNPACKED
            self.known[key] = self._drawn([stream], _resources(stream), depth)
        return self.known[key]

    def _fonts(self, resources: DictionaryObject) -> None:
        for _, font in _named(resources.get("/Font")):
            if id(font) in self.seen:
                continue
            self.seen.add(id(font))
            for part in (font, *_entries(font.get("/DescendantFonts"))):
                descriptor = _resolved(part.get("/FontDescriptor"))
                held = [part.get("/ToUnicode"), part.get("/Encoding"), *_values(_resolved(part.get("/CharProcs")))]
                held += [descriptor.get(f"/FontFile{n}") for n in ("", "2", "3")] if _is_dictionary(descriptor) else []
                for stream in held:
                    found = _resolved(stream)
                    if isinstance(found, StreamObject):
                        self._unpack(found)

    def _unpack(self, stream: StreamObject) -> bytes:
        self.objects += 1
        data = stream.get_data()
        if id(stream) not in self.seen:
            self.seen.add(id(stream))
            self.unpacked += len(data)
        if self.unpacked > _MAX_UNPACKED or self.objects > _MAX_OBJECTS:
            raise UnsafeContainer(f"more than {_MAX_UNPACKED} bytes unpacked")
        return data


def _check_picture(picture: DictionaryObject) -> None:
    """Refuses pictures whose size or packing promises more than a scanned page."""
    width, height = _resolved(picture.get("/Width")), _resolved(picture.get("/Height"))
    if not isinstance(width, int) or not isinstance(height, int) or width * height > _MAX_PICTURE:
        raise UnsafeContainer("a picture of more pixels than a page needs")
    filters = _resolved(picture.get("/Filter"))
    names = [str(_resolved(name)) for name in filters] if isinstance(filters, ArrayObject) else [str(filters)]
    if sum(name not in _PICTURE_FILTERS and not name.startswith("/ASCII") for name in names) > 1:
        raise UnsafeContainer("a picture packed more than once")


def _resolved(value: Any) -> Any:
    """What a reference leads to."""
    return value.get_object() if hasattr(value, "get_object") else value


def _is_dictionary(value: Any) -> bool:
    return isinstance(value, DictionaryObject)


def _resources(holder: DictionaryObject) -> DictionaryObject:
    found = _resolved(holder.get("/Resources"))
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _streams(contents: Any) -> list[StreamObject]:
    found = _resolved(contents)
    parts = [_resolved(part) for part in found] if isinstance(found, ArrayObject) else [found]
    return [part for part in parts if isinstance(part, StreamObject)]


def _named(holder: Any) -> Iterator[tuple[str, DictionaryObject]]:
    found = _resolved(holder)
    if isinstance(found, DictionaryObject):
        for name, value in found.items():
            inner = _resolved(value)
            if isinstance(inner, DictionaryObject):
                yield str(name), inner


def _entries(holder: Any) -> list[DictionaryObject]:
    found = _resolved(holder)
    entries = [_resolved(entry) for entry in found[:_MAX_OBJECTS]] if isinstance(found, ArrayObject) else []
    return [entry for entry in entries if isinstance(entry, DictionaryObject)]


def _values(holder: Any) -> list[Any]:
    return [_resolved(value) for value in holder.values()] if isinstance(holder, DictionaryObject) else []


def _appearances(state: Any) -> list[Any]:
    return [state] if isinstance(state, StreamObject) else _values(state)
