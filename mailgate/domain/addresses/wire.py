"""Addresses as they stand on the wire: checked, the domain in ASCII."""

from __future__ import annotations

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LOCAL = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[ !#-\[\]-~]|\\[ -~])*\")")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_\-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_\-]{0,62}))*\.?")
_LITERAL = re.compile(r"\[[A-Za-z0-9.:\-]{1,80}\]")
_SPACES_AND_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def wire_address(address: str) -> str:
    """``local@domain`` fit for a header and for SMTP: the domain in ASCII (IDNA), the local part as written.

    A local part outside ASCII stays: such a letter needs SMTPUTF8 (RFC 6531).  Raises ValueError for what is no address,
    above all for anything that could end a header line or an SMTP command.
    """
    local, at, domain = address.rpartition("@")
    if not at or len(local.encode("utf-8", "replace")) > 64 or not _LOCAL.fullmatch(local):
        raise ValueError("not an address that mail can be sent to")
    # A quoted local part may hold a plain space; nothing else may hold any.
    if _SPACES_AND_CONTROLS.search(local.replace(" ", "") if local.startswith('"') else local):
        raise ValueError("not an address that mail can be sent to")
    return f"{local}@{_wire_domain(domain)}"


def _wire_domain(domain: str) -> str:
    if _LITERAL.fullmatch(domain):
        return domain
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        raise ValueError("not a domain that mail can be sent to") from None
    if not _DOMAIN.fullmatch(ascii_domain):
        raise ValueError("not a domain that mail can be sent to")
    return ascii_domain
