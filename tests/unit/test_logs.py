"""Logs never carry captions at info, secrets at any level, or anything that writes to our terminal."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from captionflow import logs
from captionflow.messages import Note
from captionflow.settings import LogFormat, LogLevel, Secret

SAID = "we will now move to the next item"
TOKEN = "correct-horse-battery-staple"  # noqa: S105 - a test's own


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def written(
    level: LogLevel = "info", form: LogFormat = "json", stream: io.StringIO | None = None
) -> tuple[io.StringIO, structlog.stdlib.BoundLogger]:
    stream = io.StringIO() if stream is None else stream
    logs.configure(level, form, stream=stream)
    return stream, structlog.get_logger("captionflow.test")


def test_off_a_terminal_each_event_is_one_json_object() -> None:
    stream, log = written(form="auto")
    log.info("turn_indexed", turn_id="a.en.1", took_ms=3)
    event = json.loads(stream.getvalue())
    assert event["event"] == "turn_indexed"
    assert (event["level"], event["logger"], event["turn_id"]) == ("info", "captionflow.test", "a.en.1")
    assert event["timestamp"].endswith("Z")


def test_on_a_terminal_events_are_for_people() -> None:
    stream, log = written(form="auto", stream=Terminal())
    log.info("turn_indexed", turn_id="a.en.1")
    assert "turn_indexed" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


def test_less_than_the_level_is_not_written() -> None:
    stream, log = written("warning")
    log.info("line_accepted")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("level", ["info", "warning", "error"])
@pytest.mark.parametrize("value", [SAID, SAID.encode(), [SAID], {"a": SAID}, Note(text=SAID, at=0)])
def test_from_info_up_what_was_said_is_replaced_by_its_size(form: LogFormat, level: str, value: object) -> None:
    stream, log = written(form=form)
    getattr(log, level)("line_refused", text=value, lines=value, inside=[{"body": value}], other=Note(text=SAID, at=0))
    assert "line_refused" in stream.getvalue()
    assert SAID not in stream.getvalue()


def test_at_debug_captions_may_be_shown() -> None:
    stream, log = written("debug")
    log.debug("line_parsed", text=SAID)
    assert SAID in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("name", ["token", "Authorization", "signature", "api-key", "ingest_token", "set_cookie"])
def test_a_secret_is_not_written_at_any_level(form: LogFormat, name: str) -> None:
    stream, log = written("debug", form)
    log.debug("request", **{name: TOKEN}, headers={name: TOKEN}, deep=[[{name: TOKEN}]], plain=Secret(TOKEN))
    assert TOKEN not in stream.getvalue()


def test_what_is_nested_too_deep_is_named_by_its_type() -> None:
    stream, log = written()
    log.info("odd", a=[[[[[TOKEN]]]]])
    assert TOKEN not in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_has_no_local_variables(form: LogFormat) -> None:
    stream, log = written(form=form)
    said = "".join(reversed(SAID))
    try:
        int("x")
    except ValueError:
        log.exception("step_failed")
    assert "ValueError" in stream.getvalue()
    assert said not in stream.getvalue()
    assert "said" not in stream.getvalue().replace("said =", "")


@pytest.mark.filterwarnings("default")  # else it is raised, and none is left to be logged
def test_library_logging_and_warnings_come_through_the_same_handler() -> None:
    stream, _ = written()
    logging.getLogger("some.library").warning("disk %s", "full")
    warnings.warn("old call", DeprecationWarning, stacklevel=1)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["logger"], first["level"]) == ("disk full", "some.library", "warning")
    assert "old call" in second["event"]


def test_requests_are_logged_at_debug_and_without_their_query() -> None:
    stream, _ = written("debug")
    access = logging.getLogger("uvicorn.access")
    target = "/v1/zoom?signature=" + TOKEN
    access.info('%s - "%s %s HTTP/%s" %d', "10.0.0.7:1", "POST", target, "1.1", 200)
    event = json.loads(stream.getvalue())
    assert (event["event"], event["path"], event["status"]) == ("request", "/v1/zoom", 200)
    assert TOKEN not in stream.getvalue()
    logs.configure("info", "json", stream=stream)
    assert not access.isEnabledFor(logging.INFO)


def test_control_characters_do_not_reach_the_terminal() -> None:
    stream, log = written(form="console")
    log.info("file_refused", name="\x1b[2Jgone\u202e\n", kind="\x07")
    assert "\x1b[2J" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
