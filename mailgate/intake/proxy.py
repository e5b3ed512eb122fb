"""The PROXY protocol: a load balancer before us tells whose connection it passes on.

aiosmtpd reads the header (versions 1 and 2, haproxy's proxy-protocol.txt); here stands what it means to us.
"""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address

from aiosmtpd.proxy_protocol import V2_CMD, get_proxy


class NoProxyHeader(Exception):
    """The connection does not begin with a header that can be understood; so nobody knows who calls."""


async def announced_client(reader: asyncio.StreamReader) -> str | None:
    """The client's address as the header tells it; None where the proxy speaks for itself, as for its health check.

    Takes the header off the stream and nothing behind it.  Raises NoProxyHeader.
    """
    try:
        header = await get_proxy(reader)
    except asyncio.IncompleteReadError:
        raise NoProxyHeader("the connection ended before its header") from None
    if not header.valid:
        raise NoProxyHeader("the connection does not begin with a PROXY header")
    source = header.src_addr
    # LOCAL comes with addresses that mean nothing, and UNKNOWN and UNIX with none that say who it is.
    if header.command == V2_CMD.LOCAL or not isinstance(source, IPv4Address | IPv6Address):
        return None
    return str(source)
