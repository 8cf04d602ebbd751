import pytest

from captionflow.encoding import decode
from captionflow.errors import BadMessage

TEXT = ">> JOÃO:  Olá — “bom dia”.\nДобрый день, коллеги.\n"
ENGLISH = ">> CHAIR:  Good morning.\n"


def test_utf_8_is_read_without_remark() -> None:
    assert decode(TEXT.encode())[:2] == (TEXT, ())


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode(b"\xef\xbb\xbf" + TEXT.encode())[:2] == (TEXT, ())


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_wide_files_with_a_mark_are_read_and_told(codec: str) -> None:
    assert decode(TEXT.encode(codec))[:2] == (TEXT, (f"Encoded in {codec.upper()}.",))


@pytest.mark.parametrize("mark_and_codec", [(b"\xfe\xff", "utf-16-be"), (b"\x00\x00\xfe\xff", "utf-32-be")])
def test_big_endian_marks_are_known(mark_and_codec: tuple[bytes, str]) -> None:
    mark, codec = mark_and_codec
    assert decode(mark + TEXT.encode(codec)).text == TEXT


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [ENGLISH, "Добрый день, коллеги, начинаем.\nСпасибо.\n"])
def test_utf_16_without_a_mark_is_recognised_by_its_nuls(codec: str, text: str) -> None:
    assert decode(text.encode(codec))[:2] == (text, ("Encoded in UTF-16 without a byte order mark.",))


def test_broken_utf_16_is_read_and_the_break_is_told() -> None:
    text, oddities = decode(b"\xff\xfe" + "ab".encode("utf-16-le") + b"\x00\xd8" + "c".encode("utf-16-le"))[:2]
    assert text.startswith("ab") and "\ufffd" in text  # noqa: PT018 - one promise
    assert "1 broken characters" in oddities[1]


def test_windows_1252_is_read_as_such_and_told() -> None:
    text = "one\nCafé — “déjà vu”…\n"
    decoded = decode(text.encode("cp1252"))
    assert decoded.text == text
    assert "first on line 2" in decoded.oddities[0]
    assert "Windows-1252" in decoded.oddities[0]


def test_a_file_pasted_from_two_encodings_keeps_both() -> None:
    assert decode("Olá ".encode() + "é".encode("cp1252") + " João".encode()).text == "Olá é João"


def test_a_lone_surrogate_in_the_bytes_is_no_unicode_and_told() -> None:
    decoded = decode(b"a\xed\xa0\x80b")
    decoded.text.encode("utf-8")
    assert decoded.oddities


def test_an_empty_file_is_an_empty_text() -> None:
    assert decode(b"")[:2] == ("", ())


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 ...",
        b"PK\x03\x04\x14\x00",
        b"{\\rtf1\\ansi hello}",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"a text \x00\x00\x00 \x00\x00 full of NULs",
        b"a text with a picture behind it " * 4_000 + b"\x00\x01\x02 " * 20_000,
        b"\x00\x01" * 50,
        b"\x01\x02\x03\x04\x05\x06 binary without a NUL",
        bytes(range(1, 256)) * 4,
    ],
)
def test_a_binary_file_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(BadMessage, match="not text"):
        decode(data)


def test_a_few_control_characters_do_not_make_a_binary_file() -> None:
    assert decode(b"your\x15 i\x16Phone out now, and then some more words that people say").oddities == ()


@pytest.mark.parametrize(
    "data",
    [
        b"one stray NUL \x00 in a text of some words",
        b"\x00" + ENGLISH.encode(),
        "Début \0 de séance, et la suite.\n".encode(),
    ],
)
def test_a_few_nuls_are_damage_and_left_to_be_taken_out(data: bytes) -> None:
    assert decode(data).text.encode() == data


def test_what_fills_up_a_file_that_was_not_closed_is_left_out_and_told() -> None:
    assert decode(ENGLISH.encode() + b"\x00" * 4_000)[:2] == (ENGLISH, ("4000 NULs at the end were left out.",))
