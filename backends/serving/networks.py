"""Whom a limit counts: an address, or the network that one customer is given, and which addresses may stand for many.

Of version 6 each customer has a network of 64 bits at least (RFC 6177, RFC 7421) and may ask from a new address of it
every time. So limits count the network.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
OF_ONE = 64  # bits of an address of version 6 that one customer's addresses share
INTERNAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
        "169.254.0.0/16", "fe80::/10", "100.64.0.0/10",
    )
)  # fmt: skip


@lru_cache(1_024)
def network_of(address: str) -> str:
    """Whom a request from this address is counted for; what is no address, for itself.

    >>> network_of("203.0.113.9"), network_of("2001:db8::1:2"), network_of("::ffff:203.0.113.9")
    ('203.0.113.9', '2001:db8::', '203.0.113.9')
    """
    parsed = _parsed(address)
    if parsed is None:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, OF_ONE), strict=False).network_address)
    return str(parsed)


@lru_cache(1_024)
def is_internal(address: str) -> bool:
    """Whether an address is none of the internet: of this machine, or of a private network, where it may be a proxy's.

    >>> is_internal("127.0.0.1"), is_internal("10.0.0.7"), is_internal("fd00::1"), is_internal("203.0.113.9")
    (True, True, True, False)
    """
    parsed = _parsed(address)
    return parsed is None or any(parsed in network for network in INTERNAL)


def _parsed(address: str) -> Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
