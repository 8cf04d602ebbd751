"""What ``captionflow import`` says of each file, and of all of them."""

from collections import Counter
from collections.abc import Callable

import msgspec
from rich.console import Console
from rich.text import Text

from captionflow.errors import NotFound
from services.cli import terminal
from services.cli.import_record import Gave, record_of
from services.ingest.file_report import FileReport

_COLOURS = {"imported": "green", "unchanged": "dim", "empty": "yellow", "failed": "red"}
COLUMNS = ("outcome", "turns", "words", "speakers", "date", "title", "session", "file")


_encode = msgspec.json.Encoder().encode


class ImportReport:
    """A line a file on standard output, what looked odd on standard error, and a sum at the end."""

    def __init__(
        self,
        show: Callable[[str], None],
        tell: Callable[[str], None],
        console: Console | None,
        *,
        as_json: bool = False,
    ) -> None:
        """``console`` is the terminal, if there is one; else each line is a record of ``COLUMNS``.

        ``as_json``: each line is an ``ImportRecord``, with what looked odd.
        """
        self._show = show
        self.tell = tell
        self._console = console
        self._as_json = as_json
        self._outcomes: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()

    @property
    def good(self) -> bool:
        """Every file that was meant could be used."""
        return not self._outcomes["failed"]

    def take(self, file: FileReport, gave: Gave) -> None:
        """Tell of one file. Files of other kinds in a folder are only counted."""
        self._outcomes[file.outcome] += 1
        if file.outcome == "skipped":
            return
        self._sums.update(turns=gave.turns, words=gave.words)
        record = record_of(file, gave)
        if self._as_json:
            self._show(f"{_encode(record).decode()}\n")
            return
        if self._console is None:
            if self._outcomes.total() - self._outcomes["skipped"] == 1:
                self._show(terminal.row(*COLUMNS))
            cells = (file.outcome, gave.turns, gave.words, gave.speakers, gave.date or "", gave.title)
            self._show(terminal.row(*cells, file.session or "", file.path))
        else:
            self._print(self._console, file, gave)
        for odd in (*record.oddities, *filter(None, [file.error])):
            self.tell(f"{'  ' if self._console else f'{file.path}: '}{odd}")

    def _print(self, console: Console, file: FileReport, gave: Gave) -> None:
        text = Text.assemble((f"{file.outcome:9}", _COLOURS[file.outcome]), " ", (file.path, "bold"))
        console.print(text, soft_wrap=True)
        if file.session is not None:
            about = ", ".join(filter(None, [gave.title, gave.date]))
            counts = f"{_many(gave.turns, 'turn')}, {_many(gave.words, 'word')}, {_many(gave.speakers, 'speaker')}"
            console.print(Text(f"  {about + ': ' if about else ''}{counts}"), soft_wrap=True)

    def end(self) -> None:
        """Print the sum.

        Raises:
            NotFound: there was no file at all.
        """
        counts = [f"{count} {name}" for name, count in self._outcomes.items() if name != "skipped"]
        skipped = self._outcomes["skipped"]
        if skipped:
            self.tell(f"{_many(skipped, 'file')} of other kinds left out.")
        files = self._outcomes.total() - skipped
        if not files:
            raise NotFound("There is no transcript: of a folder .txt, .text, .md, .vtt, .srt, .sbv and .json are read.")
        self.tell(
            f"{_many(files, 'file')}: {', '.join(counts)}; "
            f"{_many(self._sums['turns'], 'turn')} and {_many(self._sums['words'], 'word')} are in the archive."
        )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
