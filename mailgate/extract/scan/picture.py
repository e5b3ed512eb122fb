"""A scan or photograph made ready to be read: upright, even, sharp, black on white, its drawn lines known and gone.

Everything here is Pillow and counting; sizes are in pixels.  What a picture may cost is bounded before it is decoded.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import SupportsFloat

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from mailgate.extract.foreign import as_unsafe
from mailgate.extract.page.shapes import Box, Rule
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.scan.dottedlines import without_dotted_lines
from mailgate.extract.scan.drawnlines import drawn_lines, streaks, without_lines
from mailgate.extract.scan.slant import lies_sideways, straightened

MAX_PIXELS = 40_000_000
_MAX_JPEG_PIXELS = 200_000_000
"""A JPEG is decoded at a fraction of its size, so that photographs of any telephone cost little."""
READING_HEIGHT = 3400
"""The longer side at which a page of A4 has about 290 dpi, which tesseract reads best."""
_LEAST_SIDE = 400
_LEAST_PIXELS = 250_000
_MOST_STRETCHED = 3.2
_LEAST_STRETCHED = 1.6
"""Below it the two resolutions of a file are those of one scanner, rounded."""
_LEAST_SIDE_OF_A_SMALL_PAGE = 200
_NARROWEST_PAGE, _WIDEST_PAGE = 1.3, 1.55
_PAPER_ON_AVERAGE = 160
MAX_FRAMES = 8
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")

_INK = 40
_PAPER = 185
_GREYS = (48, 208)
_FEW_GREYS = 0.1
_SPECK = 2
_LARGEST_SPECK = 3
"""Points of ink; the smallest full stop that a fax makes has four."""
_BLACK_POINTS = 0.4
_SURELY_INK = 128
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
        yield _in_shape(ImageOps.exif_transpose(opened), opened.info.get("dpi"))


def _in_shape(image: Image.Image, dots: tuple[SupportsFloat, SupportsFloat] | None) -> Image.Image:
    """The picture as grey and in the shape of its paper: a fax has half as many dots, or twice, downwards as across.

    ``dots`` are those of an inch, across and down, as the file says (ITU-T T.4: 204 by 98, 196 or 391).
    """
    grey = _grey(image)
    across, down = map(float, dots or (1.0, 1.0))
    if min(across, down) <= 0 or not _LEAST_STRETCHED <= max(across, down) / min(across, down) <= _MOST_STRETCHED:
        return grey
    finest = max(across, down)
    width, height = round(grey.width * finest / across), round(grey.height * finest / down)
    return grey.resize((width, height), Image.Resampling.BICUBIC) if width * height <= MAX_PIXELS else grey


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
    even = _evenly_lit(_at_reading_size(_without_specks(image)))
    if lies_sideways(even):
        even = even.transpose(Image.Transpose.ROTATE_90)
    straight = without_dotted_lines(straightened(even))
    lines = drawn_lines(straight)
    dirt = streaks(lines, straight.height)
    return Ready(without_lines(straight, lines), tuple(rule for rule in lines if rule not in dirt))


def turned(ready: Ready) -> Ready:
    """The same picture upside down."""
    width, height = ready.image.size
    rules = tuple(
        Rule(Box(width - r.box.x1, height - r.box.bottom, width - r.box.x0, height - r.box.top)) for r in ready.rules
    )
    return Ready(ready.image.transpose(Image.Transpose.ROTATE_180), rules)


def _without_specks(image: Image.Image) -> Image.Image:
    """A picture of two colours without the lone dots of dust, which are read as signs.

    A speck is ink with nothing but paper around it; the smallest full stop has more points.
    """
    if not _is_of_two_colours(image):
        return image
    ink = ImageOps.invert(image.point([0 if value < _SURELY_INK else 255 for value in range(256)]))
    near, around = (_inked_around(ink, steps) for steps in (_SPECK, _SPECK + 1))
    small = near.point([255 if 0 < count <= _LARGEST_SPECK else 0 for count in range(256)])
    lone = ImageChops.subtract(around, near).point([255 if count == 0 else 0 for count in range(256)])
    cleaned = image.copy()
    cleaned.paste(255, mask=ImageChops.multiply(ImageChops.multiply(small, lone), ink))
    return cleaned


def _is_of_two_colours(image: Image.Image) -> bool:
    """True for black and white with hardly any grey, as a fax or a scanner set to "text" makes it."""
    counts = image.histogram()
    return sum(counts[_GREYS[0] : _GREYS[1]]) <= _FEW_GREYS * sum(counts[: _GREYS[0]])


def _inked_around(ink: Image.Image, steps: int) -> Image.Image:
    """How many points of ink (255) lie in the square that reaches so many steps from each point."""
    points = (2 * steps + 1) ** 2
    return ink.filter(ImageFilter.BoxBlur(steps)).point([round(value * points / 255) for value in range(256)])


def _at_reading_size(image: Image.Image) -> Image.Image:
    """A page at about 290 dpi, whatever it was scanned at."""
    factor = READING_HEIGHT / max(image.size)
    if 0.85 < factor < 1.2:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.BOX)


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
