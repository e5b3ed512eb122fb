"""The lines that mail clients put over a quote: "On ... wrote:", header blocks, and lines of dashes.

Shapes were taken from the clients' own translations, Polish first.  A shape alone can be imitated by prose ("Od: 3
listopada"), so each find says how far it stands by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mailgate.domain.quotation.headerlines import ADDRESS, KIND_OF_LABEL, MAX_ROWS_OF_HEADERS, TIME, header_block
from mailgate.domain.quotation.rows import GROUPWISE, MAX_LOOKED_AT, Row, fold, is_rule

_MAX_ROWS_OF_SENTENCE: Final = 4
_WORDS_OF_WHOLE: Final = 8

_VERBS: Final = (
    r"pisze|napisala?(?:\((?:a|la)\)|/a|/-?a|es|as)?|napisali|napisano|wrote|writes|schrieb(?:en)?|geschrieben|a ecrit|ha scritto"
    r"|escribio|escreveu|schreef|skrev|kirjoitti|napsala?(?:\(a\))?|пише|написала?|написав(?:\(-?ла\))?|написал\(а\)"
)
_ENDS_WITH_VERB: Final = re.compile(rf"(?:^|[\s,>]|\W)(?:{_VERBS})\s?:?[\s\-*_]*$")
_VERB_THEN_NAME: Final = re.compile(rf"\b(?:{_VERBS})\s.*:$")
_ENDS_WITH_ADDRESS: Final = re.compile(r"<[^<>\s@]+@[^<>\s]+> ?:?$")
_DAY: Final = re.compile(
    r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|(?<!\d)\d{4}[./-]\d{1,2}[./-]\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}(?:st|nd|rd|th|\.|,)? [^\W\d]{3,14}|\b[^\W\d]{3,14}\.? \d{1,2}(?:st|nd|rd|th|,|\b)"
)
_STARTS_WITH_DATE: Final = re.compile(
    r"(?:w dniu|dnia|dn\.|wlaczony|on|am|le|el|il|em|op|den|dne|w)\b"
    r"|(?:pon|wt|wto|sr|sro|czw|pt|pia|sob|ndz|nie|niedz|nd|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|пн|вт|ср|чт|пт|сб|нд)\b[.,]"
    r"|(?:poniedzialek|wtorek|sroda|czwartek|piatek|sobota|niedziela)\b"
    r"|(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{4}[./-]\d{1,2}[./-]\d{1,2}\b|\d{1,2}\.? [^\W\d]{3,14}\.?,? \d{4}\b"
)
_STARTS_WITH_PERSON: Final = re.compile(r"(?:uzytkownik|user|\*)\b|(?:cytowanie|cytat|quoting|zitat von|citando)\b")
_PERSON_FIRST: Final = re.compile(
    r"(?:[^.!?:;@<]{0,80}[<(\[][^\s<>@]{1,80}@[^\s<>@]{2,120}\w[>)\]]|[^\s<>@]{1,80}@[^\s<>@]{2,120}\w)[^.!?]{0,80}"
)
_APPLE: Final = re.compile(r"wiadomosc (?:napisana|wyslana|utworzona) przez\b.* (?:w dniu|dnia) .*:$")
# Horde and its kin tell no date; the form for both sexes is a program's.
_NAME_ALONE: Final = re.compile(r"[^.!?;:\d]{2,80} (?:napisal(?:\(a\)|/-?a)|wrote|schrieb) ?:")
_THE_BAT: Final = re.compile(
    r"w (?:(?:twoim|panskim|panstwa|waszym) )?liscie (?:datowanym|z dnia) .*:?$|you wrote (?:on )?.*\d{1,2}:\d\d.*:$"
)
_PERSON_AND_MOMENT: Final = re.compile(r"[^.!?:;<>]{0,80}<[^\s<>@]{1,80}@[^\s<>@]{2,120}> ?[-,|(]? ?[^<>@!?;]{8,60}")

_EARLIER: Final = (
    r"(?:oryginaln|pierwotn|poprzedni|wczesniejsz|zrodlow|(?:za)?cytowan|przekazan|przekazywan|przeslan)\w{1,3}"
    r"(?: dalej)?"
)
_LETTER: Final = r"(?:wiadomos\w{1,4}|e-?mail\w{0,3}|mail\w{0,3}|list\w{0,2}|tresc|tresci|korespondencj\w)"
_SEPARATOR_WORDS: Final = (
    rf"(?:(?:poczatek|rozpoczecie|oryginal|tresc) )?(?:{_LETTER} {_EARLIER}|{_EARLIER} {_LETTER})"
    r"|(?:poczatek|rozpoczecie|oryginal) (?:wiadomosci|cytatu|e-?maila|listu)|cytat"
    r"|(?:begin(?:ning)? )?(?:of )?(?:original|forwarded|previous) (?:message|e-?mail)"
    r"|original ?nachricht|ursprungliche (?:nachricht|mail)|message d'origine|mensaje original|messaggio originale"
    r"|forwarded by .{1,120}|weitergeleitete nachricht|original appointment|reply message"
)
# Some clients add whose it was: "---- Oryginalna wiadomość od X ----".
_WHOSE: Final = r"(?: (?:od|z dnia|nadawcy|uzytkownika|from|of|von) .{1,120}?)?"
_SEPARATOR: Final = re.compile(rf"[-_=*~ ]{{2,}}(?:{_SEPARATOR_WORDS}){_WHOSE}[-_=*~: ]*")
_DRAWN_SEPARATOR: Final = re.compile(rf"[-_=*~ ]{{2,}}(?:{_SEPARATOR_WORDS}){_WHOSE}[: ]?[-_=*~ ]{{2,}}")
_BARE_SEPARATOR: Final = re.compile(
    r"(?:poczatek przekazywanej wiadomosci|rozpoczecie przekazanej wiadomosci|begin forwarded message"
    r"|wiadomosc oryginalna|oryginalna wiadomosc|original message) ?:?"
)

_COLONLESS: Final = re.compile(r"(od|do|dw|data|temat|from|to|cc|date|subject|von|an|datum|betreff) (\S.*)")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Rows ``start`` to ``end`` (exclusive) that stand over a quote.

    ``certain`` means that the words alone prove it (they name an address); otherwise what follows must look quoted.  ``headers`` tells a block
    of header lines, after which most clients mark nothing; ``unaddressed`` one that names no recipient: every client
    writes him, and so may anybody who pastes the header of a mail.
    """

    start: int
    end: int
    certain: bool
    headers: bool = False
    unaddressed: bool = False


