"""Which of several forms a client wants, and whether it has it already (RFC 9110, 12.5.1 and 13.1). Pure."""

from collections.abc import Sequence


def accepts(header: str | None, offered: Sequence[str]) -> str | None:
    """The offered media type that the client likes best, the first if it has no preference, None if it takes none."""
    if not header:
        return offered[0]
    ranges = [_range(item) for item in header.split(",") if item.strip()]
    best, best_quality = None, 0.0
    for kind in offered:
        _, quality = max((_match(kind, wanted) * 1.0, quality) for wanted, quality in [*ranges, ("", 0.0)])
        if quality > best_quality:
            best, best_quality = kind, quality
    return best


def takes_gzip(header: str | None) -> bool:
    """Whether ``Accept-Encoding`` allows gzip (RFC 9110, 12.5.3). A client that says nothing is sent what is plain."""
    qualities = dict(_range(item) for item in (header or "").split(","))
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _range(item: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in item.split(";"))
    quality = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return kind, quality


def _match(kind: str, wanted: str) -> int:
    """How closely: 3 the type itself, 2 its group, 1 anything, 0 not at all (an empty range)."""
    if wanted == kind:
        return 3
    if wanted == f"{kind.split('/', maxsplit=1)[0]}/*":
        return 2
    return 1 if wanted in {"*/*", "*"} else (0 if not wanted else -1)


def has(header: str | None, etag: str) -> bool:
    """Whether ``If-None-Match`` or ``If-Match`` names this entity tag, or any."""
    return header is not None and (
        header.strip() == "*" or etag in [one.strip().removeprefix("W/") for one in header.split(",")]
    )
