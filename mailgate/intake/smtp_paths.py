"""The arguments of MAIL and RCPT: pure functions from text to values or to the reply that refuses it.

aiosmtpd parses addresses as message headers, which is slow and takes what no mail server should (``<>`` as a
recipient, source routes, folded comments).  Here stands what RFC 5321 section 4.1.2 allows, and for recipients less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAIL_SYNTAX = "501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"
BAD_SENDER = "501 5.1.7 Bad sender address syntax"
UNKNOWN_PARAMETER = "555 5.5.4 Parameter not recognised"
NO_RELAY = "550 5.7.1 Relaying denied: only mail to this hot-line is taken here"
NO_SUCH_MAILBOX = "550 5.1.1 No such mailbox here"

# In brackets anything but brackets, where a quoted string may hold them too; old clients leave the brackets out.
_PATH = re.compile(r'\s*(?:<(?P<path>(?:"(?:[^"\\]|\\.)*"|[^<>"])*)>|(?P<bare>[^\s<>"]+))(?P<parameters>(?:\s.*)?)')
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e]+))?")
_SOURCE_ROUTE = re.compile(r"@[^:\"]*:")
_MAILBOX = re.compile(r'(?P<local>"(?:[^"\\]|\\.)*"|[^\s"@(),:;<>\[\]\\]+)(?:@(?P<domain>[^\s"@(),;<>\\]+))?')
_POSTMASTER = "postmaster"
_TAG = re.compile(r"[A-Za-z0-9.=_+-]{1,200}")


@dataclass(frozen=True, slots=True)
class ReversePath:
    """What MAIL says: the sender ("" is the null sender) and the declared size in bytes, if any."""

    sender: str
    size: int | None = None


def parse_mail(argument: str | None) -> ReversePath | str:
    """The argument of MAIL, or the reply that refuses it.

    A source route is taken off (RFC 5321 appendix C).  UTF-8 is taken with or without SMTPUTF8: we hand nothing on,
    so there is no next server that could not cope.
    """
    found = _split(argument, "FROM:")
    if found is None:
        return MAIL_SYNTAX
    path, rest = found
    sender = _SOURCE_ROUTE.sub("", path, count=1) if path.startswith("@") else path
    if sender and not (sender.isprintable() and _MAILBOX.fullmatch(sender)):
        return BAD_SENDER
    parameters = _parameters(rest)
    if parameters is None:
        return MAIL_SYNTAX
    return _with_parameters(sender, parameters)


def parse_rcpt(argument: str | None) -> str | None:
    """The path in the argument of RCPT, as written and without brackets, or None where it is not one.

    Parameters are refused by giving None: no extension that has any is announced.
    """
    found = _split(argument, "TO:")
    if found is None or found[1].strip():
        return None
    return found[0]


class HotlineAddress:
    """Which recipients are ours: the hot-line's address in any case, with or without a plus-tag, and its postmaster."""

    def __init__(self, address: str) -> None:
        """``address`` is the hot-line's ``local@domain``."""
        local, _, domain = address.rpartition("@")
        self._local = local.lower()
        self.domain = _ascii(domain)
        self._domains = {domain.lower(), self.domain}

    def refusal(self, path: str) -> str | None:
        """The reply that refuses a recipient, or None where it is ours.

        Quoted local parts, source routes and ``user%elsewhere@here`` are the classic ways to make a server relay;
        nobody needs them to reach a hot-line.
        """
        local, _, domain = path.rpartition("@")
        if path.lower() == _POSTMASTER:
            return None
        if domain.lower() not in self._domains or any(sign in local for sign in '@%!:"'):
            return NO_RELAY
        name, plus, tag = local.lower().partition("+")
        # Every server must take mail for its postmaster (RFC 5321 section 4.5.1); here the consultants read it.
        if local.lower() == _POSTMASTER:
            return None
        if name != self._local or (plus and not _TAG.fullmatch(tag)):
            return NO_SUCH_MAILBOX
        return None

    def completed(self, path: str) -> str:
        """A recipient that is ours, with its domain: only the postmaster may be named without (RFC 5321 section 2.3.5)."""
        return path if "@" in path else f"{path}@{self.domain}"


def _split(argument: str | None, keyword: str) -> tuple[str, str] | None:
    if argument is None or argument[: len(keyword)].upper() != keyword:
        return None
    found = _PATH.fullmatch(argument, len(keyword))
    if found is None:
        return None
    path: str = found["bare"] if found["path"] is None else found["path"]
    return path, found["parameters"]


def _parameters(text: str) -> dict[str, str | None] | None:
    parameters: dict[str, str | None] = {}
    for word in text.split():
        found = _PARAMETER.fullmatch(word)
        if found is None or found[1].upper() in parameters:
            return None
        parameters[found[1].upper()] = found[2]
    return parameters


def _with_parameters(sender: str, parameters: dict[str, str | None]) -> ReversePath | str:
    size = parameters.pop("SIZE", None)
    if size is not None and not (size.isascii() and size.isdigit() and len(size) <= 20):
        return MAIL_SYNTAX
    body = parameters.pop("BODY", None) or "7BIT"
    if body.upper() not in ("7BIT", "8BITMIME") or parameters.pop("SMTPUTF8", None) is not None or parameters:
        return UNKNOWN_PARAMETER
    return ReversePath(sender, None if size is None else int(size))


def _ascii(domain: str) -> str:
    """The form of a domain that goes over the wire (``xn--``); a domain that has none stays as it is."""
    try:
        return domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return domain.lower()
