"""The addresses of a room's pages."""

import pytest

from services.api.pages.programme import room_path


@pytest.mark.parametrize(
    ("room", "language", "path"),
    [
        ("Main hall", None, "/rooms/main-hall/follow"),
        ("main-hall", "", "/rooms/main-hall/follow"),
        ("Main hall", "FR-ca", "/rooms/main-hall/follow?lang=fr-CA"),
        ("Main hall", "fr&x=<b>", "/rooms/main-hall/follow"),
        ("Salle Été/2", "fr", "/rooms/salle-%C3%A9t%C3%A9-2/follow?lang=fr"),
    ],
)
def test_a_room_has_one_address_whatever_is_typed(room: str, language: str | None, path: str) -> None:
    assert room_path(room, "follow", language) == path
