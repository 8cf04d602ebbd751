"""What Elasticsearch's errors mean for a caller: translates them into captionflow's own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from elastic_transport import ApiError, TlsError, TransportError
from elasticsearch import UnsupportedProductError

from captionflow.errors import CaptionflowError, Misconfigured, Unavailable

OUTAGE_RETRY_SECONDS: Final = 1.0
BLOCK_RETRY_SECONDS: Final = 5.0
"""A full disk or a read-only index does not go away within a second."""

_WRONG_VERSION: Final = "captionflow needs Elasticsearch 9; the server is {}: upgrade it, or use another one."
_TO_CHANGE: Final = {
    "index_not_found_exception": ("Elasticsearch has no index of ours ({}): start the index service, which makes it."),
    "strict_dynamic_mapping_exception": (
        "The index has another mapping than this captionflow ({}): run `captionflow reindex`."
    ),
    "media_type_header_exception": _WRONG_VERSION.format("older"),
}
"""By the type of an error: what a person has to change."""

_BAD_REQUEST = 400
_UNAUTHORIZED = 401
_FORBIDDEN = 403
_CONFLICT = 409
_TOO_LARGE = 413
_TOO_MANY = 429
_SERVER_ERROR = 500


@contextmanager
def translated() -> Iterator[None]:
    """Raise the errors that a caller of a port is promised instead of the client's."""
    try:
        yield
    except UnsupportedProductError as error:
        raise wrong_version("none, or not made by Elastic") from error
    except ApiError as error:
        raise from_response(error.meta.status, error.body, error.message) from error
    except TlsError as error:
        raise Misconfigured(
            f"Elasticsearch's certificate is not accepted ({_short(error.message)}): "
            "set CAPTIONFLOW_ELASTICSEARCH_CA to the authority that signed it."
        ) from error
    except TransportError as error:
        raise Unavailable(
            f"Elasticsearch can't be reached ({_short(error.message)}): see that it runs, then retry.",
            retry_after=OUTAGE_RETRY_SECONDS,
        ) from error


def from_response(status: int, body: Any, message: str = "") -> CaptionflowError:
    """The error for an unsuccessful response; ``body`` is the decoded JSON, or what came instead."""
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        return from_cause(status, body["error"])
    return from_cause(status, {"type": message, "reason": message})


def from_cause(status: int, cause: Mapping[str, Any]) -> CaptionflowError:
    """The error for one cause, of a whole response or of an item of a bulk.

    ``Unavailable`` for what goes away: no node, no shard, no room, a block. ``Misconfigured`` for what a person has to
    change. Whether a 400 is a document's own fault is for the caller to say: see ``is_refused``.
    """
    kind, reason = str(cause.get("type", "")), _short(str(cause.get("reason", "")))
    if kind in _TO_CHANGE:
        return Misconfigured(_TO_CHANGE[kind].format(reason))
    if kind == "cluster_block_exception":
        return Unavailable(
            f"Elasticsearch takes no writes ({reason}): free its disks or lift the block; nothing is lost meanwhile.",
            retry_after=BLOCK_RETRY_SECONDS,
        )
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        return Misconfigured(
            f"Elasticsearch refuses our credentials ({status}, {reason}): check CAPTIONFLOW_ELASTICSEARCH_USER, "
            "CAPTIONFLOW_ELASTICSEARCH_PASSWORD or CAPTIONFLOW_ELASTICSEARCH_API_KEY, and what they may do."
        )
    if status == _TOO_MANY or status >= _SERVER_ERROR:
        return Unavailable(
            f"Elasticsearch can't do it now ({status}, {kind}: {reason}): see its health, then retry.",
            retry_after=OUTAGE_RETRY_SECONDS,
        )
    return Misconfigured(f"Elasticsearch refuses what captionflow asks ({status}, {kind}: {reason}): report this.")


def is_stale(status: int) -> bool:
    """Whether a write was skipped because a newer version is there, which is as good as done."""
    return status == _CONFLICT


def is_refused(status: int, cause: Mapping[str, Any]) -> bool:
    """Whether a write failed because of the document itself, so that no retry helps."""
    return status in (_BAD_REQUEST, _TOO_LARGE) and cause.get("type") != "strict_dynamic_mapping_exception"


def wrong_version(found: str) -> Misconfigured:
    """The error for a server that is not of the generation whose client this is."""
    return Misconfigured(_WRONG_VERSION.format(found))


def _short(reason: str) -> str:
    """At most a line of it: a reason can quote a whole document."""
    return " ".join(reason.split())[:200]
