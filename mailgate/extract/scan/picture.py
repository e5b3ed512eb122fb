"""A scan or photograph made ready to be read: upright, even, sharp, black on white, its drawn lines known and gone.

Everything here is Pillow and counting; sizes are in pixels.  What a picture may cost is bounded before it is decoded.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from mailgate.extract.foreign import as_unsafe
from mailgate.extract.page.shapes import Box, Rule
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.scan.slant import lies_sideways, straightened

MAX_PIXELS = 40_000_000
_MAX_JPEG_PIXELS = 200_000_000
"""A JPEG is decoded at a fraction of its size, so that photographs of any telephone cost little."""
READING_HEIGHT = 3400
"""The longer side at which a page of A4 has about 290 dpi, which tesseract reads best."""
_LEAST_SIDE = 400
_LEAST_PIXELS = 250_000
_MOST_STRETCHED = 3.2
_LEAST_SIDE_OF_A_SMALL_PAGE = 200
_NARROWEST_PAGE, _WIDEST_PAGE = 1.3, 1.55
_PAPER_ON_AVERAGE = 160
MAX_FRAMES = 8
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")

_INK = 40
_PAPER = 185
_BLACK_POINTS = 0.4
_SURELY_INK = 128
_BLACK = 120
_PALE = 205
_WHITE_BESIDE = 225
_LONG_RUN = 240
_NARROWER = 4
_RUN_ACROSS = 90
_RUN_DOWN = 48
_PALE_RUN_DOWN = 130
_SURELY_DOWN = 110
_THICKEST = 14
_THICKEST_PALE = 9
_MOST_INK = 0.3
_LEAST_INK = 12
"""So many dark points, each of nine pixels, a letter has at least."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture ready to be read (grey, dark on white, without drawn lines), and its lines."""

    image: Image.Image
    rules: tuple[Rule, ...]


_SIGNATURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"II*\0",
    b"MM\0*",
    b"GIF87a",
    b"GIF89a",
    b"P4\n",
    b"P5\n",
    b"P6\n",
)


