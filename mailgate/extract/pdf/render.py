"""A page of a PDF drawn as a picture (PDFium), for those that hold nothing but a picture."""

from __future__ import annotations

import pypdfium2
from PIL import Image

from mailgate.extract.foreign import as_unsafe
from mailgate.extract.scan.picture import MAX_PIXELS

_DOTS_PER_POINT = 300 / 72


def render(content: bytes, index: int) -> Image.Image:
    """A page in grey at 300 dpi, fewer for a large sheet, with the fields of its form drawn.

    Raises ``UnsafeContainer`` where PDFium refuses it.  The file must have been weighed by ``guard`` before.
    """
    with as_unsafe("damaged"):
        document = pypdfium2.PdfDocument(content)
        try:
            document.init_forms()
            page = document[index]
            width, height = page.get_size()
            scale = min(_DOTS_PER_POINT, (MAX_PIXELS / 2 / max(width * height, 1.0)) ** 0.5)
            image: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
            return image.convert("L")
        finally:
            document.close()
