"""Which addresses a picture may be fetched from: public ones of the Internet, and nothing else."""

from __future__ import annotations

import ipaddress

UNICAST = ipaddress.IPv6Network("2000::/3")
"""What is given out of IPv6 (RFC 4291): so no NAT64, nothing mapped, nothing local."""
REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network (RFC 791)
        "192.0.0.0/24",  # protocol assignments (RFC 6890); clouds keep services there
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "168.63.129.16/32",  # what a machine of Azure finds itself behind; public by number
        "2001::/23",  # protocol assignments (RFC 2928), Teredo among them, which carries IPv4
        "2002::/16",  # 6to4 (RFC 3056), carries IPv4
        "3fff::/20",  # documentation (RFC 9637)
    )
)
"""Beside what Python's `ipaddress` calls not global, which differs by its version."""


def is_public(address: str) -> bool:
    """Whether an address is one of the Internet, for everybody the same.

    No: private, loopback, link-local (where clouds keep credentials), shared, multicast, reserved;
    one with a scope; one of IPv6 that carries one of IPv4, which may be anything; no address.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and (parsed.scope_id or parsed not in UNICAST):
        return False
    if any(parsed in network for network in REFUSED):
        return False
    return parsed.is_global and not parsed.is_multicast
