"""What is compressed, and how long it may be kept (services.http.packing)."""

import gzip
import zlib

import pytest

from services.http import packing
from services.http.negotiation import takes_gzip


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity, br", False),
        ("gzip;q=x", False),
        (",,;;q", False),
    ],
)
def test_who_takes_gzip(header: str | None, takes: bool) -> None:
    assert takes_gzip(header) is takes


def test_texts_are_compressed_and_never_a_stream_a_font_or_a_picture() -> None:
    for kind in ("text/html; charset=utf-8", "TEXT/CSS", "application/json", "image/svg+xml", "text/vtt;charset=utf-8"):
        assert packing.is_compressible(kind)
    for kind in ("text/event-stream", "text/event-stream; charset=utf-8", "font/woff2", "image/png", ""):
        assert not packing.is_compressible(kind)


def test_what_is_repeated_to_who_has_a_key_is_not_compressed() -> None:
    with_key = {
        (method, status, query): packing.gives_nothing_away(method, status, query, keyed=True)
        for method, status, query in (
            ("GET", 200, b""),
            ("GET", 200, b"lang=en&after=1.0&all=1"),
            ("GET", 200, b"q=guess"),
            ("GET", 200, b"lang=en&other="),
            ("GET", 200, b"new=\xff"),
            ("GET", 404, b""),
            ("POST", 200, b""),
        )
    }
    assert [asked for asked, allowed in with_key.items() if allowed] == [
        ("GET", 200, b""),
        ("GET", 200, b"lang=en&after=1.0&all=1"),
    ]
    assert packing.gives_nothing_away("GET", 404, b"q=guess", keyed=False)


def test_what_a_key_opens_is_kept_nowhere() -> None:
    assert packing.kept(None, keyed=True) == packing.kept("max-age=300", keyed=True) == "no-store"
    assert packing.kept("public, max-age=60", keyed=True) == "public, max-age=60"
    assert packing.kept(None, keyed=False) == "no-cache"
    assert packing.kept("no-store", keyed=False) == "no-store"


def test_vary_names_each_header_once() -> None:
    assert packing.varying(None, "Accept-Encoding") == "Accept-Encoding"
    assert packing.varying("Accept", "Accept-Encoding") == "Accept, Accept-Encoding"
    assert packing.varying("accept-encoding,", "Accept-Encoding") == "accept-encoding"


def test_a_tag_names_the_content() -> None:
    assert packing.tag(b"one") == packing.tag(b"one") != packing.tag(b"two")
    assert packing.tag(b"one").startswith('W/"')


def test_the_same_content_is_packed_to_the_same_bytes_whole_or_in_pieces() -> None:
    pieces = [b"<p>Good morning.</p>" * 50, b"", b"<p>Thank you.</p>" * 500]
    whole = b"".join(pieces)
    assert packing.packed(whole) == packing.packed(whole)
    for small in (packing.packed(whole), b"".join(packing.packed_pieces(pieces))):
        assert gzip.decompress(small) == whole
        assert len(small) < len(whole) / 5


def test_each_piece_can_be_read_when_it_has_come() -> None:
    packer, reader = packing.Packer(), zlib.decompressobj(31)
    assert reader.decompress(packer.add(b"Good ")) == b"Good "
    assert reader.decompress(packer.add(b"morning.")) == b"morning."
    assert reader.decompress(packer.add(b"", last=True)) == b""
    assert reader.eof
