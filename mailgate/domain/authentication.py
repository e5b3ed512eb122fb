"""What our own receiving server found out about a sender (RFC 8601): its word counts, nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from authres import AuthenticationResultsHeader
from authres.core import AuthenticationResult, AuthResError

from mailgate.domain.addresses.domains import aligned, normal_domain
from mailgate.domain.mail import InboundMail

HEADER = "Authentication-Results"
_FIRST_TOKEN: Final = re.compile(r'\s*(?:\([^()]*\)\s*)*"?([^\s;"()]+)')
_NOT_JUDGED: Final = frozenset({"none", "temperror"})
# What names the domain for which a method vouches (RFC 8601 section 2.7), most telling first.
_VOUCHED: Final = {"dkim": (("header", "d"), ("header", "i")), "spf": (("smtp", "mailfrom"),)}

Results = Sequence[AuthenticationResult]


class _Unreadable(Exception):
    """A header of our own server that does not follow the grammar: nobody knows what it says."""


def objection(mail: InboundMail, trusted_authserv_id: str | None) -> str | None:
    """Why the sender may not be who the mail says, as an English clause; None where nothing speaks against it.

    Without a trusted server there is no witness and thus no objection.  With one, the topmost headers are read as far
    down as they are that server's: any DMARC that failed, or passed for another domain than that of the From header,
    objects; where DMARC was not judged, DKIM or SPF must have passed for that domain.  A mail without such a header did
    not come through that server.  Below another server's header anybody may have written anything.
    """
    if trusted_authserv_id is None:
        return None
    domain = mail.sender.domain if mail.sender else ""
    try:
        headers = list(_topmost(mail, trusted_authserv_id))
    except _Unreadable:
        return f"an {HEADER} of {trusted_authserv_id} that cannot be read"
    if not headers:
        return f"no {HEADER} of {trusted_authserv_id}"
    vouched = _vouched_for(headers, "dkim", domain) or _vouched_for(headers, "spf", domain)
    judged = [
        one for results in headers for one in results if _method(one) == "dmarc" and _word(one) not in _NOT_JUDGED
    ]
    if not judged:
        return None if vouched else "neither DKIM nor SPF passed for the domain of the sender"
    for one in judged:
        if _word(one) != "pass":
            return f"DMARC {_word(one)}"
        if not _concerns(one, domain):
            return "DMARC passed for another domain than the sender's"
    if judged[0] not in headers[0] and not vouched and _refuted(headers[0]):
        # A pass further down against what the topmost header says was not written by our server.
        return "DMARC passed against DKIM and SPF"
    return None


def _topmost(mail: InboundMail, authserv_id: str) -> Iterator[Results]:
    """The results of each header at the top by that server; raises _Unreadable."""
    ours = authserv_id.casefold()
    for value in mail.header_all(HEADER):
        named = _FIRST_TOKEN.match(value[:1000])
        if named is None or named[1].casefold() != ours:
            return
        if not _is_closed(value):
            raise _Unreadable
        try:
            header = AuthenticationResultsHeader.parse(f"{HEADER}: {value}")
        except (AuthResError, ValueError, RecursionError):
            raise _Unreadable from None
        yield header.results


def _is_closed(value: str) -> bool:
    """True where each quote and comment ends: the library takes what an open one swallows for nothing at all."""
    depth, quoted, escaped = 0, False, False
    for character in value:
        if escaped:
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if depth < 0:
                return False
    return not (depth or quoted or escaped)


def _method(result: AuthenticationResult) -> str:
    return str(result.method).lower()


def _word(result: AuthenticationResult) -> str:
    return str(result.result).lower()


def _property(result: AuthenticationResult, kind: str, name: str) -> str:
    """A property's value, or "" where it is not given."""
    for one in result.properties:
        if (str(one.type).lower(), str(one.name).lower()) == (kind, name):
            return str(one.value)
    return ""


def _concerns(result: AuthenticationResult, domain: str) -> bool:
    written = _property(result, "header", "from")
    return not written or aligned(_domain_of(written), domain)


def _vouched_for(headers: Sequence[Results], method: str, domain: str) -> bool:
    """True where the topmost header that names the method says that it passed for the domain or a relative of it."""
    for results in headers:
        if found := [one for one in results if _method(one) == method]:
            return any(_word(one) == "pass" and _passed_for(one, method, domain) for one in found)
    return False


def _passed_for(result: AuthenticationResult, method: str, domain: str) -> bool:
    written = next(filter(None, (_property(result, *name) for name in _VOUCHED[method])), "")
    return aligned(_domain_of(written), domain)


def _refuted(results: Results) -> bool:
    return {"dkim", "spf"} <= {_method(one) for one in results}


def _domain_of(written: str) -> str:
    """The domain in ``a@b``, ``@b``, ``<a@b>`` or ``b``."""
    return normal_domain(written.strip(' <>"').rpartition("@")[2])
