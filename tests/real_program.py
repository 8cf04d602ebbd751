"""The installed program in processes of its own: a server on a free port, and commands that end."""

import os
import pty
import signal
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import httpx
import msgspec

from captionflow.messages import Session
from captionflow.transcript import Turn
from tests.ports import free_port
from tests.waiting import came_true

PROGRAM = str(Path(sys.executable).parent / "captionflow")
READY_SECONDS = 180
"""Ten times what the slowest takes on two free cores."""

_started: list[subprocess.Popen[bytes]] = []


def environ(folder: Path | None = None, **settings: object) -> dict[str, str]:
    """The environment with these settings and none of the caller's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAPTIONFLOW_")}
    given = {"DATA": folder, "DEMO": "false", **settings}
    return kept | {f"CAPTIONFLOW_{name}": str(value) for name, value in given.items() if value is not None}


def run_command(
    *arguments: object, stdin: bytes | None = None, seconds: float = 180, cwd: Path | None = None, **settings: object
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end; its output goes to pipes."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=seconds,
        cwd=cwd,
        env=environ(**settings),
        check=False,
    )


def start_command(*arguments: object, **settings: object) -> subprocess.Popen[bytes]:
    """Start a command and leave it alone; output to pipes. It ends with its test, see ``start_process``."""
    return start_process(
        PROGRAM,
        *arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ(**settings),
        preexec_fn=_hears_ctrl_c,
    )


def start_process(*command: object, **options: Any) -> subprocess.Popen[bytes]:
    """Start any process with these options of ``Popen``; it ends with its test at the latest, see ``end_commands``."""
    process: subprocess.Popen[bytes] = subprocess.Popen([*map(str, command)], **options)
    _started.append(process)
    return process


def end_commands() -> None:
    """End whatever was started: a test that failed has not waited for it."""
    while _started:
        with _started.pop() as process:
            process.kill()


def _hears_ctrl_c() -> None:
    """Tests that were started in the background ignore SIGINT, and so would all that they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Server:
    """A program over a folder, ``captionflow run`` if no other; it can be killed and started again on the same port."""

    def __init__(
        self,
        folder: Path,
        *,
        program: Sequence[str] = (PROGRAM,),
        command: Sequence[str] = ("run",),
        trusted: ssl.SSLContext | None = None,
        **settings: object,
    ) -> None:
        """``trusted``: it speaks TLS, with a certificate for ``localhost`` that this trusts."""
        self.folder = folder
        self.program = program
        self.command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}" if trusted is None else f"https://localhost:{self.port}"
        self.settings = settings
        self.log = folder.parent / f"{folder.name}.log"
        self.client = httpx.Client(base_url=self.url, timeout=30, verify=trusted or True)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.client.close()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.program, *self.command, "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environ(self.folder, LOG_FORMAT="json", **self.settings),
            )

    @property
    def runs(self) -> bool:
        """Whether it was started, and has not ended."""
        return self.process is not None and self.process.poll() is None

    @property
    def resident_bytes(self) -> int:
        """What the process has in memory now."""
        return int(self._of_process("statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def processor_seconds(self) -> float:
        """What the process has spent of the processor since it began."""
        fields = self._of_process("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _of_process(self, name: str) -> str:
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/{name}").read_text()

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        assert self.process is not None
        ready = came_true(lambda: not self.runs or self.client.get("/readyz").status_code == httpx.codes.OK, seconds)
        assert self.runs, f"the program ended: {self.log.read_text()}"
        assert ready, f"the program was not ready in time: {self.log.read_text()}"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self, sent: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int:
        """End it in the orderly way; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(sent)
        code = self.process.wait(seconds)
        self.process = None
        return code

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, params=query).raise_for_status().json()

    def announce(self, session: str, **fields: Any) -> None:
        self.client.post("/v1/sessions", json={"id": session, **fields}).raise_for_status()

    def send(self, session: str, first: int, *texts: str, sender: str = "desk", ends: bool = False) -> httpx.Response:
        lines: list[dict[str, Any]] = [{"number": first + n, "text": text} for n, text in enumerate(texts)]
        lines[-1]["ends"] = ends
        return self.client.post(f"/v1/sessions/{session}/lines", json={"sender": sender, "lines": lines})

    def transcript(self, session: str) -> tuple[Session, tuple[Turn, ...], int]:
        """The session, its turns without the head, and the position that they reflect."""
        found = self.client.get(f"/v1/sessions/{session}/transcript.json").raise_for_status().content
        document = msgspec.json.decode(found, type=_Transcript)
        return document.session, tuple(turn for turn in document.turns if turn.ordinal), document.last_seq

    def wait_for_seq(self, session: str, seq: int, seconds: float = READY_SECONDS) -> tuple[Turn, ...]:
        """The turns, once they reflect this position; the session may be announced meanwhile, and servers come back."""
        turns: tuple[Turn, ...] = ()
        reached = 0

        def there() -> bool:
            nonlocal turns, reached
            try:
                _, turns, reached = self.transcript(session)
            except httpx.HTTPStatusError as error:
                if error.response.status_code not in {httpx.codes.NOT_FOUND, httpx.codes.SERVICE_UNAVAILABLE}:
                    raise
            return reached >= seq

        assert came_true(there, seconds), f"only {reached} of {seq} lines are in the transcript"
        return turns


class _Transcript(msgspec.Struct):
    session: Session
    turns: tuple[Turn, ...]
    last_seq: int


def spoken(turns: Sequence[Turn]) -> list[tuple[str | None, tuple[str, ...]]]:
    """Who said what."""
    return [(turn.speaker, turn.paragraphs) for turn in turns]


def run_on_terminal(*arguments: object, seconds: float = 180, **settings: object) -> tuple[int, str]:
    """Run a command to its end on a terminal of 100 columns; the exit code, and all that was shown."""
    ours, theirs = pty.openpty()
    shell = environ(**settings) | {"COLUMNS": "100", "TERM": "xterm-256color"}
    process = start_process(PROGRAM, *arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=shell)
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 65_536):
            shown += data
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    finally:
        os.close(ours)
    return process.wait(seconds), shown.decode().replace("\r\n", "\n")
