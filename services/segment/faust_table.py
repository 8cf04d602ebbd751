"""The topic of turns as Faust's table, whose one write is the record itself (docs/adr/0022)."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import faust
from faust.stores.rocksdb import RocksDBOptions
from faust.types import TP, EventT, FutureMessage

from services.segment.checkpoint import GapDetector, Head, heads, highest_offset, last_seq, shelved, silent

ROCKSDB_OPTIONS = {
    "write_buffer_size": 2 * 1024 * 1024,
    "max_write_buffer_number": 2,
    "block_cache_size": 64 * 1024,
}
"""What RocksDB may hold in memory of each partition. Faust's defaults are 192 MiB of records and 2 GiB of blocks.

A record that is read is mostly among those that were written last. Of the files, whose pages the system keeps, a larger
cache would hold what talks that are over left there, and fill for hours.
"""

_PAGE = 200
"""Records that are looked at in one go."""
_LOG_BYTES = 1024 * 1024
_LOG_FILES = 2
"""RocksDB keeps a thousand of its own logs of each partition, one of each start, and in each what it did."""


class _Options(RocksDBOptions):
    def as_options(self) -> Any:
        options: Any = super().as_options()
        options.set_max_log_file_size(_LOG_BYTES)
        options.set_keep_log_file_num(_LOG_FILES)
        options.set_stats_dump_period_sec(0)
        return options


class TurnsTable(faust.Table[bytes, bytes]):
    """The turns topic as a table. What was sent counts at once, and is written to the files when the broker has it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sent: dict[tuple[int, Any], bytes] = {}
        self._gap_detectors: dict[int, GapDetector] = {}
        self._files.rocksdb_options = _Options(**ROCKSDB_OPTIONS, use_rocksdict=True)

    @property
    def _files(self) -> Any:
        """One RocksDB for each partition."""
        return self.data

    def value(self, partition: int, key: bytes) -> bytes | None:
        """The newest record of a key."""
        sent = self._sent.get((partition, key))
        return self._files._db_for_partition(partition).get(key) if sent is None else sent

    def gap_before(self, partition: int, offset: int) -> range:
        """The offsets of records of lines that were left out before this one."""
        if partition not in self._gap_detectors:
            values = self._files._db_for_partition(partition).values()
            self._gap_detectors[partition] = GapDetector(highest_offset(values))
        return self._gap_detectors[partition].gap_before(offset)

    def publish(self, partition: int, key: bytes, value: bytes) -> FutureMessage:
        """Write a record to the topic, which is the table's only write."""
        self._sent[partition, key] = value
        return self.send_changelog(partition, key, value)

    async def settled(self, sent: Sequence[FutureMessage]) -> None:
        """Return when the broker has all of it; raises if it has not taken some."""
        await asyncio.gather(*sent)

    async def shelve(self, before: datetime) -> int:
        """Keep no state of sessions in which nothing came since then; how many those were."""
        count = 0
        for partition in list(self._files._dbs):
            for record in silent(await self._heads(partition), before):
                await asyncio.sleep(0)
                count += self._shelve(partition, record)
        return count

    async def _heads(self, partition: int) -> list[Head]:
        """Of all records. It holds no database while others work: that could not be opened again after a rebalance."""
        found: list[Head] = []
        begin = b""
        while (database := self._files._dbs.get(partition)) is not None:
            page = list(islice(database.items(from_key=begin), _PAGE))
            found += heads(page)
            if len(page) < _PAGE:
                break
            begin = page[-1][0] + b"\0"
            del database
            await asyncio.sleep(0)
        return found

    def _shelve(self, partition: int, record: Head) -> bool:
        database = self._files._dbs.get(partition)
        if database is None or (partition, record.key) in self._sent:
            return False
        value = shelved(database.get(record.key), record.offset)
        if value is not None:
            database.put(record.key, value)
        return value is not None

    def _on_changelog_sent(self, future: FutureMessage) -> None:
        written = future.result()
        tp, key, value = written.topic_partition, future.message.key, future.message.value
        database = self._files._dbs.get(tp.partition)
        if database is not None:  # else the partition went to another worker, which reads the topic
            if last_seq(value) > last_seq(database.get(key)):
                database.put(key, value)
            self.data.set_persisted_offset(tp, written.offset)
        if self._sent.get((tp.partition, key)) is value:
            del self._sent[tp.partition, key]

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Write what recovery reads, without records of a worker that slept: they don't advance."""
        reached: dict[tuple[int, Any], int] = {}
        advancing, latest = [], {}
        for event in batch:
            message = event.message
            partition_key = message.partition, message.key
            if partition_key not in reached:
                reached[partition_key] = last_seq(self._files._db_for_partition(message.partition).get(message.key))
            latest[message.tp] = message.offset
            seq = last_seq(message.value)
            if seq > reached[partition_key]:
                reached[partition_key] = seq
                advancing.append(event)
        super().apply_changelog_batch(advancing)
        for tp, offset in latest.items():
            self.data.set_persisted_offset(tp, offset)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """What was sent and not answered may be another worker's by now: the topic tells."""
        self._sent.clear()
        self._gap_detectors.clear()
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)
