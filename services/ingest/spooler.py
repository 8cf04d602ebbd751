"""Takes the posts of tools that can't wait: safe in the log or, for the time being, on this process's own disk.

A tool behind a caption URL gives up after seconds and forgets. So its post is answered when the log has what it says
or, while the log is away or slow, when the spool has the post. What is spooled goes to the log in order as soon as that
can be; until then everything else of its session queues behind it.

What is kept is the post, since the lines before it, which it may revise, get their ``seq`` only when the log has them.
What was made of it is kept too, before it is written. So after any stop the very same drafts are written again, which
the log knows by (sender, number), and nothing is repeated.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

import msgspec
import structlog

from captionflow.errors import Conflict, Misconfigured, Unavailable
from captionflow.messages import Draft
from captionflow.notifying import Notifier
from captionflow.ports import Spool, Spooled
from captionflow.retrying import Backoff

log = structlog.get_logger(__name__)

PATIENCE_SECONDS: Final = 1.0
"""How long a tool waits for the log before its post is spooled. The most impatient that retry give up after 2 s."""
_LONGEST_WAIT_SECONDS: Final = 2.0
_POSTS_A_READ: Final = 100
_AT_ONCE: Final = 32
"""Sessions whose posts are on their way from the spool to the log at the same time."""
_FULL_RATIO: Final = 0.99
_LOG_ERRORS: Final = (Unavailable, Misconfigured)
"""Of the log, not of a post: what is spooled waits, be it for a broker or for a person."""
_TRIES: Final = 5
"""How often the drafts of a post are made anew because another process has used their numbers."""


class Post(Protocol):
    """What a door took: a msgspec struct that can be written as JSON."""

    @property
    def session(self) -> str:
        """The session that it belongs to. The posts of a session are written in the order in which they came."""


P = TypeVar("P", bound=Post)
P_contra = TypeVar("P_contra", bound=Post, contravariant=True)


class Writing(Protocol[P_contra]):
    """How posts become lines. Of a session, one call at a time."""

    async def drafts(self, post: P_contra) -> Sequence[Draft]:
        """What it adds to the log, after all that was written before it. Asked again, it may answer anew."""

    async def write(self, post: P_contra, drafts: Sequence[Draft]) -> None:
        """Have these drafts in the log, which ``drafts`` gave, perhaps in an earlier process. They may be there.

        Raises:
            Unavailable: it is not known whether they are. The next call for this session has the same drafts.
            Conflict: their numbers are used for something else; nothing was written, and ``drafts`` is asked again.
        """


class _Entry(msgspec.Struct, Generic[P], omit_defaults=True):
    """What is kept of a post."""

    post: P
    drafts: tuple[Draft, ...] | None = None
    """What may be in the log already."""


_Remember = Callable[[tuple[Draft, ...]], Awaitable[None]]


class Spooler(Generic[P]):
    """Takes posts. Without a spool, a post is in the log or refused."""

    def __init__(
        self,
        writing: Writing[P],
        kind: type[P],
        spool: Spool | None = None,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """``kind``: the type of the posts."""
        self._writing = writing
        self._spool = spool
        self._patience = patience_seconds
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(_Entry[kind]).decode  # type: ignore[valid-type] # it is one at run time
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._pending: Counter[str] = Counter()
        self._written: dict[int, asyncio.Future[bool]] = {}
        """Of what is ``queue``d, by its position."""
        self._put = Notifier()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._problem = ""
        self.spooled = 0
        """Posts that this process has put into the spool."""
        self.set_aside = 0
        """Spooled posts that can't be written. They stay on the disk, and are tried again after a restart."""

    @property
    def pending(self) -> int:
        """Posts in the spool that are on their way to the log."""
        return self._pending.total()

    @property
    def spools(self) -> bool:
        """Whether there is a spool."""
        return self._spool is not None

    @property
    def used_ratio(self) -> float:
        """How full the spool is, 0 to 1."""
        return 0.0 if self._spool is None else self._spool.used / self._spool.size

    @property
    def full(self) -> str:
        """That hardly anything fits any more, in a sentence; empty while it does."""
        if self.used_ratio < _FULL_RATIO:
            return ""
        return f"The spool is full ({self.pending} posts): captioning tools are refused until the log is back."

    def queues(self, session: str) -> bool:
        """Whether posts of the session are in the spool, which the log does not have yet."""
        return self._pending[session] > 0

    @property
    def queueing(self) -> Sequence[str]:
        """The sessions that have posts in the spool."""
        return tuple(self._pending)

    async def queued(self, session: str) -> AsyncIterator[P]:
        """The posts of the session that are in the spool, in order. One that can't be read is left out."""
        after = 0
        while self._spool is not None and (
            found := await self._spool.oldest(session, after=after, limit=_POSTS_A_READ)
        ):
            for one in found:
                after = one.position
                with suppress(msgspec.MsgspecError):
                    yield self._decode(one.body).post

    @property
    def waiting(self) -> str:
        """What is in the spool and why, in a sentence; empty if nothing is."""
        if not self.pending:
            return ""
        return f"{self.pending} posts of captioning tools are safe on this disk and wait for the log. {self._problem}"

    def lock(self, session: str) -> asyncio.Lock:
        """Held while a post of the session is taken: they are taken one after the other."""
        return self._locks.setdefault(session, asyncio.Lock())

    async def take(self, post: P) -> None:
        """Return when the post can't be lost any more. It goes on if the caller gives up.

        Raises:
            Unavailable: it is safe nowhere, and should be sent again.
            CaptionflowError: what ``Writing`` raises for good.
        """
        taking = asyncio.create_task(self._take(post))
        taking.add_done_callback(_seen)
        await asyncio.shield(taking)

    async def queue(self, post: P, *, before: Callable[[], None]) -> asyncio.Future[bool]:
        """Keep it behind everything of its session, and return then. Nobody said anything in it.

        What is returned is done when the log has it: whether that changed anything. ``before`` is called when
        everything of the session that was taken earlier is kept or written, and nothing that is taken later.

        Raises:
            Unavailable: there is no spool, or it can't keep it.
        """
        async with self.lock(post.session):
            before()
            if self._spool is None:
                raise Unavailable("There is no spool.")
            position = await self._keep(self._spool, _Entry(post), wordless=True)
            written = self._written[position] = asyncio.get_running_loop().create_future()
            return written

    async def load(self) -> None:
        """Find what an earlier process left in the spool; before anything is taken."""
        if self._spool is not None:
            self._pending.update(await self._spool.sessions())
        if self._pending:
            log.warning("spool_found", posts=self.pending, sessions=len(self._pending))

    async def run(self) -> None:
        """Write what is spooled to the log; without an end."""
        draining: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            while True:
                put = self._put.listen()
                if self._spool is not None:
                    draining = {session: task for session, task in draining.items() if not task.done()}
                    for session in self._pending.keys() - draining.keys():
                        draining[session] = tasks.create_task(self._drain(self._spool, session))
                await put.wait()

    async def _take(self, post: P) -> None:
        async with self.lock(post.session):
            if self._spool is None:
                await self._write(post, None, _forget)
            elif self._pending[post.session]:
                await self._keep(self._spool, _Entry(post))
            elif (entry := await self._try(post)) is not None:
                await self._keep(self._spool, entry)

    async def _try(self, post: P) -> _Entry[P] | None:
        """Write it to the log; else what is to be kept."""
        entry = _Entry(post)

        async def remember(drafts: tuple[Draft, ...]) -> None:
            entry.drafts = drafts

        try:
            async with asyncio.timeout(self._patience):
                await self._write(post, None, remember)
        except TimeoutError:
            self._problem = f"It took longer than {self._patience:g} s."
        except _LOG_ERRORS as error:
            self._problem = str(error)
        else:
            return None
        return entry

    async def _keep(self, spool: Spool, entry: _Entry[P], *, wordless: bool = False) -> int:
        position = await spool.put(entry.post.session, self._encode(entry), wordless=wordless)
        if not self.pending:
            log.warning("spooling", reason=self._problem)
        self._pending[entry.post.session] += 1
        self.spooled += 1
        self._put.notify()
        return position

    async def _write(self, post: P, drafts: tuple[Draft, ...] | None, remember: _Remember) -> bool:
        """Have it in the log; whether it has drafts. ``remember`` gets new ones before they are written."""
        for _ in range(_TRIES):
            if drafts is None:
                drafts = tuple(await self._writing.drafts(post))
                await remember(drafts)
            with suppress(Conflict):
                if drafts:
                    await self._writing.write(post, drafts)
                return bool(drafts)
            drafts = None
        raise Unavailable("Another process takes the posts of the same sender at the same moment: retry.")

    async def _drain(self, spool: Spool, session: str) -> None:
        """Write all that the session has in the spool, in order."""
        after = 0
        backoff = Backoff(longest_seconds=_LONGEST_WAIT_SECONDS)
        erased = False
        while self._pending[session] or not erased:
            try:
                for one in await spool.oldest(session, after=after, limit=_POSTS_A_READ):
                    async with self._at_once:
                        await self._drain_one(spool, one)
                    after = one.position
                    self._pending[session] -= 1
                    erased = False
                    backoff.succeeded()
                if not self._pending[session]:  # of what turned out to be off the record nothing may stay
                    await spool.erase()
                    erased = True
            except _LOG_ERRORS as error:
                self._problem = str(error)
                await asyncio.sleep(backoff.failed())
        del self._pending[session]
        if not self.pending:
            log.info("spool_drained", set_aside=self.set_aside)

    async def _drain_one(self, spool: Spool, one: Spooled) -> None:
        if not one.body:
            await spool.remove(one.position)
            return
        changed = False
        try:
            entry = self._decode(one.body)

            async def remember(drafts: tuple[Draft, ...]) -> None:
                await spool.replace(one.position, self._encode(_Entry(entry.post, drafts)))

            changed = await self._write(entry.post, entry.drafts, remember)
        except _LOG_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, what comes after this post must not wait for it
            self.set_aside += 1
            reason = type(error).__name__ if isinstance(error, msgspec.MsgspecError) else str(error)
            log.error("spooled_post_set_aside", session=one.session, position=one.position, reason=reason)  # noqa: TRY400 - a traceback might show its text
        else:
            await spool.remove(one.position)
        if (written := self._written.pop(one.position, None)) is not None and not written.done():
            written.set_result(changed)


async def _forget(_drafts: tuple[Draft, ...]) -> None:
    pass


def _seen(task: asyncio.Task[None]) -> None:
    """The caller gets its error; one that gave up does not ask for it."""
    if not task.cancelled():
        task.exception()
