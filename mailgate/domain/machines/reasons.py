"""Why a letter came back, as one of a few reasons that decide what a person does next.

The digits of RFC 3463 are asked first, then the words of the server: many servers give digits that say nothing
(``5.0.0``), and what is not understood is "other", never a guess.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final, Literal

from mailgate.domain.machines.phrases import one_of
from mailgate.domain.polish.words import fold, squeeze

Reason = Literal["unknown_user", "mailbox_full", "refused", "too_large", "unreachable", "other"]

_MOST_LOOKED_AT = 1_000

# RFC 3463 sections 3.2 to 3.8 and the registry of enhanced status codes: subject and detail.
_BY_DETAIL: Final = MappingProxyType[str, Reason](
    {
        "1.1": "unknown_user",
        "1.2": "unreachable",
        "1.3": "unknown_user",
        "1.4": "unknown_user",
        "1.6": "unknown_user",
        "1.7": "refused",
        "1.8": "refused",
        "2.1": "unknown_user",
        "2.2": "mailbox_full",
        "2.3": "too_large",
        "3.4": "too_large",
        "4.1": "unreachable",
        "4.2": "unreachable",
        "4.3": "unreachable",
        "4.6": "unreachable",
        "4.7": "unreachable",
    }
)
_BY_SUBJECT: Final = MappingProxyType[str, Reason](
    {"1": "unknown_user", "4": "unreachable", "6": "refused", "7": "refused"}
)
# In this order: "its mail file has reached its size limit" is a full mailbox, "host not found" no unknown person.
_BY_WORDS: Final[tuple[tuple[Reason, re.Pattern[str]], ...]] = (
    (
        "mailbox_full",
        re.compile(
            one_of(
                r"mailbox (?:of \S+ |for user )?(?:is )?full",
                r"(?:over|exceed\w*|out of)\b.{0,40}\bquota",
                r"\bquota\b.{0,40}(?:exceed|full)",
                r"mail file has reached",
                r"insufficient (?:disk|system) (?:storage|space)",
                r"not enough (?:disk )?space",
                r"przepelnion",
                r"skrzynka .{0,40}\bpeln[aey]\b",
                r"brak (?:wolnego )?miejsca",
                r"za malo miejsca",
                r"postfach .{0,20}voll",
            )
        ),
    ),
    (
        "too_large",
        re.compile(
            one_of(
                r"(?:message|mail|file) (?:size|is too|too) ?(?:exceeds|big|large|limit)",
                r"size exceed",
                r"exceeds .{0,20}size",
                r"za duz[ay]",
                r"zbyt duz[ay]",
                r"przekracza .{0,40}rozmiar",
            )
        ),
    ),
    (
        "unreachable",
        re.compile(
            one_of(
                r"(?:host|domain|server)\w*\b.{0,60}\b(?:not found|unknown|unreachable|does not exist|not responding)",
                r"(?:unknown|find any|no such) (?:host|domain)",
                r"name (?:server|service)",
                r"\bdns\b",
                r"no mail servers? ",
                r"timed? ?out",
                r"timeout",
                r"connection (?:refused|reset|dropped|failed|attempts? failed)",
                r"refused to accept a connection",
                r"not accept .{0,40}connect",
                r"(?:in the|on the) queue (?:too|for)",
                r"nie mozna (?:sie )?polaczyc",
                r"nie ma takiej domeny",
                r"tymczasowy problem",
                r"null ?mx",
                r"loops back",
            )
        ),
    ),
    (
        "unknown_user",
        re.compile(
            one_of(
                r"(?:user|recipient|address|mailbox|account|e-?mail|alias)\w*\b.{0,60}\b"
                r"(?:unknown|not (?:be )?found|not exist|n't exist|n't found|not recognized|not listed|disabled"
                r"|not available|unavailable|inactive|no longer)",
                r"(?:unknown|invalid|no such|bad|illegal) (?:user|recipient|address|mailbox|account|person|local)",
                r"no mailbox",
                r"unrouteable address",
                r"recipientnotfound",
                r"wasn't found at",
                r"(?:n't|not) have an? .{0,40}account",
                r"not listed in",
                r"nieznan\w{1,3} (?:adres|uzytkownik|odbiorc)",
                r"(?:brak|nie ma) takie(?:j|go) (?:skrzynki|uzytkownika|adresu|konta|odbiorcy)",
                r"(?:konto|skrzynka|adres|uzytkownik)\b.{0,60}"
                r"(?:nie istnieje|nie jest wymienion|zlikwidowan|usuniet|zablokowan|wylaczon|niedostepn|nieaktywn)",
                r"nie (?:znaleziono|udalo sie znalezc)",
                r"konto niedostepne",
                r"empfanger unbekannt",
            )
        ),
    ),
    (
        "refused",
        re.compile(
            one_of(
                r"\bspam\b",
                r"unsolicited",
                r"\bblock(?:ed|list)",
                r"blacklist",
                r"\bpolicy\b",
                r"prohibit",
                r"denied",
                r"reject",
                r"not (?:authorized|allowed|permitted)",
                r"authentication required",
                r"unauthenticated",
                r"\bdmarc\b",
                r"\bvirus\b",
                r"banned",
                r"restricted",
                r"odrzuc",
                r"zablokowan",
                r"niedozwolon",
            )
        ),
    ),
)


def reason_of(status: str | None, words: str | None) -> Reason:
    """The reason for one recipient, by RFC 3463 status (``5.1.1``) and the words of the server or of the notice."""
    subject, detail = _digits(status)
    precise = _BY_DETAIL.get(f"{subject}.{detail}")
    if precise:
        return precise
    if subject == "7":
        return "refused"
    by_words = _by_words(words)
    # "5.1.0 Address rejected" is about the address.
    if by_words is None or (by_words == "refused" and subject == "1"):
        return _BY_SUBJECT.get(subject, "other")
    return by_words


def _digits(status: str | None) -> tuple[str, str]:
    parts = (status or "").split(".")
    return (parts[1], parts[2]) if len(parts) == 3 else ("", "")


def _by_words(words: str | None) -> Reason | None:
    text = squeeze(fold((words or "")[:_MOST_LOOKED_AT]))
    return next((reason for reason, pattern in _BY_WORDS if pattern.search(text)), None)
