"""Who a client is by its address: how it is counted, and whether it may speak for others."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
# One customer's line has a network of this size at least; to count single addresses would count nothing.
_IPV6_PREFIX = 64


def counted_as(host: str) -> str:
    """What a client's connections and mails are counted by: its IPv4 address, or its IPv6 network."""
    address = _address(host)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _IPV6_PREFIX), strict=False))
    return host if address is None else str(address)


def is_local(host: str) -> bool:
    """Whether this machine itself calls, by a loopback address or a Unix socket."""
    address = _address(host)
    return address is None or address.is_loopback


def is_among(host: str, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    address = _address(host)
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=1024)
def _address(host: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 client of a socket for both families comes as ``::ffff:192.0.2.1``; it is the same client."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