def attributions_in(rows: Sequence[Row]) -> Iterator[Attribution]:
    """Every attribution of a body in order, none overlapping; time grows with the number of rows alone."""
    index = 0
    while index < len(rows):
        found = _header_block(rows, index) or _separator(rows, index) or _sentence(rows, index) or _cued(rows, index)
        if found is None:
            index += 1
            continue
        found = _with_headers_below(rows, found)
        yield found
        index = max(found.end, index + 1)


def _header_block(rows: Sequence[Row], index: int) -> Attribution | None:
    block = header_block(rows, index)
    return Attribution(index, block.end, block.certain, headers=True, unaddressed=block.unaddressed) if block else None


def is_separator(line: str) -> bool:
    """True for ``-----Wiadomość oryginalna-----``, drawn on both sides, behind any marks of quotation."""
    return _DRAWN_SEPARATOR.fullmatch(fold(line).lstrip("> |")) is not None


def _separator(rows: Sequence[Row], index: int) -> Attribution | None:
    """``-----Wiadomość oryginalna-----``, and the header lines that follow it even where they lack their colons."""
    key = rows[index].key
    if not (_SEPARATOR.fullmatch(key) or _BARE_SEPARATOR.fullmatch(key)):
        return None
    certain = _SEPARATOR.fullmatch(key) is not None
    end = _filled_near(rows, index + 1)
    block = _header_block(rows, end) if end is not None else None
    if block is not None:
        return Attribution(index, block.end, certain=True, headers=True)
    last, kinds = _colonless_headers(rows, end)
    if len(kinds) >= 3:
        return Attribution(index, last, certain=True, headers=True)
    sentence = _sentence(rows, end) if end is not None and rows[end].depth == rows[index].depth else None
    if sentence is not None:
        # Roundcube and others draw the line above their sentence: what proves the quote is the sentence.
        return Attribution(index, sentence.end, sentence.certain)
    return Attribution(index, index + 1, certain)


def _colonless_headers(rows: Sequence[Row], start: int | None) -> tuple[int, set[str]]:
    """A client (eM Client) sets its labels apart by colour, not by a colon."""
    kinds: set[str] = set()
    at = start or 0
    while start is not None and at < min(start + 8, len(rows)) and (found := _COLONLESS.fullmatch(rows[at].key)):
        kinds.add(KIND_OF_LABEL[found[1]])
        at += 1
    return at, kinds


def _with_headers_below(rows: Sequence[Row], found: Attribution) -> Attribution:
    """Notes draws its sentence, ``-----X <x@y> napisał(a): -----``, and writes the header lines below it."""
    below = None if found.headers or not rows[found.start].text.startswith("--") else _filled_near(rows, found.end)
    if below is None or rows[below].depth != rows[found.start].depth:
        return found
    block = _header_block(rows, below)
    return Attribution(found.start, block.end, certain=True, headers=True) if block and block.certain else found


def _filled_near(rows: Sequence[Row], start: int) -> int | None:
    for index in range(start, min(start + 4, len(rows))):
        if not rows[index].blank and not is_rule(rows[index]):
            return index
    return None


def _cued(rows: Sequence[Row], index: int) -> Attribution | None:
    """What the client's own container says; a container that opens with prose holds the sentence further down."""
    if rows[index].cue != "attribution" or rows[index].blank:
        return None
    end = index + 1
    for at in range(index + 1, min(index + MAX_ROWS_OF_HEADERS, len(rows))):
        if rows[at].blank:
            continue
        if rows[at].cue != "attribution":
            break
        if _sentence(rows, at) or _header_block(rows, at) or _separator(rows, at):
            # People type into Thunderbird's container; what they typed stands above the sentence.
            return None
        end = at + 1
    return Attribution(index, end, certain=True)


