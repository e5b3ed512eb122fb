"""Bytes to text for mail written in Poland, and the tidying that every text gets before anything looks at it.

A charset label is a claim.  What decides is the bytes: a byte order mark, valid UTF-8, or the bytes at which the two
Polish single-byte charsets differ.  Libraries that guess statistically were measured and lost to counting letters.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

# Letters that windows-1250 and ISO-8859-2 place differently.  In ISO-8859-2 the bytes 80-9F are control characters
# that nobody types; in windows-1250 A1, A6, AC, B1, B6 and BC are signs that rarely touch a letter.
_CP1250_LETTERS: Final = re.compile(rb"[\xa5\xb9\x8c\x9c\x8f\x9f]")
_ISO2_LETTERS: Final = re.compile(rb"[\xa1\xb1\xa6\xb6\xac\xbc]")
_ISO2_IN_WORD: Final = re.compile(
    rb"(?<=[A-Za-z\xc0-\xff])[\xb1\xb6\xbc]|[\xa1\xb1\xa6\xb6\xac\xbc](?=[A-Za-z\xc0-\xff])"
)
_C1_BYTES: Final = re.compile(rb"[\x80-\x9f]")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_POLISH: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")

# What people and old programs write for charsets that Python knows by another name, or not at all.
_ALIASES: Final = {
    "cp-1250": "cp1250",
    "win-1250": "cp1250",
    "win1250": "cp1250",
    "windows1250": "cp1250",
    "x-cp1250": "cp1250",
    "x-windows-1250": "cp1250",
    "ansi": "cp1250",
    "cp-852": "cp852",
    "ibm-852": "cp852",
    "dos-852": "cp852",
    "x-ibm852": "cp852",
    "iso-8859-2-windows-latin-2": "iso-8859-2",
    "iso8859-2": "iso-8859-2",
    "iso_8859-2:1987": "iso-8859-2",
    "x-iso-8859-2": "iso-8859-2",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-16",
    "x-mac-ce": "mac-latin2",
    "x-mac-centraleurroman": "mac-latin2",
}
_UNDECIDED: Final = frozenset({
    "ascii", "iso8859-1", "iso8859-2", "iso8859-15", "iso8859-16", "cp1250", "cp1252", "iso8859-13", "iso8859-4"
})  # fmt: skip
# It has the Polish letters at places of its own, so that the label of another charset is told by the letters.
_ROMANIAN: Final = "iso8859-16"
_NOT_TEXT: Final = frozenset({
    "base64", "hex", "quopri", "uu", "zlib", "bz2", "rot-13", "idna", "punycode", "undefined", "unicode-escape",
    "raw-unicode-escape", "charmap", "mbcs", "oem",
})  # fmt: skip

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def codec_for(label: str | None) -> str | None:
    """Python's name of the charset that a label means, or None for none, an unknown one, or one that is no charset."""
    if not label:
        return None
    name = label.strip().strip("\"'").lower()
    if not name or not name.isascii() or "\0" in name or len(name) > 60:
        return None
    try:
        codec = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return None
    return None if codec in _NOT_TEXT else codec


def decode(raw: bytes, label: str | None = None) -> tuple[str, str | None]:
    """The text of ``raw``, and the charset that was guessed, or None where the label was right or nothing was needed.

    ``label`` is what the sender declared.  Never fails: a byte that fits nothing becomes U+FFFD.
    """
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) if codec == "utf-8" else 0 :].decode(codec, "replace"), None
    declared = codec_for(label)
    if declared is not None and declared not in _UNDECIDED and declared != "utf-8":
        return _decode_as_told(raw, declared)
    if raw.count(0) * 5 > len(raw) * 2 and len(raw) % 2 == 0:
        return _decode_unmarked_utf16(raw)
    if not _HIGH.search(raw):
        return raw.decode("ascii"), None
    return _decode_eight_bit(raw, declared)


def _decode_as_told(raw: bytes, declared: str) -> tuple[str, str | None]:
    """A charset with a telling name (CP852, UTF-16, KOI8-R): believed as far as its bytes allow."""
    try:
        return raw.decode(declared), None
    except (UnicodeError, ValueError):
        pass
    if declared.startswith(("utf-16", "utf-32")) and raw.count(0) * 4 < len(raw):
        return _decode_eight_bit(raw, None)
    return raw.decode(declared, "replace"), None


def _decode_unmarked_utf16(raw: bytes) -> tuple[str, str]:
    """UTF-16 that lost its mark and its label, which shows by a NUL at nearly every other byte."""
    codec = "utf-16-le" if raw[1::2].count(0) >= raw[::2].count(0) else "utf-16-be"
    return raw.decode(codec, "replace"), codec


