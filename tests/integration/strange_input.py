"""What a broken tool, a wrong setting or a stranger sends to the doors, as strategies."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from tests.recogniser_twins import TWINS, Twin

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
POSTS: Final = {
    "zoom": "/closedcaption?id={}&seq={}",
    "zoom-seq": "/closedcaption/seq?id={}&seq={}",
    "youtube": "/closedcaption?cid={}&seq={}",
    "teams": "/cartcaption?id={}",
    "streamtext": "/streamtext?event={}&seq={}",
}
"""The addresses of the doors for tools that type, with places for session and number."""
HOOKS: Final = {twin.tool: twin for twin in TWINS}

_AWKWARD = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\xbd",
    b"\n" * 9_000,
    b"x" * 70_000,
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b'{"lines":[],"sender":"b"}',
    b"null",
    b"[]",
    b"1e999",
    b'"\\ud800"',
    b"{" + b'"a":1,' * 5_000 + b'"b":2}',
    b"2026-11-24T09:00:01.250\nOne \n" * 300,
]
_RAW = st.binary(max_size=120) | st.text(max_size=80).map(lambda text: text.encode("utf-8")) | st.sampled_from(_AWKWARD)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", "NaN", "-1", "\x08", "/", "a" * 3_000, 10**400, -0.0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_KINDS = st.sampled_from(
    ["", "text/plain", "text/plain; charset=utf-16", "application/x-www-form-urlencoded", JSON, NDJSON, "a/b; \xff"]
)
_ODD_NUMBERS = st.sampled_from(["", "0", "9" * 5_000, "-1", "1e9", "٣", "\0"]) | st.integers(0, 30).map(str)


def _places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all values inside of a document."""
    yield path
    inner: Any = document.items() if isinstance(document, dict) else []
    for key, value in enumerate(document) if isinstance(document, list) else inner:
        yield from _places(value, (*path, key))


def _with(document: Any, path: Sequence[Any], value: Any) -> Any:
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = _with(copy[path[0]], path[1:], value)
    return copy


@st.composite
def _changed(draw: st.DrawFn, samples: Sequence[Any]) -> bytes:
    """A sound document with a value that is none, and then perhaps some bytes less."""
    document = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 2))):
        document = _with(document, draw(st.sampled_from(list(_places(document)))), draw(_VALUES))
    body = json.dumps(document).encode()
    if draw(st.integers(0, 3)) == 0:
        begin = draw(st.integers(0, len(body)))
        body = body[:begin] + draw(st.binary(max_size=4)) + body[begin + draw(st.integers(0, 4)) :]
    return body


def _hook_samples(twin: Twin) -> list[Any]:
    """Of another run than that of the good words, or some minutes later."""
    return list(twin.posts(["Some bad words.", "And others."] * 50, 9_999))[-6:]


_SAMPLES: Final = {tool: _hook_samples(twin) for tool, twin in HOOKS.items()}


_LINES = [
    {"sender": "bad", "lines": [{"number": 0, "text": "some words"}, {"number": 1, "text": "more", "eol": False}]},
    {"sender": "bad", "lines": [{"number": 2, "text": "heard", "segment": "s", "final": False, "speaker": "A"}]},
    {"sender": "bad", "lines": [{"number": 3, "text": "x", "at": 1.5, "until": 2.5, "ends_utterance": True}]},
    {"sender": "bad", "lines": [{"number": 4, "text": "y", "at": "2026-11-24T09:00:00Z"}], "undated": True},
]
_ROW = {"number": 0, "text": "some words", "sender": "bad", "typed_ago": [12.5, 9]}
_CRASHED: Final = [
    b"b*\xf0",
    b'{"do": "t\xf0"}',
    b'{"do": "type", "do": ' + b'{"a":' * 3_000,
    json.dumps({"do": "é" * 90}, ensure_ascii=False).encode(),
]
"""Frames that ended the handler of a connection with an error of its own, until 2026-12."""
_FRAMES = [
    {"do": "type", "number": 1, "text": "some words "},
    {"do": "type", "number": 1, "text": "some words ", "typed_ago": [12.5, 9]},
    {"do": "revise", "number": 2, "back": 0, "old": "", "text": "more"},
]


@dataclass(frozen=True)
class Move:
    """Something that comes to a door: ``number`` as the tool counts, or an odd one."""

    door: str
    body: bytes
    kind: str
    number: str | None

    def __repr__(self) -> str:
        """In short: bodies may be long."""
        return f"{self.door} {self.kind!r} {(self.number or '')[:20]!r} {self.body[:200]!r}"


POSTED = st.builds(Move, st.sampled_from(list(POSTS)), _RAW, _KINDS, st.none() | _ODD_NUMBERS)
HEARD = st.sampled_from(list(HOOKS)).flatmap(
    lambda tool: st.builds(Move, st.just(tool), _RAW | _changed(_SAMPLES[tool]), _KINDS, st.none())
)
SENT = st.builds(
    Move,
    st.just("lines"),
    _RAW | _changed(_LINES) | _changed([_ROW]),
    st.sampled_from([JSON, NDJSON, "", "x/y"]),
    st.none(),
)
TYPED = st.builds(
    Move,
    st.just("type"),
    _RAW | st.sampled_from(_CRASHED) | _changed(_FRAMES),
    st.sampled_from(["text", "bytes"]),
    st.none(),
)
