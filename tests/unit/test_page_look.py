"""What a look rests on beside the scripts: fonts as they were published, colours for speakers."""

import hashlib
from pathlib import Path

from services.api.pages.turn_views import voice

FONTS = Path(__file__).parents[2] / "services/api/pages/static/fonts"


def test_each_font_is_the_file_that_was_published_and_has_its_licence() -> None:
    sources = [line.split() for line in (FONTS / "SOURCES.txt").read_text().splitlines()]
    assert {name: digest for digest, name, _ in sources} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.woff2")
    }
    for licence, font in (("OFL.txt", "Atkinson Hyperlegible Next"), ("OFL-opendyslexic.txt", "OpenDyslexic")):
        text = (FONTS / licence).read_text()
        assert font in text
        assert "SIL OPEN FONT LICENSE" in text.upper()


def test_a_speaker_has_the_same_colour_wherever_the_name_is_as_the_scripts_reckon_it() -> None:
    assert [voice(name) for name in ("ANNA", "DR. CHLOÉ DUBOIS", "李明", "😀")] == [6, 1, 4, 0]
    assert {voice(f"SPEAKER {n}") for n in range(8)} == set(range(8))
