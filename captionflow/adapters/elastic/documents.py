"""The documents that steps become in Elasticsearch. Pure.

Two kinds of documents. A *part* is one part of a turn, findable by its folded words. A *stream*, a session in one
language, has one *progress*: how far its parts reflect the line log. It is written after them, into the same shard,
so a search that finds it finds them too.

A recogniser's speakers are found and counted by the names that were given to them; the part keeps their label.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from captionflow.adapters.elastic.schema import word_language
from captionflow.folding import fold_name, index_terms
from captionflow.messages import Part, StepRecord, Stream
from captionflow.transcript import advancing, latest, named

MAX_ID_BYTES: Final = 512
MAX_NUMBER: Final = 2**63 - 1
"""Limits of Elasticsearch: for what is beyond them it refuses not the document, but the whole request."""


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """One document as JSON."""

    session: str
    language: str
    ordinal: int | None = None
    number: int | None = None
    speaker: str | None = None
    speaker_key: str | None = None
    words: dict[str, str] | None = None
    joined: list[str] | None = None
    part: Part | None = None
    last_seq: int | None = None


class Write(NamedTuple):
    """One operation of a bulk: an upsert that loses against a higher version."""

    action: bytes
    source: bytes
    part: Part | None
    """The part that it writes; None for a progress."""


class BulkWrites(NamedTuple):
    """What some steps change."""

    parts: tuple[Write, ...]
    refused: tuple[Part, ...]
    """Parts that Elasticsearch can't take in any way."""
    progress: tuple[Write, ...]
    """To be written when the parts are."""


Names = Mapping[str, str]
"""The names of a session's speakers, by label."""


def bulk_writes(steps: Iterable[StepRecord], names: Mapping[str, Names]) -> BulkWrites:
    """The writes for some steps, each stream's in order; a step that doesn't advance its stream is left out.

    Only the newest version of each part, without interims. ``names`` are those of each session's speakers.
    """
    last_seqs: dict[Stream, int] = {}
    writes: list[Write] = []
    refused: list[Part] = []
    for part in latest(part for step in advancing(steps, last_seqs) for part in step.parts).values():
        write = part_write(Stream(part.session, part.language), part, names.get(part.session, {}))
        if write is None:
            refused.append(part)
        else:
            writes.append(write)
    progress = (_write(progress_id(stream), seq, Document(*stream, last_seq=seq)) for stream, seq in last_seqs.items())
    return BulkWrites(tuple(writes), tuple(refused), tuple(progress))


def part_document(stream: Stream, part: Part, names: Names) -> Document:
    """A part with what it is found by: nothing, if it is retracted or has no spoken words."""
    words, joined = index_terms("" if part.retracted else part.text)
    speaker = named([part], names)[0].speaker if words else None
    return Document(
        *stream,
        ordinal=part.ordinal,
        number=part.number,
        speaker=speaker,
        speaker_key=fold_name(speaker or "") or None,
        words={word_language(stream.language): words} if words else None,
        joined=joined.split(" ") if joined else None,
        part=msgspec.structs.replace(part, interim="") if part.interim else part,
    )


def part_id(part: Part) -> str:
    """``_id`` of a part."""
    return f"{part.turn_id}/{part.number}"


def progress_id(stream: Stream) -> str:
    """``_id`` of a stream's progress."""
    return f"progress/{stream.session}/{stream.language}"


def part_write(stream: Stream, part: Part, names: Names) -> Write | None:
    """The write of one part; None if Elasticsearch can't take it."""
    identity = part_id(part)
    try:
        is_short = len(identity.encode()) <= MAX_ID_BYTES
        if not is_short or not all(0 <= number <= MAX_NUMBER for number in (part.version, part.ordinal, part.number)):
            return None
        return _write(identity, part.version, part_document(stream, part, names), part)
    except UnicodeEncodeError:  # half of a surrogate pair
        return None


def _write(identity: str, version: int, document: Document, part: Part | None = None) -> Write:
    about = {"_id": identity, "routing": document.session, "version": version, "version_type": "external_gte"}
    return Write(msgspec.json.encode({"index": about}), msgspec.json.encode(document), part)
