"""What the containers of mail clients mean: quotes, attributions, signatures, hidden text.

Each client marks its own containers; the names below were read from real mail.  A client that marks nothing is left to
those who read the lines.
"""

from __future__ import annotations

import re
from typing import Final

from mailgate.extract.html.tree import Node

SKIPPED: Final = frozenset({
    "head", "style", "script", "title", "template", "iframe", "object", "embed", "applet", "svg", "math", "xml",
    "audio", "video", "canvas", "map", "noframes", "datalist", "colgroup", "col", "meta", "link", "base",
})  # fmt: skip
BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
SPACED: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "dl"})
"""Blocks that a browser sets apart by a blank line."""

_ATTRIBUTIONS: Final = frozenset({
    "gmail_attr", "moz-cite-prefix", "moz-email-headers-table", "divrplyfwdmsg", "reply-intro", "nh_extra",
    "__headers__", "-x-evo-attribution",
})  # fmt: skip
_SIGNATURES: Final = frozenset({
    "gmail_signature", "gmail_signature_prefix", "moz-signature", "ms-outlook-mobile-signature", "signature",
    "applemailsignature", "protonmail_signature_block", "_rc_sig", "__sig_pre__", "__sig_post__",
    "-x-evo-signature-wrapper", "-x-evo-signature", "messagesignaturesection", "bloop_sign", "composer_signature",
})  # fmt: skip
_QUOTES: Final = frozenset({
    "yahoo_quoted", "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message",
    "__quoted_text__",
})  # fmt: skip
# These hold the attribution and the quote, and, where somebody answers between the lines, new text as well.
_QUOTE_WRAPPERS: Final = frozenset({
    "gmail_quote", "gmail_extra", "protonmail_quote", "zmail_extra", "tutanota_quote", "messagereplysection",
})  # fmt: skip
_HEADER_WORDS: Final = re.compile(r"\s*(od|from|von|de|da|nadawca|fra|från|van|від|от)\s*:", re.IGNORECASE)
_FORWARD_WORDS: Final = re.compile(r"\s*-{5,}")
_HIDDEN: Final = re.compile(
    r"display:none|mso-hide:all|visibility:hidden|(?:^|;)opacity:0?(?:\.0+|(?<=0))(?:!important)?(?:;|$)"
)
_NO_HEIGHT: Final = re.compile(r"(?:^|;)(?:max-)?height:0(?:\.0+)?(?:px|pt|em|rem)?(?:!important)?(?:;|$)")
_NO_LETTERS: Final = re.compile(r"(?:^|;)font-size:0(?:\.0+)?(?:px|pt|em|rem|%)?(?:!important)?(?:;|$)")
_INK: Final = re.compile(r"(?:^|;)color:([^;!]+)")
_PAPER: Final = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_SHORT_COLOUR: Final = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
_FRAME: Final = re.compile(
    r"(?:^|;)border(?:-bottom|-style)?:[^;]{0,80}(?:solid|dashed|dotted|double|inset|outset|ridge|groove|windowtext)"
)
_MOST_LOOKED_AT: Final = 200
_DIGITS_OF_A_SPAN: Final = 5
_PREFIXES: Final = re.compile(r"^(?:x_)+")


def _known(node: Node, names: frozenset[str]) -> bool:
    # Outlook on the web puts x_ before each name of a mail that it quotes, Yahoo ydp and a number.
    return any(
        _PREFIXES.sub("", mark) in names or (mark.startswith("ydp") and mark.endswith(tuple(names)))
        for mark in node.marks
    )


def hidden(node: Node) -> bool:
    """True where no reader of the mail sees the element."""
    if node.tag in SKIPPED or "hidden" in node.attributes:
        return True
    if "style" not in node.attributes:
        return False
    style = node.style
    if _HIDDEN.search(style) or ("overflow:hidden" in style and _NO_HEIGHT.search(style)):
        return True
    # Newsletters set their frames so and give each text its own size or colour.
    if _NO_LETTERS.search(style):
        return not _sets_anew(node, "font", "size")
    return _is_ink_on_its_like(style) and not _sets_anew(node, "color", "color")


