"""Logging: events with fields, readable on a terminal and JSON elsewhere; never a secret, never captions at info.

Everything, the libraries' ``logging`` included, goes through one handler. Frames' local variables are never shown:
they hold captions and secrets.
"""

import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO
from urllib.parse import urlsplit

import msgspec
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from captionflow.keys import KEY
from captionflow.secret import Secret
from captionflow.settings import LogFormat, LogLevel

CAPTION_FIELDS = frozenset(
    {"about", "apart", "body", "content", "draft", "drafts", "fragments", "interim", "line", "lines", "notes"}
    | {"paragraph", "paragraphs", "part", "parts", "passage", "passages", "text", "texts", "transcript"},
)
"""Fields that hold what somebody said. At info and above their size is logged in place of their content."""

SECRET_WORDS = ("apikey", "api_key", "authorization", "cookie", "password", "secret", "signature", "token")
"""A field whose name has one of these in it is logged as ``***`` at every level."""

_QUIET = ("httpx", "httpcore", "asyncio", "uvicorn.access", "elastic_transport", "kafka", "aiokafka", "faust", "mode")
"""Loggers that at info repeat what we log ourselves (queries with secrets included), or log every internal step."""

_CONTENT = ("aiokafka", "elastic_transport", "faust", "kafka", "mode", "uvicorn.error", "websockets")
"""Loggers that at debug show what is sent and received, captions off the record too: they say nothing below info."""

_MAX_DEPTH = 4

_IN_ADDRESS = re.compile(r"""([?&](?:key|token|cid)=)[^&\s"'<>\\]+""")
"""The parameters that may have a key, also one that is mistyped or is not ours."""


def configure(level: LogLevel = "info", form: LogFormat = "auto", *, stream: TextIO | None = None) -> None:
    """Send all logging to ``stream`` (standard error if none is given); may be called again.

    Programs call it first thing. Give uvicorn ``log_config=None``, so that it logs through the same handler.
    """
    stream = sys.stderr if stream is None else stream
    on_terminal = stream.isatty()
    console = form == "console" or (form == "auto" and on_terminal)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
        name_requests,
        hide_secrets,
        hide_captions,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    render = _console(colours=on_terminal and "NO_COLOR" not in os.environ) if console else _json()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render, hide_keys],
            pass_foreign_args=True,
        ),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CONTENT:
        logging.getLogger(name).setLevel("INFO" if level == "debug" else "NOTSET")
    for name in _QUIET:
        if level != "debug" or name not in _CONTENT:
            logging.getLogger(name).setLevel("DEBUG" if level == "debug" else "WARNING")
    logging.captureWarnings(capture=True)


def _console(*, colours: bool) -> list[Processor]:
    return [
        escape_controls,
        structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback),
    ]


def _json() -> list[Processor]:
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer(default=repr)]


def hide_captions(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """At info and above: the size of captions instead of their text. Whole messages are logged as their type."""
    if event.get("level", method) == "debug":
        return event
    return {name: _without_captions(name, value, 0) for name, value in event.items()}


def _without_captions(name: object, value: object, depth: int) -> object:
    if name in CAPTION_FIELDS and isinstance(value, str | bytes | list | tuple | dict):
        kind = "chars" if isinstance(value, str) else "bytes" if isinstance(value, bytes) else "items"
        return f"<{len(value)} {kind}>"
    if isinstance(value, msgspec.Struct) and not isinstance(value, type):
        return f"<{type(value).__name__}>"
    return _descend(value, depth, _without_captions)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """``***`` in place of secrets, at any level, in nested mappings too."""
    return {name: _without_secrets(name, value, 0) for name, value in event.items()}


def _without_secrets(name: object, value: object, depth: int) -> object:
    if isinstance(value, Secret):
        return "***"
    if isinstance(name, str) and not isinstance(value, bool | int | None):
        folded = name.lower().replace("-", "_")
        if any(word in folded for word in SECRET_WORDS):
            return "***"
    return _descend(value, depth, _without_secrets)


def _descend(value: object, depth: int, change: Any) -> object:
    """The same value with ``change`` applied inside mappings and sequences; beyond a depth only the type is left."""
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return value
    if depth >= _MAX_DEPTH:
        return f"<{type(value).__name__}>"
    if isinstance(value, Mapping):
        return {str(key): change(key, inner, depth + 1) for key, inner in value.items()}
    return [change(None, inner, depth + 1) for inner in value]


def hide_keys(_logger: WrappedLogger, _method: str, written: Any) -> Any:
    """The line as it is written, without any key that somebody logged: in an address, an error, a traceback."""
    return _IN_ADDRESS.sub(r"\1***", KEY.sub("***", written)) if isinstance(written, str) else written


def name_requests(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Access messages of uvicorn as events with fields, without the query, which has signatures and search terms."""
    args = event.pop("positional_args", None)
    if event.get("logger") != "uvicorn.access" or not isinstance(args, tuple):
        return event
    try:
        client, verb, target, _version, status = args
    except ValueError:
        return event
    return {**event, "event": "request", "client": client, "verb": verb, "path": _path_of(target), "status": status}


def _path_of(target: object) -> str:
    try:
        return urlsplit(str(target)).path
    except ValueError:
        return "?"


def escape_controls(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Control characters as escapes, so that input can't control the terminal."""
    return {name: _printable(value) if isinstance(value, str) else value for name, value in event.items()}


def _printable(value: str) -> str:
    if value.isprintable():
        return value
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in value)
