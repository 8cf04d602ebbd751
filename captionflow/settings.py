"""Every setting there is: read once from ``CAPTIONFLOW_…`` variables, in one place, and refused with a reason.

docs/settings.md lists the same settings; a test fails on one that it doesn't mention.
"""

import difflib
import hmac
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from captionflow.errors import Misconfigured

PREFIX = "CAPTIONFLOW_"
LogFormat = Literal["auto", "console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
_T = TypeVar("_T")


class Secret:
    """A value that no log, traceback or ``repr`` shows. Compare it with ``matches``, in constant time."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def matches(self, given: str) -> bool:
        """Whether ``given`` is the secret; takes as long for a near miss as for a far one."""
        return hmac.compare_digest(self._value.encode(), given.encode("utf-8", "surrogatepass"))

    def reveal(self) -> str:
        """The secret itself, for the one request header that must carry it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.matches(other._value)

    def __hash__(self) -> int:
        return hash((Secret, self._value))


def _setting(  # noqa: PLR0913  one keyword for each column of docs/settings.md
    variable: str, default: _T, parse: Callable[[str], _T], *, unit: str, doc: str, example: str, secret: bool = False
) -> _T:
    about = {"variable": PREFIX + variable, "parse": parse, "unit": unit, "doc": doc, "example": example}
    declared_field: _T = field(default=default, metadata={**about, "secret": secret})
    return declared_field


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(f"is not a whole number from {low} to {high}")
        return int(value)

    return parse


def _size(low: int, high: int) -> Callable[[str], int]:
    units = {"": 1, "KiB": 1024, "MiB": 1024**2}

    def parse(value: str) -> int:
        match = re.fullmatch(r"([0-9]{1,12}) ?(KiB|MiB|)", value)
        size = int(match[1]) * units[match[2]] if match else -1
        if not low <= size <= high:
            raise ValueError(f"is not a size from {low} to {high} bytes (KiB and MiB may follow the number)")
        return size

    return parse


def _one_of(*choices: str) -> Callable[[str], Any]:
    def parse(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"is none of {', '.join(choices)}")
        return value.lower()

    return parse


def _yes_or_no(value: str) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if value.lower() not in words:
        raise ValueError("is neither true nor false")
    return words[value.lower()]


def _path(value: str) -> Path:
    if "\0" in value:
        raise ValueError("has a NUL character in it")
    return Path(value).expanduser()


def _host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", value):
            raise ValueError("is neither an address nor a host name (no port, no scheme)") from None
        return value


def _web_address(value: str) -> str:
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


def _secret(value: str) -> Secret | None:
    if not re.fullmatch(r"[!-~]{16,200}", value):
        raise ValueError("is not a secret of 16 to 200 visible ASCII characters without spaces")
    return Secret(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs. What each means is beside it, and in docs/settings.md."""

    data_folder: Path = _setting(
        "DATA",
        Path("data"),
        _path,
        unit="folder",
        doc="Where the captions are kept; made if it isn't there. One process at a time.",
        example="/var/lib/captionflow",
    )
    host: str = _setting(
        "HOST",
        "127.0.0.1",
        _host,
        unit="address or host name",
        doc="Where the server listens; 0.0.0.0 serves other machines too.",
        example="0.0.0.0",  # noqa: S104  an example in a message; the default is this machine alone
    )
    port: int = _setting(
        "PORT",
        8000,
        _whole_number(0, 65_535),
        unit="TCP port",
        doc="Port of the pages and the API; 0 takes any free one.",
        example="8080",
    )
    public_url: str | None = _setting(
        "PUBLIC_URL",
        None,
        _web_address,
        unit="web address",
        doc="How readers reach this server, for QR codes and permalinks; taken from the request when not set.",
        example="https://captions.example.org",
    )
    url: str = _setting(
        "URL",
        "http://127.0.0.1:8000",
        _web_address,
        unit="web address",
        doc="Where `replay`, `export`, `search` and `tail` find a running captionflow.",
        example="https://captions.example.org",
    )
    ingest_token: Secret | None = _setting(
        "INGEST_TOKEN",
        None,
        _secret,
        unit="secret, 16 to 200 characters",
        doc="When set, everything that writes needs `Authorization: Bearer <token>`; `replay` sends it.",
        example="a line of `openssl rand -hex 24`",
        secret=True,
    )
    demo: bool = _setting(
        "DEMO",
        default=True,
        parse=_yes_or_no,
        unit="true or false",
        doc="Whether a demo session is captioned, again and again.",
        example="false",
    )
    max_body_bytes: int = _setting(
        "MAX_BODY",
        1024 * 1024,
        _size(1024, 64 * 1024**2),
        unit="bytes, KiB or MiB",
        doc="The largest request body that is taken; larger ones are answered with 413.",
        example="4MiB",
    )
    max_readers: int = _setting(
        "MAX_READERS",
        5_000,
        _whole_number(1, 1_000_000),
        unit="connections",
        doc="Live readers at a time; one more is answered with 503 and asked to retry.",
        example="20000",
    )
    log_level: LogLevel = _setting(
        "LOG_LEVEL",
        "info",
        _one_of("debug", "info", "warning", "error"),
        unit="debug, info, warning or error",
        doc="The least important messages that are logged. Only debug may show captions' text.",
        example="warning",
    )
    log_format: LogFormat = _setting(
        "LOG_FORMAT",
        "auto",
        _one_of("auto", "console", "json"),
        unit="auto, console or json",
        doc="How messages are written: auto is console on a terminal, and one JSON object a line elsewhere.",
        example="json",
    )


def declared() -> tuple[Field[Any], ...]:
    """The fields of ``Settings``; ``metadata`` has variable, unit, doc, example, secret and parse."""
    return fields(Settings)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """What the environment says; an empty value counts as not set.

    Raises:
        Misconfigured: one line for each variable that is unknown or has a value that can't be used. A secret's value
            is never part of it.
    """
    given = {name: value.strip() for name, value in environ.items() if name.startswith(PREFIX)}
    known = {one.metadata["variable"]: one for one in declared()}
    problems = list(_unknown(given.keys() - known.keys(), list(known)))
    values: dict[str, Any] = {}
    for name in sorted(given.keys() & known.keys()):
        if not given[name]:
            continue
        about = known[name].metadata
        try:
            values[known[name].name] = about["parse"](given[name])
        except ValueError as error:
            shown = "" if about["secret"] else f"={given[name][:80]!r}"
            problems.append(f"{name}{shown} {error}; for example {name}={about['example']}.")
    if problems:
        raise Misconfigured("\n".join(problems))
    return Settings(**values)


def _unknown(names: set[str], known: list[str]) -> Iterator[str]:
    for name in sorted(names):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        advice = f"did you mean {near[0]}?" if near else "remove it."
        yield f"{name} is not a setting of captionflow: {advice} All of them are in docs/settings.md."
