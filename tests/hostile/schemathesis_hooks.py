"""Loaded by schemathesis itself: bodies that it can't write by itself, and what it must not take as an excuse."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(_: schemathesis.SerializationContext, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


@schemathesis.hook
def before_load_schema(_: schemathesis.HookContext, document: dict[str, Any]) -> None:
    """Each status that a call answers has to be described by itself: ``default`` would describe all of them."""
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("default", None)
