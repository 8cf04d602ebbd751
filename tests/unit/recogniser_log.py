"""The lines of one recogniser, as a log and the segmenter keep them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from captionflow.messages import Draft, Line, Receipt
from services.ingest.protocols.heard import Heard, Report
from services.ingest.protocols.hooks import report_of
from services.ingest.protocols.recognised import Recognised

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Log:
    """The lines of one recogniser, which is resumed from them before each report if ``forgetful``."""

    def __init__(self, *, forgetful: bool = False) -> None:
        self.forgetful = forgetful
        self.lines: list[Line] = []
        self.known = Recognised()
        self.guesses: list[str] = []

    def take(self, *reports: Report) -> None:
        for report in reports:
            if self.forgetful:
                self.known = Recognised.resumed(self.lines)
            reading = self.known.read(report)
            self.guesses += reading.guesses
            self.known = reading.after(self._append(reading.drafts("hook:test", NOW)))

    def hear(self, *heard: Heard) -> None:
        self.take(*(Report((one,)) for one in heard))

    def post(self, tool: str, *bodies: object) -> None:
        self.take(*(report_of(tool, msgspec.json.encode(body).decode()) for body in bodies))

    def _append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        receipts = []
        for draft in drafts:
            assert draft.number == len(self.lines)
            fields = {name: getattr(draft, name) for name in Draft.__struct_fields__}
            self.lines.append(Line(**fields, seq=len(self.lines) + 1, received_at=NOW))
            receipts.append(Receipt(draft.number, len(self.lines), NOW))
        return receipts

    @property
    def text(self) -> str:
        texts: dict[int, str] = {}
        for line in self.lines:
            if line.final:
                texts[line.seq if line.revises is None else line.revises] = line.text
        return "".join(texts.values())

    @property
    def shown(self) -> list[str]:
        """Interim texts, as the segmenter keeps them."""
        shown: dict[str | None, str] = {}
        for line in self.lines:
            if not line.final:
                shown[line.segment] = line.text
            elif line.revises is None:
                shown.pop(line.segment, None)
        return [text for text in shown.values() if text]
