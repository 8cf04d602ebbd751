"""Who gives way when all connections of a process are in use (services.http.places)."""

import pytest

from services.http.places import OWN, Places, shares


class Client:
    def __init__(self) -> None:
        self.gone = False

    def give_way(self) -> None:
        self.gone = True


@pytest.mark.parametrize(
    ("descriptors", "connections", "readers"), [(1, 16, 12), (OWN + 120, 120, 90), (65_536, 65_456, 64_456)]
)
def test_a_process_keeps_descriptors_for_itself_and_for_senders(
    descriptors: int, connections: int, readers: int
) -> None:
    assert shares(descriptors) == (connections, readers)


def test_who_waits_longest_gives_way_and_senders_last() -> None:
    places = Places(3)
    sender, first, second = Client(), Client(), Client()
    places.wait(sender, sender=True)
    places.wait(first, sender=False)
    places.wait(second, sender=False)
    places.wait(first, sender=False)  # it asked for something meanwhile
    gone = []
    for _ in range(3):
        assert places.make_room()
        gone.append([one.gone for one in (sender, first, second)])
    assert gone == [[False, False, True], [False, True, True], [True, True, True]]
    assert not places.make_room()


def test_who_is_busy_does_not_give_way() -> None:
    places = Places(1)
    busy = Client()
    places.wait(busy, sender=False)
    places.leave(busy)
    assert not places.make_room()
    assert not busy.gone
