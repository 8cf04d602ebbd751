"""What is known of keys, and which of them a connection has (captionflow.keys)."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from captionflow.access import Grant
from captionflow.errors import BadMessage, Conflict
from captionflow.keys import KEY, SETTINGS_KEY, Key, Keyring, digest_of, place_of, revoked, settings_key
from captionflow.secret import Secret
from services.sessions.key_drafts import Drawn, KeyDraft, bounds, check_revocable, new_key, read_draft
from services.sessions.key_view import made, view

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
SECRET = "cfk_" + "a" * 43


def key(name: str = "admin", secret: str = SECRET, **given: object) -> Key:
    fields = {"id": f"id-{name}", "role": "admin", "digest": digest_of(secret), "created_at": AT, **given}
    return Key(name=name, **fields)  # type: ignore[arg-type] # what a test gives


def ring(*keys: Key) -> Keyring:
    found = Keyring()
    for one in keys:
        found.put(one)
    return found


def test_a_key_is_found_by_itself_and_by_nothing_near_it() -> None:
    known = ring(key())
    assert known.find(SECRET) == key()
    for other in ("", SECRET[:-1], SECRET + "a", SECRET.upper(), digest_of(SECRET), "\ud800"):
        assert known.find(other) is None


def test_nothing_that_is_kept_or_listed_has_the_key() -> None:
    assert KEY.fullmatch(SECRET)
    assert SECRET.encode() not in msgspec.json.encode(key())
    assert SECRET.encode() not in msgspec.json.encode(view(key(), ring(key())))
    assert digest_of(SECRET).encode() not in msgspec.json.encode(made(key(), SECRET))


def test_pages_of_keys_have_each_once_and_none_is_left_out_when_keys_come_and_go() -> None:
    known = ring(*(key(f"k{n}", f"s{n}", created_at=AT + n * timedelta(minutes=1)) for n in range(7)))
    known.put(revoked(key("k5", "s5", created_at=AT + timedelta(minutes=5)), LATER))
    assert [one.name for one in known.listed()] == ["k6", "k4", "k3", "k2", "k1", "k0", "k5"]
    first = known.page(None, 3)
    known.put(key("new", "new", created_at=LATER + timedelta(days=1)))
    known.put(revoked(first[0], LATER))
    rest = known.page(place_of(first[-1]), 9)
    assert [one.name for one in (*first, *rest)] == ["k6", "k4", "k3", "k2", "k1", "k0", "k6", "k5"]
    assert known.page(place_of(rest[-1]), 9) == ()


def test_what_was_revoked_stays_so_in_whatever_order_it_is_heard_of() -> None:
    gone = revoked(key(), LATER)
    for order in ([key(), gone], [gone, key()], [key(), gone, key(), gone]):
        assert ring(*order).find(SECRET) is None
    known = ring(key())
    assert known.put(gone)
    assert not known.put(gone)
    assert revoked(gone, AT) is gone


def test_a_ring_of_which_all_keys_were_revoked_is_not_empty() -> None:
    assert Keyring().empty
    known = ring(revoked(key(), AT))
    assert not known.empty
    assert not known.has_admin


def test_keys_in_use_are_listed_first_and_the_newest_before_all() -> None:
    old, new, gone = key("old"), key("new", created_at=LATER), revoked(key("gone"), LATER)
    assert [one.name for one in ring(gone, old, new).listed()] == ["new", "old", "gone"]
    assert ring(gone, old, new).named("id-old") == (old,)
    assert ring(gone).named("gone") == ()


def test_the_latest_use_counts() -> None:
    known = ring(key())
    assert known.last_use("id-admin") is None
    known.use([("id-admin", LATER), ("id-admin", AT)])
    assert known.last_use("id-admin") == LATER


def test_the_token_of_the_settings_is_an_admins_key_that_no_list_has() -> None:
    assert settings_key(None) is None
    known = Keyring(settings_key(Secret("a-long-enough-token")))
    found = known.find("a-long-enough-token")
    assert found is not None
    assert found.grant == Grant("admin", SETTINGS_KEY)
    assert known.listed() == ()
    assert known.has_admin


DRAWN = Drawn("1", SECRET, AT)


def test_a_key_is_made_as_it_was_asked_for() -> None:
    draft = KeyDraft(name="room-2", role="captioner", session="opening", language="es")
    found = new_key(draft, ring(key()), DRAWN, "admin")
    assert found.grant == Grant("captioner", "room-2", None, "opening", "es")
    assert (found.digest, found.created_at, found.created_by) == (digest_of(SECRET), AT, "admin")


@pytest.mark.parametrize(
    "draft",
    [
        KeyDraft(name="a", role="admin", event="IGF"),
        KeyDraft(name="a", role="admin", language="es"),
        KeyDraft(name="a", role="organiser", session="opening"),
        KeyDraft(name="a", role="captioner", session="opening", event="IGF"),
    ],
)
def test_bounds_that_are_not_those_of_the_role_are_refused(draft: KeyDraft) -> None:
    with pytest.raises(BadMessage):
        bounds(draft)


def test_a_name_is_used_once_and_again_when_its_key_was_revoked() -> None:
    draft = KeyDraft(name="admin", role="admin")
    with pytest.raises(Conflict, match="rotate"):
        new_key(draft, ring(key()), DRAWN, None)
    assert new_key(draft, ring(revoked(key(), AT)), DRAWN, None).name == "admin"


def test_the_first_key_is_an_admins_and_the_last_one_can_not_be_revoked() -> None:
    with pytest.raises(Conflict, match="first key"):
        new_key(KeyDraft(name="a", role="viewer"), Keyring(), DRAWN, None)
    with pytest.raises(Conflict, match="last key"):
        check_revocable(key(), ring(key()))
    check_revocable(key(), ring(key(), key("other", "cfk_" + "b" * 43)))
    check_revocable(key("a", role="viewer"), ring(key(), key("a", role="viewer")))


def test_words_that_are_no_key_are_refused_in_a_sentence() -> None:
    assert read_draft(name="a", role="viewer", event=None) == KeyDraft(name="a", role="viewer")
    with pytest.raises(BadMessage, match="name"):
        read_draft(name="Room 2", role="viewer")
