"""What is typed by every door around a passage off the record, and where it may be found on disks."""

import contextlib
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from tests.real_program import Server

ADDRESS = "/v1/sessions/talk/off-the-record"


class Words:
    """Words that are nowhere else: those of the record, which must be found, and the others, which must not."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.secret: list[str] = []

    def on(self) -> str:
        """A word for the record."""
        self.kept.append(f"kept{secrets.token_hex(6)}")
        return self.kept[-1]

    def off(self) -> str:
        """A word that nothing may keep."""
        self.secret.append(f"gone{secrets.token_hex(6)}")
        return self.secret[-1]


class Doors:
    """One captioner at each door of session ``talk``, which is announced."""

    def __init__(self, ingest: Server, words: Words) -> None:
        self._ingest = ingest
        self._words = words
        self._number = self._seq = self._typed = self._heard = -1

    def turn(self, *, on: bool) -> None:
        self._ingest.client.put(ADDRESS, json={"on": on}).raise_for_status()

    def json(self, text: str, **fields: Any) -> Any:
        """The receipt of a line."""
        self._number += 1
        body = {"sender": "desk", "lines": [{"number": self._number, "text": text, **fields}]}
        answer = self._ingest.client.post("/v1/sessions/talk/lines", json=body).raise_for_status()
        return answer.json()["receipts"][0]

    def zoom(self, text: str) -> None:
        self._seq += 1
        self._post(self._seq, f"{text}\n")

    def _post(self, seq: int, text: str) -> None:
        query = {"id": "talk", "seq": str(seq), "lang": "en-US"}
        self._ingest.client.post("/closedcaption", params=query, content=text.encode()).raise_for_status()

    def type(self, text: str, **fields: Any) -> None:
        """Over a WebSocket, connected anew."""
        self._typed += 1
        url = self._ingest.url.replace("http", "ws", 1)
        with connect(f"{url}/v1/sessions/talk/type") as socket:
            assert json.loads(socket.recv())["is"] == "ready"
            socket.send(json.dumps({"do": "type", "number": self._typed, "text": f"{text} ", **fields}))
            assert json.loads(socket.recv()) == {"is": "ack", "number": self._typed}

    def hear(self, text: str, *, final: bool) -> None:
        """A recogniser's result; the place goes on when one is final."""
        channel = {"alternatives": [{"transcript": text, "words": []}]}
        report = {"type": "Results", "channel": channel, "start": self._heard + 1, "is_final": final}
        answer = self._ingest.client.post("/hooks/deepgram", params={"id": "talk"}, json=report)
        answer.raise_for_status()
        self._heard += final

    def all(self, word: str) -> None:
        """The same by every door."""
        self.json(word)
        self.zoom(word)
        self.type(word)
        self.hear(word, final=False)
        self.hear(f"{word} {word}", final=True)

    def passage(self) -> None:
        """Before, during and after one: everything by all doors, and what would tell it later."""
        words = self._words
        for _ in range(2):
            self.all(words.on())
        before = self.json(words.on())
        grows = self.json(row := words.on(), eol=False)["seq"]
        self._seq = seq = self._seq + 1
        self._post(seq, row)
        self.turn(on=True)
        row = f"{row} {words.off()}"
        self._post(seq, row)
        self.json(row, revises=grows)
        self.json("", ends_utterance=True)
        for _ in range(3):
            self.all(words.off())
        for say in (self.json, self.type):
            say(words.on(), typed_ago=[3_600, 3_590])
        said = self.json(words.off(), speaker=words.off())
        self.json(words.off(), revises=before["seq"])
        self.json(words.off(), segment="u1", final=False)
        self.hear(words.off(), final=False)
        self.turn(on=False)
        for _ in range(2):
            row = f"{row} {words.on()}"
            self._post(seq, row)
            self.json(row, revises=grows)
        self.json(words.off(), revises=said["seq"])
        self.json(words.off(), segment="u1")
        self.json(words.off(), revises=before["seq"])
        self.hear(words.off(), final=True)
        for say in (self.json, self.type):
            say(words.off(), typed_ago=[3_600, 0])
            say(words.on(), typed_ago=[0, 0])
        for _ in range(2):
            self.all(words.on())


def found(places: Iterable[Path], words: Iterable[str]) -> dict[str, set[Path]]:
    """In which files, in or below these places, the words are; those that are nowhere are left out."""
    wanted = {word: [word.encode(), word.encode("utf-16-le")] for word in words}
    where: dict[str, set[Path]] = {}
    for place in places:
        for path in [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]:
            with contextlib.suppress(FileNotFoundError):
                content = path.read_bytes()
                for word, forms in wanted.items():
                    if any(form in content for form in forms):
                        where.setdefault(word, set()).add(path)
    return where
