"""The block of header lines that a client writes over a quote: ``Od: / Wysłano: / Do: / Temat:``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailgate.domain.quotation.rows import Row

MAX_ROWS_OF_HEADERS: Final = 40
_MAX_GAP: Final = 1

ADDRESS: Final = re.compile(r"[^\s<>@\"(]+@[^\s<>@\"),]+\.[^\s<>@\"),]+")
TIME: Final = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)|\b\d{1,2} ?(?:uhr|h)\b")
YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_LABELS: Final = {
    "from": "od|nadawca|od kogo|from|von|de|expediteur|da|van|fran|fra|odesilatel|від|от|sender",
    "date": "wyslano|wyslane|wyslany|data|data wyslania|sent|date|gesendet|datum|envoye|inviato|enviado|odeslano|"
            "дата|надіслано",
    "to": "do|do kogo|adresat|odbiorca|to|an|a|para|aan|till|til|komu|кому",
    "copy": "dw|udw|do wiadomosci|kopia|cc|bcc|kopie|кopia",
    "subject": "temat|tytul|subject|betreff|objet|oggetto|asunto|assunto|onderwerp|predmet|тема",
    "other": "waznosc|priorytet|importance|priority|prioritat|wichtigkeit|zalaczniki|zalacznik|attachments|anlagen"
             "|odpowiedz do|adres zwrotny|reply-to|reply to|sent by|wyslane przez|w imieniu|organizacja|poufnosc|sensitivity",
}  # fmt: skip
KIND_OF_LABEL: Final = {label: kind for kind, labels in _LABELS.items() for label in labels.split("|")}
_HEADER: Final = re.compile(r"[*_>| ]{0,4}([^\W\d][^:|]{0,24}?)[*_ ]{0,4}(?::|\|)[*_ |:]{0,5}(.*)")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """Header lines up to ``end`` (exclusive).

    ``certain`` means that the words alone prove a quote; ``unaddressed`` that they would if they named a recipient.
    """

    end: int
    certain: bool
    unaddressed: bool


def _header_of(row: Row) -> tuple[str, str] | None:
    """The kind of a header line and its value."""
    found = _HEADER.fullmatch(row.key)
    kind = KIND_OF_LABEL.get(found[1].strip()) if found else None
    return (kind, found[2].strip(" |*_")) if found and kind else None


def header_block(rows: Sequence[Row], index: int) -> HeaderBlock | None:
    """``Od: / Wysłano: / Do: / Temat:`` in any order and language, from its first label at this row on."""
    first = _header_of(rows[index])
    if first is None or first[0] in {"other", "copy"}:
        return None
    values: dict[str, str] = {}
    end, at, gap = index, index, 0
    kind = ""
    while at < len(rows) and at < index + MAX_ROWS_OF_HEADERS and rows[at].depth == rows[index].depth:
        header = _header_of(rows[at])
        if rows[at].blank:
            gap += 1
            if gap > _MAX_GAP:
                break
        elif header is not None and not (gap and values and header[0] == "from"):
            kind, value = header
            if kind in values and kind not in {"other", "copy"}:
                # A label that comes twice: what stood above the "Od:" was prose, what stands below is the letter.
                if first[0] != "from":
                    return None
                break
            values[kind] = f"{values.get(kind, '')} {value}".strip()
            gap, end = 0, at + 1
        elif kind and not gap and _continues(rows, at, kind, values):
            values[kind] = f"{values[kind]} {rows[at].key}".strip()
            end = at + 1
        else:
            break
        at += 1
    proven = _is_header_block(values)
    if not (proven or _is_weak_block(values)):
        return None
    addressed = "to" in values
    return HeaderBlock(end, proven and addressed, unaddressed=proven and not addressed)


def _continues(rows: Sequence[Row], at: int, kind: str, values: dict[str, str]) -> bool:
    """A row without a label belongs to the label above where that had no value, or where the block goes on below it."""
    if not values[kind]:
        return True
    if kind in {"to", "copy"} and (values[kind].endswith((";", ",", "<")) or ADDRESS.search(rows[at].key)):
        return True
    if kind == "date" and len(values) < 3:
        return False
    return at + 1 < len(rows) and _header_of(rows[at + 1]) is not None and kind != "other"


def _is_header_block(values: dict[str, str]) -> bool:
    """From whom, and enough beside it that prose would not hold."""
    sender = values.get("from", "")
    if not sender or not re.search(r"[^\W\d]", sender):
        return False
    date = values.get("date", "")
    dated = TIME.search(date) is not None and re.search(r"\d", date) is not None
    others = len(values.keys() & {"to", "subject"})
    if ADDRESS.search(sender):
        return bool((date and re.search(r"\d", date) and others) or others == 2)
    if re.match(r"\d", sender):
        return False
    return dated and others >= 1 and (YEAR.search(date) is not None or others == 2)


def _is_weak_block(values: dict[str, str]) -> bool:
    sender = values.get("from", "")
    return len(values) >= 2 and ADDRESS.search(sender) is not None
