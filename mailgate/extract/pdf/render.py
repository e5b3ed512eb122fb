"""A page of a PDF drawn as a picture (PDFium), for those that hold nothing but a picture."""

from __future__ import annotations

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from mailgate.extract.foreign import as_unsafe
from mailgate.extract.scan.picture import MAX_PIXELS

_DOTS_PER_POINT = 300 / 72
_FEWEST_OF_A_SCAN, _MOST_OF_A_SCAN = 120 / 72, 420 / 72
_COVERED = 0.9
_TRIFLE_LESS = 1 - 1e-6


def render(content: bytes, index: int) -> Image.Image:
    """A page in grey, with the fields of its form drawn: a scan point for point, else at 300 dpi, fewer for a large sheet.

    Raises ``UnsafeContainer`` where PDFium refuses it.  The file must have been weighed by ``guard`` before.
    """
    with as_unsafe("damaged"):
        document = pypdfium2.PdfDocument(content)
        try:
            document.init_forms()
            page = document[index]
            width, height = page.get_size()
            scale = min(_scale_of_scan(page) or _DOTS_PER_POINT, (MAX_PIXELS / 2 / max(width * height, 1.0)) ** 0.5)
            image: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
            return image.convert("L")
        finally:
            document.close()


def _scale_of_scan(page: pypdfium2.PdfPage) -> float | None:
    """Points of the picture for each point of a page that is one scan; None for any other page.

    Drawn at its own size a scan keeps its sharp edges, and specks stay as small as they are.
    """
    pictures = [one for one in page.get_objects(max_depth=3) if one.type == raw.FPDF_PAGEOBJ_IMAGE]
    if len(pictures) != 1:
        return None
    left, bottom, right, top = pictures[0].get_bounds()
    short, long = sorted((right - left, top - bottom))
    narrow, wide = sorted(pictures[0].get_px_size())
    covers = short * long >= _COVERED * page.get_width() * page.get_height()
    if not covers or min(short, long) <= 0:
        return None
    # A trifle less, or rounding up would add a row of points and blur all the others.
    scale = float(min(narrow / short, wide / long)) * _TRIFLE_LESS
    return scale if _FEWEST_OF_A_SCAN <= scale <= _MOST_OF_A_SCAN else None
