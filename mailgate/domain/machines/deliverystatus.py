"""Which recipients a delivery notification names, and what became of each: by RFC 3464 fields, or read in its text.

Nothing is guessed: a status that is not written is None.  In the fields of a report an action that is not told counts as
failed (RFC 3463); of what is told in prose, ``deliverywords`` tells the fate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mailgate.domain.machines.reasons import Reason, reason_of
from mailgate.domain.mail import InboundMail

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded", "unknown"]
"""Those of RFC 3464 section 2.3.3, and ``unknown`` for a notice in prose that tells none of them."""

MOST_RECIPIENTS = 100
_MOST_LOOKED_AT = 100_000
_LONGEST_DIAGNOSTIC = 1_000

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.#])([45])\d\d(?=[ -](?!\d{1,3}\b\.\d)|$)", re.MULTILINE)
_TYPED = re.compile(r"[a-z0-9-]{1,40}\s*;", re.IGNORECASE)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@]{1,64}@[^\s<>()\[\],;:\"'@]{1,255}")
_COMMENT = re.compile(r"\([^()]*\)")
_PUNCTUATION = " \t\n<>:;,'\"*-="
_LINE_OF_ID = re.compile(r"^[> \t]*(?:message|resent-message|content|queue)[- ]id:.*$", re.IGNORECASE | re.MULTILINE)
_REPORT_TYPES = ("message/delivery-status", "message/global-delivery-status")
_REPORT_BEGINS = re.compile(r"\s*Reporting-MTA\s*:", re.IGNORECASE)
_RETURNED_COPY = re.compile(
    r"""^[ \t>]*(?:
        -+[ ]*(?:below\ this\ line\ is\ a\ copy|this\ is\ a\ copy|original\ (?:message|mail)|returned\ (?:message|mail)
               |message\ header|unsent\ message|oryginaln|kopia\ |tresc\ |treść\ |the\ header\ of|headers?\ follow)
      | (?:return-path|received|dkim-signature|mime-version):
      | original\ message\ headers | oryginalne\ nag | diagnostic\ information\ for
      | (?:begin|start)\ (?:of\ )?(?:returned|original)
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_NOBODY = re.compile(r"(?:mailer-daemon|mail-daemon|postmaster|abuse|noreply|no-reply)@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One recipient of a notification: the address, RFC 3463 status (``5.1.1``) and the remote server's words.

    The address is the one that was written to, where the notification tells it, else the one that it became.
    """

    address: str
    action: Action
    status: str | None
    diagnostic: str | None

    @property
    def reason(self) -> Reason:
        """Why, by the status and the words; also of what is only delayed."""
        return reason_of(self.status, self.diagnostic)


def report_texts(mail: InboundMail) -> tuple[str, ...]:
    """The delivery-status parts of the mail itself, not those of a notification that somebody attached."""
    parts = (part.content for part in mail.attachments if part.content_type in _REPORT_TYPES and not part.path)
    texts = (text for text in mail.plain if _REPORT_BEGINS.match(text))
    return (*(part[:_MOST_LOOKED_AT].decode("utf-8", "replace") for part in parts), *texts)


def recipients_of_report(report: str) -> tuple[FailedRecipient, ...]:
    """The recipients of a ``message/delivery-status`` (RFC 3464 section 2.3); without doubles, at most a hundred."""
    groups = (_fields(group) for group in re.split(r"\n[ \t]*\n", report[:_MOST_LOOKED_AT].replace("\r\n", "\n")))
    return _without_doubles(found for fields in groups if (found := _recipient(fields)))


def recipients_of_text(text: str, ours: frozenset[str], told: Action) -> tuple[FailedRecipient, ...]:
    """The addresses that a notice in prose names above the returned copy, each with the words that follow it.

    ``ours`` are addresses in lower case that cannot be meant: the notice's own sender and recipients.  ``told`` is
    what the notice says as a whole.
    """
    head = _LINE_OF_ID.sub("", _above_returned_copy(text[:_MOST_LOOKED_AT].replace("\r\n", "\n")))
    named = [place for place in _ADDRESS.finditer(head) if _may_be_meant(_cleaned(place[0]), ours)]
    following = [place.start() for place in named[1:]] + [len(head)]
    return _without_doubles(
        _from_words(_cleaned(place[0]), head[place.end() : end], told)
        for place, end in zip(named, following, strict=False)
    )


def recipients_named(addresses: str, text: str, told: Action) -> tuple[FailedRecipient, ...]:
    """Those of an ``X-Failed-Recipients`` header (Exim, Gmail), each with the words that the text has on it."""
    head = _above_returned_copy(text[:_MOST_LOOKED_AT])
    return _without_doubles(
        _from_words(address, head.partition(address)[2], told) for address in _ADDRESS.findall(addresses)
    )


def _fields(group: str) -> dict[str, str]:
    """The fields of one group, unfolded, names in lower case, the first of each."""
    fields: dict[str, str] = {}
    for line in re.sub(r"\n[ \t]+", " ", group).splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), " ".join(value.split()))
    return fields


def _recipient(fields: dict[str, str]) -> FailedRecipient | None:
    address = _typed_address(fields.get("original-recipient")) or _typed_address(fields.get("final-recipient"))
    if address is None:
        return None
    diagnostic = _TYPED.sub("", fields.get("diagnostic-code", ""), count=1).strip()[:_LONGEST_DIAGNOSTIC] or None
    status = status_in(fields.get("status", "")) or status_in(diagnostic or "")
    return FailedRecipient(address, _action(fields.get("action", ""), status), status, diagnostic)


def _typed_address(value: str | None) -> str | None:
    """``rfc822;a@b`` without its type and with xtext (RFC 3461 section 4) undone; None where it is no address."""
    if value is None:
        return None
    written = _TYPED.sub("", _COMMENT.sub("", value), count=1)
    if "@" not in written:
        return None
    found = _ADDRESS.search(_XTEXT.sub(lambda code: chr(int(code[1], 16)), written))
    return _cleaned(found[0]) if found else None


def _action(written: str, status: str | None) -> Action:
    """5.x.x has failed whatever is called; 4.x.x and unknown go by the word; no word is a failure (RFC 3463)."""
    if status and status.startswith("5"):
        return "failed"
    match _COMMENT.sub("", written).strip().lower():
        case "delayed" | "delivered" | "relayed" | "expanded" as known:
            return known
        case "":
            return "delivered" if status and status.startswith("2") else "failed"
        case _:
            return "failed"


def _from_words(address: str, words: str, told: Action) -> FailedRecipient:
    """One of whom the words that follow him tell: a status there outweighs what the notice says as a whole."""
    paragraphs = (part.strip(_PUNCTUATION) for part in re.split(r"\n[ \t]*\n", words[:5_000]))
    following = next((part.lstrip(". \n") for part in paragraphs if part.strip(".")), "")
    diagnostic = " ".join(following.split())[:_LONGEST_DIAGNOSTIC] or None
    status = status_in(diagnostic or "")
    return FailedRecipient(address, _in_words(told, status, diagnostic or ""), status, diagnostic)


def _in_words(told: Action, status: str | None, words: str) -> Action:
    code = _REPLY_CODE.search(words)
    permanent = status.startswith("5") if status else bool(code and code[1] == "5" and told == "delayed")
    return "failed" if permanent else told


def status_in(text: str) -> str | None:
    """The first RFC 3463 status that a text gives."""
    found = _STATUS.search(text)
    return found[1] if found else None


def _above_returned_copy(text: str) -> str:
    copy = _RETURNED_COPY.search(text)
    return text[: copy.start()] if copy else text


def _cleaned(address: str) -> str:
    return address.strip(".*_`|=")


def _may_be_meant(address: str, ours: frozenset[str]) -> bool:
    return address.lower() not in ours and not _NOBODY.match(address) and "@" in address.strip("@")


def _without_doubles(found: Iterator[FailedRecipient]) -> tuple[FailedRecipient, ...]:
    unique: dict[str, FailedRecipient] = {}
    for recipient in found:
        unique.setdefault(recipient.address.lower(), recipient)
        if len(unique) == MOST_RECIPIENTS:
            break
    return tuple(unique.values())