def _sentence(rows: Sequence[Row], index: int) -> Attribution | None:
    """``W dniu ... X pisze:`` that begins at this row, over up to four rows."""
    row = rows[index]
    if not row.text:
        return None
    if GROUPWISE.fullmatch(row.text[:MAX_LOOKED_AT]):
        return Attribution(index, index + 1, certain=True)
    if _is_person_and_moment(rows, index):
        return Attribution(index, index + 1, certain=False)
    if not _may_begin(row.key):
        return None
    joined = ""
    for end in range(index, min(index + _MAX_ROWS_OF_SENTENCE, len(rows))):
        following = rows[end]
        if not following.text or following.depth != row.depth or following.cue == "signature":
            return None
        joined = f"{joined} {following.key}".strip()
        if _sentence_in(joined):
            start = _nearest_start(rows, index, end)
            return Attribution(start, end + 1, ADDRESS.search(joined) is not None)
    return None


def _is_person_and_moment(rows: Sequence[Row], index: int) -> bool:
    """``"X" <x@y> – 20 listopada 2026 13:30`` right above marked rows: Nextcloud writes neither a verb nor a colon."""
    if index + 1 == len(rows) or rows[index + 1].depth <= rows[index].depth:
        return False
    key = rows[index].key
    shapes = (_PERSON_AND_MOMENT.fullmatch(key), _DAY.search(key), TIME.search(key))
    return all(shape is not None for shape in shapes)


def _nearest_start(rows: Sequence[Row], first: int, last: int) -> int:
    """The last row with which the sentence may begin: prose above it often begins with a date as well."""
    for start in range(last, first, -1):
        said = " ".join(row.key for row in rows[start : last + 1])
        whole = "@" in rows[start].key and _DAY.search(said) and TIME.search(said)
        # A lone address above a sentence with moment and name is the last line of the author's contact data.
        contact = len(said.split()) >= _WORDS_OF_WHOLE and ADDRESS.fullmatch(rows[start - 1].key) is not None
        apart = contact or _is_apart(rows, first, start)
        if (whole or _STARTS_WITH_DATE.match(said)) and apart and _sentence_in(said):
            return start
    return first


def _is_apart(rows: Sequence[Row], first: int, start: int) -> bool:
    """Whether what stands above ``start`` is no piece of a wrapped sentence: it is long, ended, or tells a day itself."""
    above = rows[start - 1]
    if len(above.key) > 25 or above.key.endswith((".", "!", "?")) or above.cue != rows[start].cue:
        return True
    return any(_DAY.search(row.key) for row in rows[first:start])


def _may_begin(key: str) -> bool:
    if _STARTS_WITH_DATE.match(key) or _STARTS_WITH_PERSON.match(key):
        return True
    return (
        key.startswith(("wiadomosc ", "w twoim ", "w panskim ", "w panstwa ", "w waszym ", "you wrote "))
        or "@" in key
        or (_ENDS_WITH_VERB.search(key[-60:]) is not None)
    )


def _sentence_in(text: str) -> bool:
    """True where the joined rows are one whole attribution."""
    bare = text.strip("-*_ ")
    tail = bare[-140:]
    if _APPLE.fullmatch(bare) or _THE_BAT.fullmatch(bare):
        return True
    ends = _ENDS_WITH_VERB.search(bare[-60:]) is not None or (
        bare.endswith(":") and _VERB_THEN_NAME.search(tail) is not None
    )
    if ends:
        return _starts_well(bare)
    if _STARTS_WITH_PERSON.match(bare):
        return bare.endswith(":") and len(bare) < 200 and not bare.startswith(("uzytkownik", "user"))
    # "2026-11-20 13:30 GMT+01:00 X <x@y>:", and any language of which no verb is known here.
    return bare.endswith(":") and _ENDS_WITH_ADDRESS.search(tail) is not None and _starts_with_moment(bare)


def _starts_with_moment(bare: str) -> bool:
    return all(shape is not None for shape in (_STARTS_WITH_DATE.match(bare), _DAY.search(bare), TIME.search(bare)))


def _starts_well(bare: str) -> bool:
    if len(bare) > 500:
        return False
    if _PERSON_FIRST.fullmatch(bare) or _NAME_ALONE.fullmatch(bare):
        return True
    dated = _DAY.search(bare) is not None
    if _STARTS_WITH_PERSON.match(bare):
        # "Użytkownik napisał w polu uwag:" is prose.
        return dated or "@" in bare or _ENDS_WITH_VERB.search(bare[-60:]) is not None
    if not dated:
        return False
    if _STARTS_WITH_DATE.match(bare):
        return True
    # "X napisał(a) dnia 19.11.2026 13:04:05:" has its date at the end.
    return bare.endswith(":") and TIME.search(bare) is not None
