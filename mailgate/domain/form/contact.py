"""Telephone numbers and e-mail addresses as clerks write them: ``24/261 40 21 wew. 12, j.kowal@urzad.example``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from mailgate.domain.polish.words import fold, folded_words
from mailgate.domain.remembered import remembered

_LOCAL_SIGNS = frozenset(".!#$%&'*+=?^_`{}~-")
_DOMAIN_SIGNS = frozenset(".-")
_LONGEST_ADDRESS = 254
_AT_IN_WORDS = re.compile(r"\s{0,3}[\[({<]\s?(?:at|małpa|malpa|@)\s?[\])}>]\s{0,3}", re.IGNORECASE)
_DOT_IN_WORDS = re.compile(r"\s{0,3}[\[({<]\s?(?:dot|kropka)\s?[\])}>]\s{0,3}", re.IGNORECASE)
_SPACED_AT = re.compile(r"(?<=[\w.\-])[ \t]{0,2}@[ \t]{0,2}(?=\w)")

_NUMBER_RUN = re.compile(r"(?:\+|\(\s?\+|\(?\d)[\d\s()/.\-–—+]{5,}")
_EXTENSION = re.compile(
    r"[\s,;/(\-–]{0,4}(?:nr\s)?(?:(?:wewnetrzny|wewn|wew|int|ext|w|x)[.:]{0,2}|#)\s{0,2}(?:nr\s{0,2})?(\d{1,6})(?!\d)"
)
_FAX = re.compile(r"(?<![a-z])(?:fax|faks|faksu)(?![a-z])")
_CALL = re.compile(r"(?<![a-z])(?:tel|telefon|telefonu|kom|komorka|komorkowy)(?![a-z])")
_SIGNS_BEFORE_EXTENSION = re.compile(r"(?<!\d)(?:wewn|wew|ext)[a-z]{0,6}[.:]{0,2}\s{0,2}\d{1,6}")
_EXTENSION_FURTHER_ON = re.compile(
    r"(?<![a-z0-9])(?:wewnetrzny|wewn|wew|ext)[.:]{0,2}\s{0,2}(?:nr\s{0,2})?(\d{1,6})(?!\d)"
)
_NO_DIGIT_OR_PLUS = re.compile(r"[^\d+]")
_DIGITS = re.compile(r"\d+")
_NATIONAL_DIGITS = 9

_WORDS_WITHOUT_MEANING = frozenset(
    folded_words(
        "tel telefon telefonu kom komorka komorkowy nr numer e mail email mailowy adres fax faks i lub oraz zwrotny kontakt"
        " kontaktowy sluzbowy stacjonarny n d nd brak dotyczy nie"
    )
)


@dataclass(frozen=True, slots=True)
class Contact:
    """What a contact field holds: ``phone`` is E.164 with ``;ext=N``, ``email`` as written, domain in lower case."""

    phone: str | None = None
    email: str | None = None
    written: bool = False
    """True where something other than names of the parts was written, whether it could be read or not."""


@remembered(most=512, longest=500)
def read_contact(text: str) -> Contact:
    """The first telephone and the first e-mail address in a text of one or more lines.

    The same text is asked about when labels are weighed, when values are taken and when they are given out.
    """
    joined = _mended(text)
    email, rest = _cut_addresses(joined)
    phone = _first_phone(rest)
    return Contact(phone, email, bool(phone or email) or not _says_nothing(joined))


def _mended(text: str) -> str:
    """The text on one line: an address broken at ``@``, a dot or a hyphen is put together again."""
    joined = ""
    for line in (line.strip() for line in text.split("\n")):
        broken = joined.endswith(("@", "_")) or line.startswith(("@", ".", "_"))
        if line and not broken and joined.endswith((".", "-")):
            broken = _goes_on_in(joined.rsplit(None, 1)[-1], line.split(None, 1)[0])
        joined = joined + line if broken or not joined else f"{joined} {line}"
    spelled = _DOT_IN_WORDS.sub(".", _AT_IN_WORDS.sub("@", joined))
    return _SPACED_AT.sub("@", spelled)


def _goes_on_in(above: str, below: str) -> bool:
    """True where a word may be one half of an address and the word below it the other; a telephone is none."""
    if "@" in above and not below[0].isalpha():
        return False
    return _is_address_start(above) and not _says_nothing(below)


def _is_address_start(word: str) -> bool:
    """True where a word may be the first half of an address: ``jan.`` is, ``tel.`` is not."""
    return "@" in word or (fold(word).strip(".-:") not in _WORDS_WITHOUT_MEANING and "." in word.rstrip(".-"))


def _says_nothing(text: str) -> bool:
    return all(word in _WORDS_WITHOUT_MEANING for word in folded_words(text))


def _cut_addresses(text: str) -> tuple[str | None, str]:
    """The first valid address, and the text in which every address is replaced by a semicolon."""
    first: str | None = None
    rest: list[str] = []
    done = 0
    for start, end in _address_spans(text):
        address = _valid_address(text[start:end])
        first = first or address
        rest.append(text[done:start])
        done = end
    rest.append(text[done:])
    return first, " ; ".join(rest)


def _address_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses may stand: what is left and right of each ``@``."""
    done = 0
    at = text.find("@")
    while at >= 0:
        start, end = at, at + 1
        while start > max(done, at - _LONGEST_ADDRESS) and _is_sign(text[start - 1], _LOCAL_SIGNS):
            start -= 1
        while end < min(len(text), at + _LONGEST_ADDRESS) and _is_sign(text[end], _DOMAIN_SIGNS):
            end += 1
        yield start, end
        done = end
        at = text.find("@", end)