def _decode_eight_bit(raw: bytes, declared: str | None) -> tuple[str, str | None]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if _cut_letter(raw, error):
            return raw.decode("utf-8", "replace"), None if declared == "utf-8" else "utf-8"
    else:
        mended = undouble(text)
        if mended is not None:
            return mended, "utf-8, encoded twice"
        return text, None if declared == "utf-8" else "utf-8"
    guessed = single_byte_charset(raw, declared)
    if declared == _ROMANIAN and _polish_share(raw.decode(declared)) > _polish_share(raw.decode(guessed, "replace")):
        return raw.decode(declared), None
    told = codec_for(guessed) == declared
    return raw.decode(guessed, "replace"), None if told else guessed


def _cut_letter(raw: bytes, error: UnicodeDecodeError) -> bool:
    """True where text is UTF-8 but for a few broken letters: cut by a limit, or by a relay that folds at bytes."""
    if error.start == 0:
        return False
    text = raw.decode("utf-8", "ignore")
    wrong = len(raw) - len(text.encode("utf-8"))
    letters = sum(character in _POLISH for character in text)
    return letters > 0 and wrong <= 3 + letters // 20


def single_byte_charset(raw: bytes, declared: str | None = None) -> str:
    """``windows-1250``, ``iso-8859-2`` or, for a declared western charset without anything Polish, that charset."""
    iso = len(_ISO2_IN_WORD.findall(raw))
    cp1250 = len(_CP1250_LETTERS.findall(raw))
    if iso > cp1250:
        return "iso-8859-2"
    if cp1250 or _C1_BYTES.search(raw):
        return declared if declared == "cp1252" and not _looks_polish(raw) else "windows-1250"
    if declared in {"iso8859-1", "cp1252", "iso8859-15"} and not _looks_polish(raw):
        return declared
    if _ISO2_LETTERS.search(raw) and declared == "iso8859-2":
        return "iso-8859-2"
    return "iso-8859-2" if declared == "iso8859-2" else "windows-1250"


def _looks_polish(raw: bytes) -> bool:
    """Most letters beyond ASCII are Polish when read as windows-1250: a French or German mail is left as it says."""
    return _polish_share(raw.decode("cp1250", "replace")) > 0.5


# UTF-8 of a Polish letter, read once more as windows-1250, windows-1252, ISO-8859-1 or ISO-8859-2.
_DOUBLED: Final = re.compile("[ÃÄÅĂĹ][\x80-\xbf\u0100-\u02dd\u2010-\u2122\xa0-\xff]")
_DOUBLING: Final = ("cp1252", "latin-1", "cp1250", "iso-8859-2")


def undouble(text: str) -> str | None:
    """The text where it is UTF-8 encoded twice (``Å»Ã³Å‚w`` for ``Żółw``), else None."""
    if not _DOUBLED.search(text):
        return None
    readings = [mended for codec in _DOUBLING if (mended := _undouble_from(text, codec)) is not None]
    best = max(readings, key=_polish_share, default=None)
    return best if best is not None and _polish_share(best) >= 0.5 else None


def _undouble_from(text: str, codec: str) -> str | None:
    """Undoes one wrong reading.  Bytes that cp1252 and cp1250 leave undefined travel as control characters."""
    raw = bytearray()
    for character in text:
        try:
            raw += character.encode(codec)
        except UnicodeEncodeError:
            if not "\x80" <= character <= "\x9f":
                return None
            raw.append(ord(character))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _polish_share(text: str) -> float:
    """How many of the letters beyond ASCII are Polish: 0 where there is none."""
    beyond = [character for character in text if character > "\x7f" and character.isalpha()]
    return sum(character in _POLISH for character in beyond) / len(beyond) if beyond else 0.0


_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_XML_CHARSET: Final = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})")


def decode_html(raw: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text of a page and the charset guessed, if any; what MIME declares stands before what the page says."""
    label = declared if codec_for(declared) else None
    if label is None:
        found = _XML_CHARSET.search(raw[:200]) or _META_CHARSET.search(raw[:4096])
        label = found.group(1).decode("ascii") if found else declared
    if (codec_for(label) or "").startswith(("utf-16", "utf-32")) and raw[:200].count(0) == 0:
        label = "utf-8"  # A page cannot say so in single bytes and be so; some programs write UTF-8 below it.
    return decode(raw, label)


_SPACES: Final = dict.fromkeys([0xA0, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200B)], " ")
_GONE: Final = dict.fromkeys([
    0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    *range(0x09), *range(0x0E, 0x20), 0x7F,
], "")  # fmt: skip
_BREAKS: Final = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TIDY: Final = {**_SPACES, **_GONE, **_BREAKS, **_SURROGATES}
_UNTIDY: Final = re.compile(f"[{''.join(map(re.escape, map(chr, _TIDY)))}]")


def tidy(text: str) -> str:
    """NFC; no-break and other wide spaces as a space; no invisible, bidi or control characters but tab and line ends.

    Lone surrogates become U+FFFD, since neither UTF-8 nor a database takes them.  Line ends are left as they are.
    """
    clean = text.translate(_TIDY) if _UNTIDY.search(text) else text
    return clean if clean.isascii() else unicodedata.normalize("NFC", clean)
