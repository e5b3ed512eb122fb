"""Through which mailing list a mail came, and whether its author wrote to somebody beside the list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailgate.domain.mail import InboundMail

_ADDRESS = re.compile(r"[^\s<>\"',;:@]{1,64}@[^\s<>\"',;:@?]{1,255}")
_LIST_ID = re.compile(r"([^\s<>.@]{1,64})\.([^\s<>@]{1,255}?)>?\s*$")


def list_addresses(mail: InboundMail) -> frozenset[str]:
    """The addresses, in lower case, to which one writes for the whole list; RFC 2919 tells none, but all build it so."""
    return frozenset(address.lower() for address in _addresses(mail))


def _addresses(mail: InboundMail) -> Iterator[str]:
    for name in ("list-post", "mailing-list", "x-beenthere"):
        found = _ADDRESS.search((mail.header(name) or "")[:2_000])
        if found:
            yield found[0]
    named = _LIST_ID.search((mail.header("list-id") or "")[:500])
    if named:
        yield f"{named[1]}@{named[2]}"


def written_beside_list(mail: InboundMail) -> bool:
    """Whether somebody is addressed who is not the list: a letter to us that an office's group address took along."""
    lists = list_addresses(mail)
    return any(address.key not in lists for address in (*mail.to, *mail.cc))
