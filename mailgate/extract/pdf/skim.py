"""Which pages of a long PDF are worth reading: words with their places cost a hundred times what mere text costs.

Regulations, registers and manuals of twenty pages are sent along with mail every day, and hold no form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2

from mailgate.domain.polish.words import fold
from mailgate.extract.foreign import as_unsafe

FIRST_PAGES = 2
"""So many pages are read of every document; a form of more pages begins among those that a skim finds."""
_FEW_LETTERS = 40
_LONGEST_TEXT = 40_000
_QUESTION = re.compile(r"hot\W{0,3}0?1|pytan|zglosz|t\s*r\s*e\s*s\s*c")
_PERSON = re.compile(r"nazwisk|uzytkownik|urzad|urzed|jednostk|instytucj|telefon|kontakt|mail")


def pages_worth_reading(content: bytes, count: int) -> frozenset[int]:
    """The indices of the first pages, and of all from the first on that may show a form, or a picture of one.

    ``count`` is how many pages may be read at all.  The file must have been weighed by ``guard`` before; raises
    ``UnsafeContainer`` where PDFium refuses it.
    """
    if count <= FIRST_PAGES:
        return frozenset(range(count))
    with as_unsafe("damaged"):
        document = pypdfium2.PdfDocument(content)
        try:
            texts = _texts(document, min(count, len(document)))
            first = next((index for index, text in enumerate(texts) if _may_hold_form(text)), count)
        finally:
            document.close()
    return frozenset((*range(FIRST_PAGES), *range(first, count)))


def _texts(document: pypdfium2.PdfDocument, count: int) -> Iterator[str]:
    for index in range(count):
        page = document[index]
        text = page.get_textpage()
        yield text.get_text_range(0, min(text.count_chars(), _LONGEST_TEXT))
        text.close()
        page.close()


def _may_hold_form(text: str) -> bool:
    """True for a page with words of the form's labels, and for one with hardly any text, which may be a picture."""
    if sum(map(str.isalnum, text)) < _FEW_LETTERS:
        return True
    folded = fold(text)
    return _QUESTION.search(folded) is not None and _PERSON.search(folded) is not None
