"""What the values of settings may be: each parser gives the value, or raises ``ValueError`` that says what is wrong."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from captionflow.secret import Secret


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Digits of a number in these bounds."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(f"is not a whole number from {low} to {high}")
        return int(value)

    return parse


def size(low: int, high: int) -> Callable[[str], int]:
    """Bytes in these bounds; KiB or MiB may follow the number."""
    units = {"": 1, "KiB": 1024, "MiB": 1024**2}

    def parse(value: str) -> int:
        match = re.fullmatch(r"([0-9]{1,12}) ?(KiB|MiB|)", value)
        size = int(match[1]) * units[match[2]] if match else -1
        if not low <= size <= high:
            raise ValueError(f"is not a size from {low} to {high} bytes (KiB and MiB may follow the number)")
        return size

    return parse


def one_of(*choices: str) -> Callable[[str], Any]:
    """One of these words, in any case."""

    def parse(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"is none of {', '.join(choices)}")
        return value.lower()

    return parse


def yes_or_no(value: str) -> bool:
    """True or false, in the usual words."""
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if value.lower() not in words:
        raise ValueError("is neither true nor false")
    return words[value.lower()]


def path(value: str) -> Path:
    """A path, ``~`` expanded."""
    if "\0" in value:
        raise ValueError("has a NUL character in it")
    return Path(value).expanduser()


def host(value: str) -> str:
    """An address or a host name."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", value):
            raise ValueError("is neither an address nor a host name (no port, no scheme)") from None
        return value


def web_address(value: str) -> str:
    """An http or https address without anything behind its path."""
    problem = "is not a web address of the form https://host[:port][/path]"
    try:
        parts = urlsplit(value)
        port_is_fine = parts.port != 0
    except ValueError:
        raise ValueError(problem) from None
    bare = not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare or not port_is_fine:
        raise ValueError(problem)
    return value.rstrip("/")


def servers(value: str) -> tuple[str, ...]:
    """``host:port``, several with commas between."""
    servers = tuple(one.strip() for one in value.split(","))
    if not all(re.fullmatch(r"([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]+\]):[0-9]{1,5}", one) for one in servers):
        raise ValueError("is not host:port, or several with commas between")
    return servers


def web_addresses(value: str) -> tuple[str, ...]:
    """As ``web_address``, several with commas between."""
    return tuple(web_address(one.strip()) for one in value.split(","))


def frame_ancestors(value: str) -> tuple[str, ...]:
    """Host sources of the directive ``frame-ancestors`` (CSP level 3), with commas between; ``*`` is everybody."""
    sources = tuple(one.strip().removesuffix("/").lower() for one in value.split(","))
    origin = r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:([0-9]{1,5}|\*))?"
    if not all(re.fullmatch(rf"\*|{origin}", one) for one in sources):
        raise ValueError("is not * or an origin like https://www.example.org, or several with commas between")
    return sources


def name(value: str) -> str:
    """Safe in names of topics and indices."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", value):
        raise ValueError("is not a name of 1 to 80 of a-z, 0-9, _ and -")
    return value


def user(value: str) -> str:
    """A user name as HTTP's basic authentication can carry it."""
    if not re.fullmatch(r"[!-9;-~]{1,200}", value):
        raise ValueError("is not a user name of visible ASCII characters without spaces and colons")
    return value


def password(value: str) -> Secret | None:
    """A secret that somebody else chose."""
    if not re.fullmatch(r"[ -~]{1,1000}", value):
        raise ValueError("is not a secret of 1 to 1000 printable ASCII characters")
    return Secret(value)


def secret(value: str) -> Secret | None:
    """A secret for a bearer token."""
    if not re.fullmatch(r"[!-~]{16,200}", value):
        raise ValueError("is not a secret of 16 to 200 visible ASCII characters without spaces")
    return Secret(value)
