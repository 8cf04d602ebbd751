"""A state without what the step beside it says as well, since the topic of turns has both in one record. Pure.

The open part is in the step, at the end of the lines, and in the state up to what is decided, and up to the lines that
can still be revised: most of a record, three times. What its head said is in a state three times, too.
"""

from collections.abc import Sequence

import msgspec

from captionflow.messages import Facts, Part
from services.segment.assembler_state import AssemblerState
from services.segment.segmenter import State

PACKED_VERSION = 4
"""Of a state that can't be read without its step: whoever knows no such states makes it of the log."""

_HEAVY = ("facts", "labels", "heads")
"""Fields in which the base mostly has what the tokenizer has."""
_EMPTY = AssemblerState()


class Shared(msgspec.Struct, frozen=True, array_like=True):
    """How much of a part an open part begins with; 0 of what stands in the state."""

    index: int
    """Of the part in the step."""
    characters: int
    """Of its text, which the paragraphs are."""
    notes: int
    apart: int
    times: int


class Packing(msgspec.Struct, frozen=True, array_like=True):
    """What was left out of a state."""

    facts: bool
    """The tokenizer's facts are those of the state, but for the status."""
    core: Shared | None
    base: Shared | None
    same: tuple[int, ...]
    """Which of ``_HEAVY`` the base has as the tokenizer has them."""


def pack(state: State, parts: Sequence[Part]) -> tuple[State, Packing]:
    """The state without what these parts and it itself say besides, and what ``unpack`` needs to bring it back."""
    core, core_shared = _without(state.tokenizer.assembler, parts)
    base = state.base
    base_shared: Shared | None = None
    same: tuple[int, ...] = ()
    if base is not None:
        assembler, base_shared = _without(base.assembler, parts)
        same = tuple(
            index
            for index, name in enumerate(_HEAVY)
            if (value := getattr(assembler, name)) == getattr(core, name) and value != getattr(_EMPTY, name)
        )
        defaults = {_HEAVY[index]: getattr(_EMPTY, _HEAVY[index]) for index in same}
        if same or base_shared is not None:  # else it stays the very default that is not written
            base = msgspec.structs.replace(base, assembler=msgspec.structs.replace(assembler, **defaults))
    facts = msgspec.structs.replace(core.facts, status=state.facts.status) == state.facts
    if facts:
        core = msgspec.structs.replace(core, facts=Facts(status=core.facts.status))
    tokenizer = msgspec.structs.replace(state.tokenizer, assembler=core)
    packed = msgspec.structs.replace(state, tokenizer=tokenizer, base=base, v=PACKED_VERSION)
    return packed, Packing(facts, core_shared, base_shared, same)


def unpack(packed: State, packing: Packing, parts: Sequence[Part], *, version: int) -> State:
    """The state of this version that ``pack`` was given.

    Raises:
        IndexError: it was given with other parts.
    """
    core, base = _with(packed.tokenizer.assembler, packing.core, parts), packed.base
    if packing.facts:
        facts = msgspec.structs.replace(packed.facts, status=core.facts.status)
        core = msgspec.structs.replace(core, facts=facts)
    if base is not None:
        heavy = {_HEAVY[index]: getattr(core, _HEAVY[index]) for index in packing.same}
        assembler = _with(msgspec.structs.replace(base.assembler, **heavy), packing.base, parts)
        base = msgspec.structs.replace(base, assembler=assembler)
    tokenizer = msgspec.structs.replace(packed.tokenizer, assembler=core)
    return msgspec.structs.replace(packed, tokenizer=tokenizer, base=base, v=version)


def _without(assembler: AssemblerState, parts: Sequence[Part]) -> tuple[AssemblerState, Shared | None]:
    """An assembler without what the part has that it will become, if that is here."""
    places = [(part.ordinal, part.number) for part in parts]
    place = assembler.ordinal, assembler.number
    if place not in places:
        return assembler, None
    index = places.index(place)
    part = parts[index]
    text = "\n".join(assembler.paragraphs)
    same_text = part.text.startswith(text) and tuple(text.split("\n")) == assembler.paragraphs
    shared = Shared(
        index,
        len(text) if same_text else 0,
        _prefix(assembler.notes, part.notes),
        _prefix(assembler.apart, part.apart),
        _prefix(assembler.stamps, part.times),
    )
    if not any((shared.characters, shared.notes, shared.apart, shared.times)):
        return assembler, None
    left = msgspec.structs.replace(
        assembler,
        paragraphs=() if shared.characters else assembler.paragraphs,
        notes=assembler.notes[shared.notes :],
        apart=assembler.apart[shared.apart :],
        stamps=assembler.stamps[shared.times :],
    )
    return left, shared


def _prefix(some: tuple[object, ...], all_of_it: tuple[object, ...]) -> int:
    """How many there are, if others begin with them; else 0."""
    return len(some) if all_of_it[: len(some)] == some else 0


def _with(assembler: AssemblerState, shared: Shared | None, parts: Sequence[Part]) -> AssemblerState:
    if shared is None:
        return assembler
    part = parts[shared.index]
    text = part.text[: shared.characters]
    return msgspec.structs.replace(
        assembler,
        paragraphs=tuple(text.split("\n")) if text else assembler.paragraphs,
        notes=part.notes[: shared.notes] + assembler.notes,
        apart=part.apart[: shared.apart] + assembler.apart,
        stamps=part.times[: shared.times] + assembler.stamps,
    )
