"""What a spreadsheet shows for a number: dates as ``dd.mm.yyyy``, else by the cell's format, with a decimal comma.

The codes are those of ECMA-376 part 1, section 18.8.30; ``.xls`` files carry the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import isfinite
from typing import TypeAlias

Tokens: TypeAlias = Sequence[tuple[str, str]]

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "dd.mm.yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss",
    22: "dd.mm.yyyy h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "0.0E+0", 49: "@",
} | dict.fromkeys((*range(27, 37), *range(50, 59)), "dd.mm.yyyy")  # fmt: skip
"""The formats that files name by number alone; those of East Asian versions (27 to 36, 50 to 58) are dates."""

_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(AM/PM|General)|(.)', re.IGNORECASE | re.DOTALL)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CURRENCY = re.compile(r"\$([^-\]]*)")
_BEFORE_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no time zones
_BEFORE_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_466
_LONGEST_CODE = 255
_WHOLE_NUMBERS = 10**15
_DIGITS = "0#?"
_MOST_DECIMALS = 10


def shown(number: float, code: str, since_1904: bool = False) -> str:
    """The text of a number in a cell with this format code; ``since_1904`` for workbooks that count days from there."""
    if not isfinite(number):
        return ""
    if not code:
        return _general(number)
    section = _section(code[:_LONGEST_CODE], number)
    tokens = _tokens(section)
    if _is_date(tokens):
        moment = _moment(number, since_1904)
        return _general(number) if moment is None else _date(moment, tokens)
    negative_by_code = number < 0 and _sections(code[:_LONGEST_CODE])[1:2] == [section]
    text = _by_pattern(abs(number) if negative_by_code else number, tokens)
    return _general(number) if text is None else text


def _sections(code: str) -> list[str]:
    """The parts of a code for positive, negative, zero and text; semicolons in quotation marks part nothing."""
    parts, quoted, start = [], False, 0
    for place, sign in enumerate(code):
        if sign == '"':
            quoted = not quoted
        elif sign == ";" and not quoted:
            parts.append(code[start:place])
            start = place + 1
    return [*parts, code[start:]]


def _section(code: str, number: float) -> str:
    parts = _sections(code)
    if number < 0 and len(parts) > 1:
        return parts[1]
    if number == 0 and len(parts) > 2:
        return parts[2]
    return parts[0]


@lru_cache(maxsize=256)
def _tokens(section: str) -> tuple[tuple[str, str], ...]:
    """The code as (kind, text): ``text`` is written as it stands, ``sign`` has a meaning, ``general`` is the word."""
    tokens: list[tuple[str, str]] = []
    for found in _TOKEN.finditer(section):
        quoted, escaped, bracketed, word, sign = found.groups()
        if quoted is not None or escaped is not None:
            tokens.append(("text", quoted if escaped is None else escaped))
        elif bracketed is not None:
            tokens.extend(_bracket(bracketed))
        elif word is not None:
            tokens.append(("general", word) if word.lower() == "general" else ("sign", "h"))
        elif sign is not None:
            tokens.append(("sign", sign))
    return tuple(tokens)


def _bracket(inner: str) -> list[tuple[str, str]]:
    """A currency sign is written, elapsed hours are a time; colours, conditions and locales are neither."""
    if _ELAPSED.fullmatch(inner):
        return [("sign", "h")]
    currency = _CURRENCY.match(inner)
    return [("text", currency[1])] if currency else []


def _is_date(tokens: Tokens) -> bool:
    return any(kind == "sign" and sign in "dDmMyYhHsS" for kind, sign in tokens)


def _moment(number: float, since_1904: bool) -> datetime | None:
    if not 0 <= number < _LAST_DAY:
        return None
    base = _BEFORE_1904 if since_1904 else _BEFORE_1900
    # Lotus 1-2-3 had a 29 February 1900, and Excel keeps it: before it the days are one off.
    early = 1 if not since_1904 and 1 <= number < 60 else 0
    try:
        return base + timedelta(days=number + early, microseconds=500)
    except OverflowError:
        return None


def _date(moment: datetime, tokens: Tokens) -> str:
    signs = {sign.lower() for kind, sign in tokens if kind == "sign"}
    has_day, has_time = bool(signs & {"d", "y"}), bool(signs & {"h", "s"})
    if not has_day and not has_time:
        return f"{moment:%d.%m.%Y}"
    clock = f"{moment:%H:%M}"
    if not has_day:
        return clock
    return f"{moment:%d.%m.%Y} {clock}" if has_time and clock != "00:00" else f"{moment:%d.%m.%Y}"


def _general(number: float) -> str:
    """A number without a format: whole ones with all their digits, for they may be telephone numbers."""
    if number == int(number) and abs(number) < _WHOLE_NUMBERS:
        return str(int(number))
    return f"{number:.10g}".replace(".", ",")


def _by_pattern(number: float, tokens: Tokens) -> str | None:
    """A number laid into the digits of its format; None where the format has none or is beyond us (fractions)."""
    signs = [sign for kind, sign in tokens if kind == "sign"]
    if any(kind == "general" for kind, _ in tokens) or "@" in signs:
        return "".join(text if kind == "text" else "" for kind, text in _with_general(number, tokens)).strip()
    if not signs:
        # A section may be words alone, or empty, which hides the number.
        return "".join(text for _, text in tokens).strip()
    if not any(sign in _DIGITS for sign in signs) or {"/", "E", "e"} & set(signs) or abs(number) >= _WHOLE_NUMBERS:
        return None
    before, after = _halves(tokens)
    value = abs(Decimal(repr(number))) * (100 if "%" in signs else 1)
    decimals = min(sum(kind == "sign" and sign in _DIGITS for kind, sign in after), _MOST_DECIMALS)
    digits = str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    whole, _, fraction = digits.partition(".")
    grouped = ("sign", ",") in before
    text = _whole_part(whole, [token for token in before if token != ("sign", ",")], grouped=grouped)
    rest = _fraction_part(fraction, after)
    minus = "-" if number < 0 and any(digit in "123456789" for digit in digits) else ""
    return (minus + text + rest).strip()


def _with_general(number: float, tokens: Tokens) -> list[tuple[str, str]]:
    return [("text", _general(number)) if kind == "general" or text == "@" else (kind, text) for kind, text in tokens]


def _halves(tokens: Tokens) -> tuple[Tokens, Tokens]:
    """The tokens before and after the decimal point."""
    if ("sign", ".") not in tokens:
        return tokens, ()
    place = tokens.index(("sign", "."))
    return tokens[:place], tokens[place + 1 :]


def _whole_part(whole: str, tokens: Tokens, *, grouped: bool) -> str:
    """The digits before the decimal point, laid in from the right; what is left over stands at the first place."""
    whole = "" if whole == "0" else whole
    places = sum(kind == "sign" and sign in _DIGITS for kind, sign in tokens)
    written: list[str] = []
    used = 0
    for kind, sign in reversed(tokens):
        if kind == "text" or sign not in _DIGITS:
            written.append(sign)
            continue
        places -= 1
        taken = (whole[: len(whole) - used] if places == 0 else whole[len(whole) - used - 1 : len(whole) - used]) or ""
        if used >= len(whole):
            taken = "0" if sign == "0" else ""
        for digit in reversed(taken):
            written.append(" " if grouped and used and used % 3 == 0 else "")
            written.append(digit)
            used += 1
    return "".join(reversed(written))


def _fraction_part(fraction: str, tokens: Tokens) -> str:
    """The digits after the decimal point; those that the format makes optional go where they are zeros."""
    optional = 0
    for kind, sign in reversed([token for token in tokens if token[0] == "sign" and token[1] in _DIGITS]):
        if kind != "sign" or sign == "0":
            break
        optional += 1
    kept = fraction[: len(fraction) - optional] + fraction[len(fraction) - optional :].rstrip("0")
    tail = "".join(text for kind, text in tokens if kind == "text" or text not in (*_DIGITS, ","))
    return (f",{kept}" if kept else "") + tail