def is_picture(content: bytes) -> bool:
    """True for the first bytes of a picture in one of the formats that scanners, cameras and screens make."""
    if content.startswith(b"BM"):
        # Two letters are a word, too: the size of the file stands behind them.
        return int.from_bytes(content[2:6], "little") == len(content)
    return content.startswith(_SIGNATURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def pictures_in(content: bytes) -> Iterator[Image.Image]:
    """The pictures of a file that may be pages, as grey and as they are to be looked at; several in a TIFF.

    Raises ``UnsafeContainer`` for what is no picture, is damaged, or has more pixels than a page needs.
    """
    with _opened(content) as opened:
        yield from _frames(opened)


def holds_pages(content: bytes) -> bool:
    """True where a file has a picture that may be a page, by its sizes alone: nothing is decoded.

    Raises ``UnsafeContainer`` as ``pictures_in`` does, for what the head of the file tells.
    """
    with _opened(content) as opened:
        return any(True for _ in _page_like_frames(opened))


def small_page(content: bytes) -> tuple[int, int] | None:
    """The size of a picture that is a page by its shape and its white paper, and too small to be read; else None.

    Raises ``UnsafeContainer`` for a damaged file.
    """
    with _opened(content) as opened:
        width, height = opened.size
        short, long = min(width, height), max(width, height)
        if is_page_like(width, height) or short < _LEAST_SIDE_OF_A_SMALL_PAGE or width * height > MAX_PIXELS:
            return None
        if not _NARROWEST_PAGE <= long / short <= _WIDEST_PAGE:
            return None
        grey = _grey(opened)
        return (width, height) if ImageStat.Stat(grey).mean[0] >= _PAPER_ON_AVERAGE and not is_white(grey) else None


@contextlib.contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    with as_unsafe("no readable picture"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            yield opened


def _page_like_frames(opened: Image.Image) -> Iterator[tuple[int, int]]:
    """The sizes of the frames that may be pages, each while the picture stands at it."""
    count = min(getattr(opened, "n_frames", 1), MAX_FRAMES) if opened.format == "TIFF" else 1
    for index in range(count):
        if index:
            opened.seek(index)
        width, height = opened.size
        limit = _MAX_JPEG_PIXELS if opened.format in ("JPEG", "MPO") else MAX_PIXELS
        if width * height > limit:
            raise UnsafeContainer("a picture of more pixels than a page needs")
        if is_page_like(width, height):
            yield width, height


def _frames(opened: Image.Image) -> Iterator[Image.Image]:
    for width, height in _page_like_frames(opened):
        if opened.format in ("JPEG", "MPO"):
            opened.draft(
                "L", (width * READING_HEIGHT // max(width, height), READING_HEIGHT * height // max(width, height))
            )
        if opened.size[0] * opened.size[1] > MAX_PIXELS:
            raise UnsafeContainer("a picture of more pixels than a page needs")
        yield _grey(ImageOps.exif_transpose(opened))


def is_page_like(width: int, height: int) -> bool:
    """True for the size and shape of a page or a photograph of one; logos, icons and ribbons are none."""
    short, long = min(width, height), max(width, height)
    return short >= _LEAST_SIDE and short * long >= _LEAST_PIXELS and long <= _MOST_STRETCHED * short


def _grey(image: Image.Image) -> Image.Image:
    """Grey, what is transparent as white paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(paper, layered).convert("L")
    if image.mode.startswith("I") or image.mode == "F":
        low, high = image.getextrema()
        span = max(float(high) - float(low), 1.0)  # type: ignore[arg-type]
        return image.point(lambda value: (value - float(low)) * 255 / span).convert("L")  # type: ignore[arg-type]
    return image.convert("L")


def made_ready(image: Image.Image) -> Ready:
    """A grey picture upright, evenly lit, straightened, at reading size, and its drawn lines taken out."""
    even = _evenly_lit(_at_reading_size(image))
    if lies_sideways(even):
        even = even.transpose(Image.Transpose.ROTATE_90)
    straight = straightened(even)
    rules = _drawn_lines(straight)
    return Ready(_without(straight, rules), tuple(rules))


def turned(ready: Ready) -> Ready:
    """The same picture upside down."""
    width, height = ready.image.size
    rules = tuple(
        Rule(Box(width - r.box.x1, height - r.box.bottom, width - r.box.x0, height - r.box.top)) for r in ready.rules
    )
    return Ready(ready.image.transpose(Image.Transpose.ROTATE_180), rules)


def _at_reading_size(image: Image.Image) -> Image.Image:
    """A page at about 290 dpi, whatever it was scanned at."""
    factor = READING_HEIGHT / max(image.size)
    if 0.85 < factor < 1.2:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS if factor > 1 else Image.Resampling.BOX)


def _evenly_lit(image: Image.Image) -> Image.Image:
    """The picture with the paper white everywhere: its brightness is told from places without ink, and taken away."""
    small = image.resize((max(1, image.width // 8), max(1, image.height // 8)), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(11)).filter(ImageFilter.MinFilter(9)).filter(ImageFilter.GaussianBlur(3))
    ink = ImageChops.subtract(paper.resize(image.size, Image.Resampling.BILINEAR), image)
    inverted = ImageOps.invert(ink)
    even = ImageOps.autocontrast(inverted, cutoff=(_share_of_black(inverted), 0.0))
    # The grain of paper and camera becomes white: where there is no ink tesseract would try to read it.
    return even.point([min(255, max(0, (value - _INK) * 255 // (_PAPER - _INK))) for value in range(256)])


def _share_of_black(image: Image.Image) -> float:
    """How many points in a hundred become black; fewer where there is less ink, else the grain of paper would."""
    dark = 100 * sum(image.histogram()[:_SURELY_INK]) / (image.width * image.height)
    return min(_BLACK_POINTS, dark / 2) if dark else _BLACK_POINTS


# --- drawn lines


def _drawn_lines(image: Image.Image) -> list[Rule]:
    """The horizontal and vertical lines of a table; strokes of letters are shorter, or have ink beside them."""
    across = _lines_of(image, _RUN_ACROSS, _LONG_RUN)
    down = [
        Box(box.top, box.x0, box.bottom, box.x1)
        for box in _lines_of(image.transpose(Image.Transpose.TRANSPOSE), _RUN_DOWN, _PALE_RUN_DOWN)
    ]
    kept = [box for box in down if box.height >= _SURELY_DOWN or _meets_two(box, across)]
    return [Rule(box) for box in (*across, *kept)]


def _lines_of(image: Image.Image, shortest: int, shortest_pale: int) -> list[Box]:
    """Horizontal lines: black ones, and pale ones with white on both sides."""
    black = _lines_across(image, shortest, _BLACK)
    pale = (box for box in _lines_across(image, shortest_pale, _PALE) if not any(_is_same(box, one) for one in black))
    return [*black, *(box for box in pale if _is_free(image, box))]


def _is_same(one: Box, other: Box) -> bool:
    """True where a line lies along another and is no longer."""
    return other.holds((one.x0, one.middle[1]), 8) and other.holds((one.x1, one.middle[1]), 8)


def _is_free(image: Image.Image, box: Box) -> bool:
    """True where hardly any ink lies right above and below a line; a row of letters has some."""
    for top, bottom in ((box.top - 7, box.top - 3), (box.bottom + 3, box.bottom + 7)):
        area = (int(box.x0), max(0, int(top)), int(box.x1), min(image.height, int(bottom)))
        if area[3] > area[1] and ImageStat.Stat(image.crop(area)).mean[0] < _WHITE_BESIDE:
            return False
    return True


def _meets_two(box: Box, across: list[Box]) -> bool:
    """True for a short stroke from one horizontal line to another: the side of a cell, no letter."""
    near = 4
    ends = (box.top, box.bottom)
    return all(
        any(
            line.top - near <= end <= line.bottom + near and line.x0 - near <= box.x0 <= line.x1 + near
            for line in across
        )
        for end in ends
    )


@dataclass(slots=True)
class _Stroke:
    """Runs of black in rows next to each other."""

    x0: int
    x1: int
    top: int
    bottom: int
    black: int
    last: tuple[int, int]

    @property
    def thickness(self) -> float:
        return self.black / max(self.x1 - self.x0, 1)


def _lines_across(image: Image.Image, shortest: int, darkest: int) -> list[Box]:
    """Thin horizontal lines, also those that rise or fall a little, or are broken by the grain of a scan.

    The picture is made narrower first: along a line grain evens out, while letters and the gaps between them do not.
    """
    narrow = image.resize((max(1, image.width // _NARROWER), image.height), Image.Resampling.BOX)
    black = narrow.point(lambda value: 0 if value < darkest else 255)
    pattern = re.compile(rb"\x00{%d,}" % (shortest // _NARROWER))
    width, data = black.width, black.tobytes()
    done: list[_Stroke] = []
    growing: list[_Stroke] = []
    for y in range(black.height):
        runs = [run.span() for run in pattern.finditer(data, y * width, (y + 1) * width)]
        for start, end in ((start - y * width, end - y * width) for start, end in runs):
            stroke = next((s for s in growing if s.last[0] <= end + 3 and start - 3 <= s.last[1]), None)
            if stroke is None:
                growing.append(_Stroke(start, end, y, y + 1, end - start, (start, end)))
            else:
                stroke.x0, stroke.x1 = min(stroke.x0, start), max(stroke.x1, end)
                stroke.bottom, stroke.last = y + 1, (start, end)
                stroke.black += end - start
        done += [s for s in growing if s.bottom < y - 1]
        growing = [s for s in growing if s.bottom >= y - 1]
    thin = (s for s in (*done, *growing) if s.thickness <= (_THICKEST if darkest == _BLACK else _THICKEST_PALE))
    return [Box(s.x0 * _NARROWER, s.top, s.x1 * _NARROWER, s.bottom) for s in thin]


def _without(image: Image.Image, rules: list[Rule]) -> Image.Image:
    """The picture with its lines painted over; where letters cross them only the line's own height is lost."""
    cleaned = image.copy()
    for rule in rules:
        box = rule.box
        area = (max(0, int(box.x0) - 3), max(0, int(box.top) - 2), int(box.x1) + 3, int(box.bottom) + 2)
        cleaned.paste(255, area)
    return cleaned


def is_blank(image: Image.Image) -> bool:
    """True where nothing is written on a picture that was made ready; specks do not count."""
    dark = image.resize((max(1, image.width // 3), max(1, image.height // 3)), Image.Resampling.BOX)
    return sum(dark.histogram()[:128]) < _LEAST_INK


def is_no_text(image: Image.Image) -> bool:
    """True where more of a picture is dark than on any page of text: a photograph of something else, or noise."""
    dark = sum(image.histogram()[:128])
    return dark > _MOST_INK * image.width * image.height


def is_white(image: Image.Image) -> bool:
    """True for a picture of one colour, an empty page of a scanner."""
    return ImageStat.Stat(image).stddev[0] < 2.0
