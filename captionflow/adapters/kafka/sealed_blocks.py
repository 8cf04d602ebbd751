"""Whole blocks of the line log: sealed when they are whole, and made again of their records when one is asked for."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import structlog
from kafka import TopicPartition

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.line_block import Block, BlockSize, RecordHead, read_head, rebuilt
from captionflow.adapters.kafka.line_index import LineIndex
from captionflow.adapters.kafka.seal import SealChain, seal_key
from captionflow.adapters.kafka.seal_topic import SealWriter, read_seals
from captionflow.errors import BadMessage, CaptionflowError, Misconfigured

log = structlog.get_logger(__name__)


class SealedBlocks:
    """``index`` is what is known of the log; the journal reads it."""

    def __init__(self, kafka: Kafka, journal: Journal, size: BlockSize, *, writes: bool) -> None:
        """``writes``: whether this process writes seals."""
        self.index = LineIndex(self._load, size)
        self._kafka = kafka
        self._journal = journal
        self._size = size
        self._writer = SealWriter(kafka) if writes else None
        self._chain: SealChain | None = None
        self._loading = asyncio.Lock()
        """One at a time: so many records at once in memory, and a thread is left for those who ask for less."""

    def resume(self, topic_id: object, ends: Mapping[TopicPartition, int]) -> Awaitable[Mapping[TopicPartition, int]]:
        """See ``journal.Resume``: what is sealed is known without its records."""
        return self._skip(topic_id, ends, read_seals(self._kafka))

    def passed(self, record: Record) -> None:
        """A record has been taken, whatever it was."""
        size = len(record.key or b"") + len(record.value or b"")
        whole = self.index.passed(record.partition, record.offset, size)
        if whole is not None and self._writer is not None and self._chain is not None:
            self._writer.put(self._chain.made(whole))

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        if self._writer is not None:
            await self._writer.close()

    async def _skip(
        self, topic_id: object, ends: Mapping[TopicPartition, int], seals: Mapping[bytes, bytes] | None
    ) -> Mapping[TopicPartition, int]:
        """Take the blocks that are sealed, and say where the others begin. Repeating it takes no block twice."""
        if self._chain is None:
            self._chain = SealChain(str(topic_id), self._kafka.partitions, self._size)
        begins: dict[TopicPartition, int] = {}
        blocks = 0
        for tp, end in ends.items():
            while True:
                ordinal, begins[tp] = self.index.next_block(tp.partition)
                whole = self._chain.read(seals or {}, tp.partition, ordinal, begins[tp], end)
                if whole is None:
                    break
                self.index.skip(whole)
                blocks += 1
                await asyncio.sleep(0)
        if seals is None and self._writer is not None:
            await self._writer.close()
        log.info("seals_read", topic=self._kafka.lines, blocks=blocks, records=sum(begins.values()))
        return begins

    async def _load(self, partition: int, ordinal: int) -> Block:
        tp = TopicPartition(self._kafka.lines, partition)
        async with self._loading:
            there = self.index.loaded(partition, ordinal)
            if there is not None:
                return there
            begin, end = self.index.span(partition, ordinal)
            first_seqs = self.index.first_seqs(partition, ordinal)

            def read(records: Iterator[Any]) -> tuple[Block, bytes]:
                block = rebuilt(begin, end, _heads(records), first_seqs)
                return block, block.digest()

            block, digest = await self._journal.reader.scan(tp, begin, end, read)
        if not self.index.agrees(partition, ordinal, block, digest):
            await self._refuse(tp, ordinal, begin, end)
        return block

    async def _refuse(self, tp: TopicPartition, ordinal: int, begin: int, end: int) -> None:
        """What was sealed is not what the log says. The log is right: it is read again from there at the next start."""
        if self._writer is not None:
            with suppress(CaptionflowError):
                await self._writer.remove(seal_key(tp.partition, ordinal, 0))
        problem = Misconfigured(
            f"The seal of {tp.topic}/{tp.partition}, records {begin} to {end - 1}, is not what they say: restart an "
            f"ingest, which reads them again. If that does not help, delete the topic {self._kafka.seals} and run "
            "`captionflow topics create`: nothing is lost."
        )
        await self._journal.fail(problem)
        raise problem


def _heads(records: Iterable[Any]) -> Iterator[tuple[int, RecordHead]]:
    for record in records:
        with suppress(BadMessage):
            yield record.offset, read_head(record.key, record.value)
