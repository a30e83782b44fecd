"""A guard before every Python process of the tests: a connection that would leave this machine is refused and written
down in the file RESOURCE_CITIES_SOCKETS. Processes of this machine may speak to each other."""

import ipaddress
import os
import socket
import sys

_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname().lower()}


def _stays(host: object) -> bool:
    """Whether a host is this machine."""
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower()
    if name in _NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _guard(event: str, args: tuple) -> None:
    if event == "socket.connect":
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if host is None or _stays(host):
        return
    said = f"{event} {host} by {' '.join(sys.argv)[:200]}"
    if log := os.environ.get("RESOURCE_CITIES_SOCKETS"):
        with open(log, "a", encoding="utf-8") as out:
            out.write(said + "\n")
    raise PermissionError(f"no connection may leave this machine: {said}")


sys.addaudithook(_guard)
