"""Which addresses are ours to cite, and what a site is told of them."""

from datetime import UTC, datetime

import pytest

from captionflow.messages import Session
from services.api.pages.oembed import (
    QUOTED_SIGNS,
    Cited,
    Look,
    Room,
    address,
    cited,
    discovery,
    of_session,
    of_turn,
)
from services.api.pages.turn_views import Paragraph, Run, TurnView

BASE = "https://captions.example.org"
AT = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


def turn(*paragraphs: str, speaker: str | None = "ANA") -> TurnView:
    shown = tuple(Paragraph((Run(one),)) for one in paragraphs)
    return TurnView("talk.en.12", "t12", 3, speaker, role=False, paragraphs=shown)


@pytest.mark.parametrize(
    ("url", "base", "means"),
    [
        (f"{BASE}/s/talk", BASE, Cited("talk")),
        ("http://captions.example.org:80/s/talk/follow", BASE, Cited("talk")),
        ("https://Captions.Example.org:443/s/talk/screen", BASE, Cited("talk")),
        (f"{BASE}/embed/talk?lang=pt-PT&theme=dark", BASE, Cited("talk", Look("pt-PT", "dark"))),
        (f"{BASE}/s/talk?theme=loud&turn=t12", BASE, Cited("talk", turn="t12")),
        (f"{BASE}/s/talk#t12.1-p2", BASE, Cited("talk", turn="t12.1-p2")),
        (f"{BASE}/s/talk?turn=here#main", BASE, Cited("talk")),
        (f"{BASE}/s/a%20b", BASE, Cited("a b")),
        ("https://example.org/captions/s/talk", "https://example.org/captions", Cited("talk")),
        ("http://127.0.0.1:8000/s/talk", "http://127.0.0.1:8000", Cited("talk")),
    ],
)
def test_an_address_of_ours_is_understood(url: str, base: str, means: Cited) -> None:
    assert cited(url, base) == means


@pytest.mark.parametrize(
    "url",
    [
        "",
        "talk",
        "https://elsewhere.example.org/s/talk",
        "https://captions.example.org.evil.example/s/talk",
        "https://captions.example.org@evil.example/s/talk",
        "https://someone@captions.example.org/s/talk",
        "https://captions.example.org:8443/s/talk",
        "https://captions.example.org:port/s/talk",
        "ftp://captions.example.org/s/talk",
        "javascript:alert(1)//captions.example.org/s/talk",
        "https://[::1/s/talk",
        f"{BASE}/",
        f"{BASE}/s/",
        f"{BASE}/s/talk/qr.svg",
        f"{BASE}/search?q=talk",
        f"{BASE}/elsewhere/s/talk",
        f"{BASE}/s/talk?{'&'.join(f'a{n}=1' for n in range(99))}",
    ],
)
def test_no_other_address_is(url: str) -> None:
    assert cited(url, BASE) is None


def test_an_installation_below_a_path_knows_none_beside_it() -> None:
    assert cited("https://example.org/s/talk", "https://example.org/captions") is None


def test_what_an_address_says_is_kept() -> None:
    of = Cited("a b", Look("fr", "dark"), "t12")
    assert address(BASE, "/s/{}", of) == f"{BASE}/s/a%20b?lang=fr&theme=dark&turn=t12#t12"
    assert cited(address(BASE, "/s/{}/follow", of), BASE) == of
    assert discovery(BASE, "/s/{}", Cited("talk")) == (
        f"{BASE}/oembed?url=https%3A%2F%2Fcaptions.example.org%2Fs%2Ftalk&format=json"
    )


def test_a_session_is_a_frame_where_frames_are_allowed_and_else_a_link() -> None:
    session = Session("talk", 1, AT, AT, title=HOSTILE)
    framed = of_session(session, Cited("talk", Look("en", "dark")), BASE, Room(300, 200), framed=True)
    assert (framed.type, framed.width, framed.height) == ("rich", 300, 200)
    assert framed.html is not None
    assert f'src="{BASE}/embed/talk?lang=en&amp;theme=dark" width="300" height="200"' in framed.html
    assert "<script" not in framed.html
    link = of_session(Session("talk", 1, AT, AT), Cited("talk"), BASE, Room(), framed=False)
    assert (link.type, link.html, link.title) == ("link", None, "talk")


def test_a_turn_is_a_quotation_with_who_and_where() -> None:
    session = Session("talk", 1, AT, AT, title=HOSTILE)
    words = (Run("Good morning. "), Run("[Applause]", "note"), Run("Thank you."))
    said = TurnView(
        "talk.en.12", "t12", 3, HOSTILE, role=False, paragraphs=(Paragraph(words), Paragraph((Run("<b>"),)))
    )
    quotation = of_turn(session, "ar", said, Cited("talk", turn="t12"), BASE, Room(400, 30))
    assert quotation.html is not None
    assert "<p>Good morning. [Applause] Thank you.</p><p>&lt;b&gt;</p>" in quotation.html
    assert f'cite="{BASE}/s/talk?turn=t12#t12" lang="ar" dir="rtl"' in quotation.html
    assert "<script" not in quotation.html
    assert (quotation.author_name, quotation.width, quotation.height) == (HOSTILE, 400, 30)
    nobody = of_turn(session, "en", turn("Yes.", speaker=None), Cited("talk", turn="t12"), BASE, Room())
    assert nobody.author_name is None
    assert nobody.height is not None
    assert nobody.height < Room().height


@pytest.mark.parametrize(
    ("paragraphs", "ends"),
    [
        (("word " * 400,), "word…</p>"),
        (("日" * 1000,), f"{'日' * 20}…</p>"),
        (("👩‍👩‍👧 " + "👩‍👩‍👧" * 1000,), "👩‍👩‍👧…</p>"),
        (("a" * QUOTED_SIGNS, "More."), "<p>…</p>"),
    ],
)
def test_of_a_long_turn_the_beginning_is_quoted(paragraphs: tuple[str, ...], ends: str) -> None:
    session = Session("talk", 1, AT, AT)
    quotation = of_turn(session, "en", turn(*paragraphs), Cited("talk", turn="t12"), BASE, Room())
    assert quotation.html is not None
    assert f"{ends}</blockquote>" in quotation.html