def _is_sign(char: str, others: frozenset[str]) -> bool:
    return char.isalnum() or char in others


def _valid_address(span: str) -> str | None:
    """The address in a span, its domain in lower case, or None: ``jan.kowalski@`` and ``a@b`` are none."""
    local, _, domain = span.partition("@")
    local, domain = local.lstrip("./'*=-_~#?&").rstrip("'"), domain.rstrip(".-")
    labels = domain.lower().split(".")
    if not local or local.endswith(".") or ".." in local or len(labels) < 2:
        return None
    if not all(label and not label.startswith("-") and not label.endswith("-") for label in labels):
        return None
    if labels[-1].isdigit() or len(labels[-1]) < 2:
        return None
    return f"{local}@{domain.lower()}"


def _first_phone(text: str) -> str | None:
    """The first telephone that is no fax, else the first fax, as E.164."""
    folded = fold(text)
    if len(folded) != len(text):
        folded = text.lower()
    faxes: list[str] = []
    last_end = 0
    for run in _NUMBER_RUN.finditer(folded):
        number = _number(run.group())
        if number is None:
            continue
        before = folded[last_end : run.start()]
        last_end = run.end()
        found = number + _extension(folded, run.start(), run.end())
        if not _is_fax(before):
            return found
        faxes.append(found)
    return faxes[0] if faxes else None


def _is_fax(before: str) -> bool:
    """True where the words before a number say fax and do not say telephone as well (``tel./fax``)."""
    return bool(_FAX.search(before)) and not _CALL.search(before)


def _extension(text: str, start: int, end: int) -> str:
    """``;ext=N`` for an extension after the number, or before it where it opens the field."""
    after = _EXTENSION.match(text, start + len(text[start:end].rstrip(" \t\n,;/(-–.")))
    if after:
        return f";ext={after[1]}"
    before = _SIGNS_BEFORE_EXTENSION.search(text[max(0, start - 40) : start])
    if before:
        return f";ext={re.sub(r'[^0-9]', '', before.group())}"
    # Words or the address may stand between, another number may not: the extension is that one's.
    further = _EXTENSION_FURTHER_ON.search(text, end)
    if further is None or any(_number(run.group()) for run in _NUMBER_RUN.finditer(text, end, further.start())):
        return ""
    return f";ext={further[1]}"


def _number(run: str) -> str | None:
    """The first telephone number in a run of digits and the signs between them, as E.164."""
    compact = _NO_DIGIT_OR_PLUS.sub("", run)
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    if compact.startswith("+") and not compact.startswith("+48"):
        return _possible(_foreign_part(run))
    without_plus = compact.startswith("48") and len(compact) == _NATIONAL_DIGITS + 2
    return _polish(_DIGITS.findall(run), international=compact.startswith("+48") or without_plus)


def _foreign_part(run: str) -> str:
    """A foreign number up to the sign that divides it from another."""
    first = re.split(r"\s/\s|(?<=\d)\s*\+|\s{3,}", run.strip(" ("), maxsplit=1)[0]
    digits = re.sub(r"[^\d]", "", first)
    return "+" + (digits.removeprefix("00"))


def _polish(groups: list[str], *, international: bool) -> str | None:
    """Nine digits at the start of a run, after country code and old trunk prefix, ending where a group ends."""
    taken = ""
    for group in groups:
        taken += group
        national = _national(taken, international=international)
        if len(national) == _NATIONAL_DIGITS:
            # Any nine digits are a possible number in Poland, so there is nothing to ask phonenumbers about.
            return f"+48{national}" if national.isascii() else _possible(f"+48{national}")
        if len(national) > _NATIONAL_DIGITS:
            return None
    return None


def _national(digits: str, *, international: bool) -> str:
    if digits.startswith("00"):
        digits = digits[2:]
        international = True
    if international and digits.startswith("48"):
        digits = digits[2:]
    return digits.removeprefix("0")


def _possible(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, "PL")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
