"""What every store of keys, and every audit trail, promises (captionflow.keys, captionflow.audit)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from captionflow.audit import AuditEntry, AuditTrail
from captionflow.errors import Unavailable
from captionflow.keys import Key, KeyStore, digest_of, revoked
from tests.contract.worlds import World

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def key(name: str) -> Key:
    return Key(f"id-{name}", name, "captioner", digest_of(name), AT, "admin", session="opening", language="es")


async def test_a_key_is_found_at_once_and_after_a_restart(world: World) -> None:
    assert world.keys.ring.empty
    await world.keys.put(key("room-2"))
    assert world.keys.ring.find("room-2") == key("room-2")
    await world.reopen()
    assert world.keys.ring.find("room-2") == key("room-2")
    assert world.keys.ring.listed() == (key("room-2"),)


async def test_a_revoked_key_stays_so_whoever_puts_what_again(world: World) -> None:
    told: list[Key] = []
    world.keys.on_revoked(told.append)
    gone = revoked(key("room-2"), LATER)
    for one in (key("room-2"), gone, key("room-2"), gone):
        await world.keys.put(one)
    assert told == [gone]
    assert world.keys.ring.find("room-2") is None
    await world.reopen()
    assert world.keys.ring.listed() == (gone,)
    assert not world.keys.ring.empty


async def test_uses_are_known_after_a_restart_and_the_latest_counts(world: World) -> None:
    await world.keys.put(key("room-2"))
    await asyncio.gather(world.keys.note_uses({"id-room-2": LATER}))
    await world.keys.note_uses({"id-room-2": AT, "id-of-nobody": AT})
    assert world.keys.ring.last_use("id-room-2") == LATER
    await world.reopen()
    assert world.keys.ring.last_use("id-room-2") == LATER


async def test_the_audit_trail_gives_the_newest_first(world: World, audit: AuditTrail) -> None:
    entries = [AuditEntry(AT, "session_announced", "admin", f"talk-{n}", "IGF", "title") for n in range(3)]
    for entry in entries:
        await audit.add(entry)
    first = await audit.page(2)
    assert [one for _, one in first.entries] == entries[:0:-1]
    await world.reopen()
    whole = await world.audit.page(10)
    assert [one for _, one in whole.entries] == entries[::-1]
    assert whole.next is None


async def test_pages_of_the_audit_trail_have_all_once_though_more_is_done_meanwhile(
    world: World, audit: AuditTrail
) -> None:
    entries = [AuditEntry(AT, "session_announced", "admin", f"talk-{n}") for n in range(7)]
    for entry in entries:
        await audit.add(entry)
    found: list[AuditEntry] = []
    page = await audit.page(3)
    while True:
        assert len(page.entries) <= 3
        found += [one for _, one in page.entries]
        if page.next is None:
            break
        await audit.add(AuditEntry(AT, "session_started", "admin", "meanwhile"))
        page = await audit.page(3, page.next)
    assert found == entries[::-1]
    assert (await audit.page(3, 0)) == ([], None)
    assert len((await audit.page(3, 2**63 - 1)).entries) == 3


async def test_without_the_store_nothing_is_kept(world: World, keys: KeyStore, audit: AuditTrail) -> None:
    await world.cut_off()
    for store, trail in ((keys, audit), (world.keys, world.audit)):
        with pytest.raises(Unavailable):
            await store.put(key("room-2"))
        with pytest.raises(Unavailable):
            await trail.add(AuditEntry(AT, "key_created", None, "room-2"))
