"""The connection to Elasticsearch that all adapters share."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from elastic_transport import JsonSerializer
from elasticsearch import AsyncElasticsearch

from captionflow.errors import Misconfigured

Client = AsyncElasticsearch

REQUEST_SECONDS: Final = 10.0
"""How long an answer may take; a bulk gets more."""


class _Json(JsonSerializer):
    """msgspec's JSON: several times as fast as the standard library's on a page of turns."""

    def json_dumps(self, data: Any) -> bytes:
        return msgspec.json.encode(data)

    def json_loads(self, data: bytes) -> Any:
        return msgspec.json.decode(data)


def connect(
    urls: Sequence[str],
    *,
    user: str | None = None,
    password: str | None = None,
    api_key: str | None = None,
    ca_certs: str | None = None,
) -> AsyncElasticsearch:
    """A client for these nodes; nothing is sent yet. Close it with ``await client.close()``.

    A request that reaches no node is tried on the others. Nothing else is repeated here: callers know better when.

    Raises:
        Misconfigured: the addresses or the certificate file can't be used.
    """
    more: dict[str, Any] = {}
    if api_key:
        more["api_key"] = api_key
    elif user:
        more["basic_auth"] = (user, password or "")
    if ca_certs:
        more["ca_certs"] = ca_certs
    try:
        return AsyncElasticsearch(
            list(urls),
            serializer=_Json(),
            request_timeout=REQUEST_SECONDS,
            max_retries=len(urls) - 1,
            retry_on_status=(),
            **more,
        )
    except (ValueError, OSError) as error:
        raise Misconfigured(
            f"Elasticsearch can't be used at {', '.join(urls)} ({error}): correct CAPTIONFLOW_ELASTICSEARCH "
            "or CAPTIONFLOW_ELASTICSEARCH_CA."
        ) from error