def _is_ink_on_its_like(style: str) -> bool:
    ink, paper = _INK.search(style), _PAPER.search(style)
    return ink is not None and paper is not None and _colour(ink[1]) == _colour(paper[1])


def _colour(written: str) -> str:
    known = {"white": "#ffffff", "black": "#000000", "rgb(255,255,255)": "#ffffff", "rgb(0,0,0)": "#000000"}
    short = _SHORT_COLOUR.fullmatch(written)
    return "#" + "".join(2 * digit for digit in short.groups()) if short else known.get(written, written)


def _sets_anew(node: Node, in_style: str, attribute: str) -> bool:
    """True where an element inside sets what hides the outer one, or there are too many elements to look at."""
    waiting = list(node.elements())
    for _ in range(_MOST_LOOKED_AT):
        if not waiting:
            return False
        inner = waiting.pop()
        if in_style in inner.style or (inner.tag == "font" and attribute in inner.attributes):
            return True
        waiting.extend(inner.elements())
    return True


def draws_frame(node: Node) -> bool:
    """True for a table or a cell around which, or at least below which, a line is drawn."""
    if not node.attributes:
        return False
    return node.get("border") not in ("", "0") or _FRAME.search(node.style) is not None


def span(node: Node, name: str) -> int:
    """How many rows or columns a cell takes (``rowspan``, ``colspan``); 1 also where no number is given."""
    written = node.get(name).strip()[:_DIGITS_OF_A_SPAN]
    return max(1, int(written)) if written.isascii() and written.isdigit() else 1


def is_quote(node: Node) -> bool:
    """True for a container in which all is quoted."""
    if node.tag == "blockquote":
        return not _is_indent(node)
    if not node.attributes:
        return False
    if _known(node, _QUOTE_WRAPPERS):
        return not _holds_blockquote(node) and _FORWARD_WORDS.match(first_words(node)) is None
    return _known(node, _QUOTES)


def _is_indent(node: Node) -> bool:
    """Gmail and Outlook indent one's own paragraphs by a blockquote without a border, and without naming a source."""
    if node.get("type") or node.get("cite") or node.marks:
        return False
    style = node.style
    return bool(re.search(r"border:(none|0|medium)", style)) and "border-left:" not in style


def _holds_blockquote(node: Node) -> bool:
    """A blockquote stands directly in a wrapper, or in a lone wrapper of the wrapper."""
    for child in node.elements():
        if child.tag == "blockquote" or any(grandchild.tag == "blockquote" for grandchild in child.elements()):
            return True
    return False


def is_attribution(node: Node) -> bool:
    """True for a container of "On ... wrote:" or of the header lines over a quote, but not of the quote itself."""
    if not node.attributes:
        return False
    if _known(node, _ATTRIBUTIONS):
        return not _holds_blockquote(node)
    return opens_quote(node)


def opens_quote(node: Node) -> bool:
    """True for the header block of Outlook and Zimbra: it is no container, all that follows it is the quote."""
    if not node.attributes:
        return False
    if _known(node, frozenset({"divrplyfwdmsg"})) or node.get("id") == "zwchr":
        return True
    if node.tag != "div" or "border-top:" not in node.style or "border-top:none" in node.style:
        return False
    return _HEADER_WORDS.match(first_words(node)) is not None


def is_signature(node: Node) -> bool:
    """True for a container of a signature, or of the line that leads it in."""
    return bool(node.attributes) and _known(node, _SIGNATURES)


def first_words(node: Node, limit: int = 40) -> str:
    """The first text in an element, found within a few nodes or not at all."""
    waiting: list[Node | str] = [node]
    words = ""
    for _ in range(limit):
        if not waiting or len(words) > limit:
            break
        at = waiting.pop()
        if isinstance(at, str):
            words += at
        else:
            waiting.extend(reversed(at.children[:limit]))
    return words.replace("\xa0", " ").strip()
