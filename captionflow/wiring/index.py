"""``serve index``: from Kafka into Elasticsearch."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from captionflow.adapters.elastic.from_settings import elasticsearch_from
from captionflow.adapters.elastic.index_hold import IndexHold
from captionflow.adapters.elastic.indices import ElasticIndices
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.adapters.kafka.dead_letters import KafkaDeadLetters
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.adapters.kafka.group_lag import GroupLag
from captionflow.adapters.kafka.name_changes import KafkaNameChanges
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.step_group import StepGroup
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.ports import DeadLetters, NameChanges, SessionStore, StepQueue
from captionflow.settings import Settings
from captionflow.turns import TurnStore
from captionflow.wiring.shared import FACTS_GROUP, PARTS_GROUP, Watch, close, watch

PARTS_LINGER_MS: Final = 200
"""How long the index gathers steps for one bulk."""
FACTS_LINGER_MS: Final = 200
"""How long a session that begins or ends may wait until it is said so; each gathering is read and committed as one."""


@dataclass(frozen=True, slots=True)
class IndexPorts:
    """What ``index`` needs."""

    parts: StepQueue
    facts: StepQueue
    turn_store: TurnStore
    sessions: SessionStore
    dead_letters: DeadLetters
    name_changes: NameChanges
    rename: Callable[[str], Awaitable[None]]
    """Brings what a session's speakers said under the names that they have now."""
    prepare: Callable[[], Awaitable[object]]
    """Makes the index if there is none; raises ``Misconfigured`` if it isn't as it must be."""
    set_aside: Callable[[], Mapping[tuple[str, ...], int]]
    """How many dead letters there were."""
    lag: Callable[[], int | None]
    standstill: Callable[[], float | None]
    """Seconds in which one partition or another has got no further."""
    waiting: Callable[[], str]
    """Why Kafka can't be used now; empty otherwise."""
    watch: Watch


@asynccontextmanager
async def open_index(settings: Settings, *, on_missed: Callable[[], Awaitable[None]]) -> AsyncIterator[IndexPorts]:
    """Open what ``index`` needs, whether or not the servers are there yet.

    ``on_missed`` is awaited when steps expired before they were indexed.

    Raises:
        Misconfigured: a setting is missing.
    """
    kafka = kafka_from(settings)
    client, names = elasticsearch_from(settings)
    async with AsyncExitStack() as opened:
        dead_letters = KafkaDeadLetters(kafka)
        table = await SqliteSessionTable.open(settings.data_folder, "index")
        name_changes = KafkaNameChanges(kafka, table.renamed)
        sessions = KafkaSessionStore(kafka, table, on_names=name_changes.note)
        parts = StepGroup(kafka, PARTS_GROUP, linger_ms=PARTS_LINGER_MS, dead_letters=dead_letters, on_missed=on_missed)
        facts = StepGroup(kafka, FACTS_GROUP, linger_ms=FACTS_LINGER_MS)
        opened.push_async_callback(close, client, dead_letters, sessions, name_changes, parts, facts)
        sessions.start()
        lag = GroupLag(kafka, PARTS_GROUP, kafka.turns)
        turn_store = ElasticTurnStore(client, read=names.read, write=names.write, names=sessions)
        yield IndexPorts(
            parts=parts,
            facts=facts,
            turn_store=turn_store,
            sessions=sessions,
            dead_letters=dead_letters,
            name_changes=name_changes,
            rename=turn_store.rename,
            prepare=ElasticIndices(client, names).prepare,
            set_aside=lambda: {(): dead_letters.written},
            lag=lambda: lag.records,
            standstill=lambda: lag.standstill_seconds,
            waiting=lambda: lag.waiting,
            watch=partial(watch, sessions.check, beside=(lag.run, partial(IndexHold(client).watch, names.write))),
        )
