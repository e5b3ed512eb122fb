"""The words at the top of a mail, for telling who wrote it: a rough cut, folded, bounded in length.

What may be relayed of a reply is cut with far more care in ``reply``; here it is enough that nothing quoted or
forwarded speaks for the sender.
"""

from __future__ import annotations

import re
from html import unescape

from mailgate.domain.mail import InboundMail
from mailgate.domain.polish.words import fold

MOST_LOOKED_AT = 20_000
"""Characters: a machine says what it is at the top of its mail."""

_HTML_TEXTLESS = re.compile(r"<(style|script|title)\b", re.IGNORECASE)
_HTML_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h[1-6]|/li|/table)\b[^<>]*>", re.IGNORECASE)
_HTML_TAG = re.compile(r"<[^<>]*>")
_HTML_QUOTE = re.compile(
    r"<blockquote|divRplyFwdMsg|gmail_quote|gmail_attr|moz-cite-prefix|moz-forward-container|OLK_SRC_BODY_SECTION",
    re.IGNORECASE,
)
_QUOTE_BEGINS = re.compile(
    r"""^[ \t]*(?:
        -{2,}[ ]*(?:original|forwarded|oryginalna|wiadomosc|przekazana|tresc|urspr|weitergeleitete|poczatek|begin)
      | _{20,}
      | begin\ forwarded\ message | poczatek\ przekazanej\ wiadomosci | wiadomosc\ przekazana\ dalej
      | (?:\*?)(?:od|from|von|nadawca)(?:\*?):[^\n]{0,200}\n[^\n]{0,200}:
      | (?:w\ dniu|dnia|on|am|le)\ [^\n]{4,200}(?:pisze|napisal|wrote|schrieb|ecrit)[^\n]{0,60}:
      | >
    )""",
    re.MULTILINE | re.VERBOSE,
)


def own_words(mail: InboundMail) -> str:
    """The first text of a mail up to the first quotation, in lower case, without diacritics, line by line."""
    return _lines_squeezed(_above_quotation(fold(first_text(mail)[:MOST_LOOKED_AT])))


def own_text(mail: InboundMail) -> str:
    """The same words as they were written."""
    written = first_text(mail)[:MOST_LOOKED_AT]
    folded = fold(written)
    above = _above_quotation(folded)
    if len(above) < len(folded):
        # Folding may shorten a line, but makes or takes none; a quotation begins with a line.
        written = "\n".join(written.split("\n")[: above.count("\n")])
    return _lines_squeezed(written)


def _above_quotation(folded: str) -> str:
    quote = _QUOTE_BEGINS.search(folded)
    return folded[: quote.start()] if quote else folded


def _lines_squeezed(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def first_text(mail: InboundMail) -> str:
    """The plain text, or where there is none the HTML without its tags and quotation containers."""
    plain = next((text for text in mail.plain if text.strip()), None)
    if plain is not None:
        return plain
    return _text_of_html(mail.html[0][: 5 * MOST_LOOKED_AT]) if mail.html else ""


def _text_of_html(html: str) -> str:
    quote = _HTML_QUOTE.search(html)
    if quote:
        html = html[: html.rfind("<", 0, quote.end())]
    text = _HTML_BREAK.sub("\n", " ".join(_without_elements_of_no_text(html).split()))
    return unescape(_HTML_TAG.sub("", text))


def _without_elements_of_no_text(html: str) -> str:
    kept, place = [], 0
    while match := _HTML_TEXTLESS.search(html, place):
        kept.append(html[place : match.start()])
        end = html.lower().find(f"</{match[1].lower()}", match.end()) if len(kept) < 50 else -1
        if end < 0:
            return "".join(kept)
        place = end
    return "".join(kept) + html[place:]
