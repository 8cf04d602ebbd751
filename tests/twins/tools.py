"""Captioning tools as scripts: what each sends, and what it does when no answer comes.

Each is made anew when its tool starts, and types lines. They do what tools were seen to do, not what protocols say.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from tests.twins.wire import LostError, Wire

_OK = 200
_TRIES = 5
_PLAIN = {"content-type": "text/plain"}


class Tool(ABC):
    """A tool of one session. ``typed`` is what its captioner typed."""

    asks_first = False

    def __init__(self, wire: Wire, session: str) -> None:
        self.wire = wire
        self.session = session
        self.number = 1

    async def start(self) -> None:  # noqa: B027 - most do nothing
        """What it does before it posts."""

    @abstractmethod
    async def type(self, lines: Sequence[str]) -> None:
        """Post so many rows as the tool would."""

    @staticmethod
    def typed(lines: Sequence[str]) -> str:
        return "\n".join(lines)

    async def zoom(self, text: str | bytes, number: str | int, extra: str = "&lang=en-US", **headers: str) -> bool:
        """Whether it was a success. ``LostError``: no answer."""
        body = text.encode() if isinstance(text, str) else text
        path = f"/closedcaption?id={self.session}&seq={number}{extra}"
        return (await self.wire.post(path, body, _PLAIN | headers)).status == _OK


class RollUp(Tool):
    """Z1: the last rows again with every word and every blank; a body has as many bytes as characters."""

    async def start(self) -> None:
        self.number = int(await self.wire.ask(f"/closedcaption/seq?id={self.session}&lang=en-US"))

    async def type(self, lines: Sequence[str]) -> None:
        text = "\n".join(lines)
        ends = [end for end in range(1, len(text)) if text[end].isspace() or text[end - 1].isspace()]
        for end in [*ends, len(text)]:
            self.number += 1
            shown = "\n".join(text[:end].split("\n")[-2:])
            with contextlib.suppress(LostError):
                await self.zoom(shown.encode()[: len(shown)], self.number)


class Form(Tool):
    """Z2: whole lines; after an error it asks for the number, and sends the same again with the next one."""

    async def type(self, lines: Sequence[str]) -> None:
        failures = 0
        for line in lines:
            try:
                good = await self.zoom(line, self.number, "&lang=jp-JP")
                if not good:
                    failures += 1
                    self.number = int(await self.wire.ask(f"/closedcaption/seq?id={self.session}")) + 1
                    good = await self.zoom(line, self.number, "&lang=jp-JP")
                self.number += 1
            except LostError:
                failures += 1
            if failures > 1:
                self.number, failures = 1, 0


class WebApp(Tool):
    """Z3: the number is a string, and grows by a digit with each line."""

    async def start(self) -> None:
        self.digits = await self.wire.ask(f"/closedcaption/seq?id={self.session}")

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.digits += "1"
            with contextlib.suppress(LostError):
                await self.zoom(f"{line}\n", self.digits)


class ServerApp(Tool):
    """Z4: the number rises only on success, so the next line comes under the number of one whose answer was lost."""

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            with contextlib.suppress(LostError):
                self.number += await self.zoom(line, self.number)


class OneForEver(Tool):
    """Z5: one number for ever; Latin-1 that says it is UTF-8."""

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            with contextlib.suppress(LostError):
                await self.zoom(line.encode("latin-1"), 1, **{"content-type": "text/plain; charset=utf-8"})


class KeepsNumber(Tool):
    """Z6: numbers from 0, kept in a file; after a lost answer it comes back with the old number and new text."""

    kept: ClassVar[dict[str, int]] = {}

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            with contextlib.suppress(LostError):
                await self.zoom(line, self.kept.setdefault(self.session, 0))
                self.kept[self.session] += 1


class Desktop(Tool):
    """Z7: from 1 at each start, the speaker on a line of its own, CRLF; no retry."""

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            with contextlib.suppress(LostError):
                await self.zoom(f"[Ana]\r\n{line}\r\n", self.number, connection="close")
            self.number += 1

    @staticmethod
    def typed(lines: Sequence[str]) -> str:
        return "\n".join(f"[Ana]\n{line}" for line in lines)


class WebCaptioner(Tool):
    """Z8: the last whole line and the one in progress; its number is appended to an address that has one."""

    async def type(self, lines: Sequence[str]) -> None:
        for before, line in zip(["", *lines], lines, strict=False):
            words = line.split(" ")
            for end in range(3, len(words) + 3, 3):
                with contextlib.suppress(LostError):
                    shown = f"{before}\n{' '.join(words[:end])}".strip("\n")
                    await self.zoom(shown, 1, f"&lang=en-US&seq={self.number}")
                self.number += 1


class Retrying(Tool):
    """Z9: the same number and text again until it is a success; the number rises with every caption."""

    rises_on_failure = True

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            good = False
            for _ in range(_TRIES):
                with contextlib.suppress(LostError):
                    good = await self.zoom(line, self.number)
                if good:
                    break
            self.number += good or self.rises_on_failure


class Stream(Tool):
    """As Zoom says it: pieces of a stream, each repeated for all statuses."""

    async def type(self, lines: Sequence[str]) -> None:
        for word in self.typed(lines).replace("\n", "\n\0").replace(" ", " \0").split("\0"):
            good = False
            while not good:
                with contextlib.suppress(LostError):
                    good = await self.zoom(word.upper(), self.number)
            self.number += 1

    @staticmethod
    def typed(lines: Sequence[str]) -> str:
        return "".join(f"{line}\n" for line in lines).upper()


class Teams(Tool):
    """No number; 120 characters at most; no retry."""

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            with contextlib.suppress(LostError):
                path = f"/cartcaption?meetingid={self.session}&token=none&lang=en-US"
                await self.wire.post(path, line[:120].encode(), _PLAIN)


class TeamsRetrying(Tool):
    """The same, by a client that repeats what was not answered."""

    async def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            good = False
            while not good:
                with contextlib.suppress(LostError):
                    path = f"/cartcaption?meetingid={self.session}&token=none"
                    good = (await self.wire.post(path, line.encode(), _PLAIN)).status == _OK


class YouTube(Tool):
    """A tool that posts cues."""

    def __init__(self, wire: Wire, session: str) -> None:
        super().__init__(wire, session)
        self.clock = datetime(2026, 11, 24, 9)  # noqa: DTZ001 - as the protocol has it

    async def cues(self, texts: Iterable[str], **headers: str) -> bool:
        body = ""
        for text in texts:
            self.clock += timedelta(milliseconds=100)
            body += f"{self.clock:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f" region:reg1#cue1\n{text}\n"
        return await self.send(body.encode(headers.pop("encoding", "utf-8")), **headers)

    async def send(self, body: bytes, **headers: str) -> bool:
        answer = await self.wire.post(f"/closedcaption?cid={self.session}&seq={self.number}", body, _PLAIN | headers)
        if answer.status == _OK:
            datetime.strptime(answer.text, "%Y-%m-%dT%H:%M:%S.%f").astimezone()
        return answer.status == _OK


class Library(YouTube):
    """Y1: batches; the number rises on success only; after a failure all since the last success; heartbeats."""

    async def type(self, lines: Sequence[str]) -> None:
        waiting: list[str] = []
        for place, line in enumerate(lines):
            waiting.append(line)
            if place % 2 or line is lines[-1]:
                await self._flush(waiting)
            with contextlib.suppress(LostError):
                await self.send(b"")
        while waiting:
            await self._flush(waiting)

    async def _flush(self, waiting: list[str]) -> None:
        with contextlib.suppress(LostError):
            if waiting and await self.cues(waiting):
                self.number += 1
                waiting.clear()


class AddOn(YouTube):
    """Y2: strokes that are to be glued, Latin-1, retries with other times, heartbeats with numbers and empty cues."""

    async def type(self, lines: Sequence[str]) -> None:
        text = self.typed(lines)
        for place, begin in enumerate(range(0, len(text), 5)):
            good = False
            while not good:
                with contextlib.suppress(LostError):
                    good = await self.cues([text[begin : begin + 5]], encoding="latin-1")
            self.number += 1
            if place % 4 == 0:
                with contextlib.suppress(LostError):
                    await self.cues([""])
                self.number += 1

    @staticmethod
    def typed(lines: Sequence[str]) -> str:
        return " ".join(lines)


class Rows(YouTube):
    """Y3: the number rises even on failure; texts with raw line breaks, one of which looks like a time."""

    async def type(self, lines: Sequence[str]) -> None:
        for one, other in zip(lines[::2], [*lines[1::2], ""], strict=False):
            with contextlib.suppress(LostError):
                await self.cues([f"{one}\n{other}".strip("\n")])
            self.number += 1


class Bridge(YouTube):
    """Y4: a word a cue, with a blank behind it; as a form; dies of a lost answer and begins at 1 again."""

    async def type(self, lines: Sequence[str]) -> None:
        words = " ".join(lines).split()
        for begin in range(0, len(words), 4):
            try:
                texts = [f"{word} " for word in words[begin : begin + 4]]
                await self.cues(texts, **{"content-type": "application/x-www-form-urlencoded"})
                self.number += 1
            except LostError:
                self.number = 1


class StreamText(Tool):
    """A word a post, mistakes erased later; after a failure all since the last success."""

    same_number = False

    async def type(self, lines: Sequence[str]) -> None:
        waiting = ""
        for place, word in enumerate(self.typed(lines).split(" ")):
            mistake = f"{word[:-1]}x\b{word[-1:]}" if place % 3 == 0 and word else f"{word}"
            for piece in (f"{mistake} ", "and wrong", "\b" * 9) if place % 7 == 6 else (f"{mistake} ",):
                waiting += piece
                waiting = await self._flush(waiting)
        while waiting:
            waiting = await self._flush(waiting)

    async def _flush(self, waiting: str) -> str:
        path = f"/streamtext?event={self.session}&seq={self.number}&lang=en"
        headers = _PLAIN | {"x-timestamp": "2026-06-20T16:43:29.0960224Z", "content-language": "en-US"}
        good = False
        with contextlib.suppress(LostError):
            good = (await self.wire.post(path, waiting.encode(), headers)).status == _OK
        self.number += good or not self.same_number
        return "" if good else waiting


class StreamTextSameNumber(StreamText):
    """The same, where the number rises on success only."""

    same_number = True


class RetryingOnSuccess(Retrying):
    """Z9, another kind: the number rises on success only."""

    rises_on_failure = False


TOOLS: dict[str, type[Tool]] = {
    "Z1": RollUp,
    "Z2": Form,
    "Z3": WebApp,
    "Z4": ServerApp,
    "Z5": OneForEver,
    "Z6": KeepsNumber,
    "Z7": Desktop,
    "Z8": WebCaptioner,
    "Z9a": Retrying,
    "Z9b": RetryingOnSuccess,
    "Zoom": Stream,
    "Teams": Teams,
    "Teams, retrying": TeamsRetrying,
    "Y1": Library,
    "Y2": AddOn,
    "Y3": Rows,
    "Y4": Bridge,
    "StreamText a": StreamText,
    "StreamText b": StreamTextSameNumber,
}
