"""What of a request says who asks (services.http.credentials)."""

import pytest

from services.http.credentials import credentials

KEY = "cfk_" + "a" * 43
OTHER = "cfk_" + "b" * 43


def headers(**given: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in given.items()]


@pytest.mark.parametrize("given", [f"Bearer {KEY}", f"bearer  {KEY} "])
def test_the_header_counts_first(given: str) -> None:
    found = credentials(headers(authorization=given, cookie=f"captionflow-key={OTHER}"), b"", safe=True)
    assert (found.secret, found.place) == (KEY, "header")


@pytest.mark.parametrize("given", ["", KEY, f"Basic {KEY}", "Bearer", "Bearer "])
def test_what_is_no_bearer_is_no_key(given: str) -> None:
    assert not credentials(headers(authorization=given), b"", safe=True).secret


@pytest.mark.parametrize("name", ["key", "token", "cid"])
def test_a_key_in_the_query_is_found_and_taken_out(name: str) -> None:
    found = credentials([], f"id=opening&{name}={KEY}&seq=1&lang=en-US".encode(), safe=False)
    assert (found.secret, found.place) == (KEY, "query")
    assert found.query == b"id=opening&" + (b"cid=&" if name == "cid" else b"") + b"seq=1&lang=en-US"


def test_a_parameter_that_a_client_encoded_anew_is_found_too() -> None:
    found = credentials([], b"%6bey=cfk%5F" + b"a" * 43 + b"&key=", safe=False)
    assert (found.secret, found.query) == (KEY, b"")


def test_a_cid_may_be_a_session_and_what_is_no_key_stays() -> None:
    assert credentials([], b"cid=opening&seq=1", safe=False)[:3] == ("", "header", b"cid=opening&seq=1")
    assert credentials([], b"monkey=1&a=b&&=&c", safe=True).query == b"monkey=1&a=b&&=&c"


def test_whatever_a_query_is_it_raises_nothing() -> None:
    assert credentials([], b"key=%ff%zz&\xff\xfe=1&key", safe=True).secret


def test_a_cookie_is_one_among_others() -> None:
    found = credentials(headers(cookie=f"a=b; captionflow-key={KEY}; captionflow-key-2=c"), b"", safe=True)
    assert (found.secret, found.place) == (KEY, "cookie")


@pytest.mark.parametrize(
    ("given", "own"),
    [
        ({}, True),
        ({"origin": "http://here:8000"}, True),
        ({"origin": "https://captions.example.org"}, True),
        ({"origin": "http://HERE:8000", "sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"origin": "http://here:9000"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://[broken"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "same-site"}, False),
    ],
)
def test_a_page_of_another_site_is_told_apart(given: dict[str, str], own: bool) -> None:
    found = credentials(headers(host="here:8000", **given), b"", safe=False, public_host="captions.example.org")
    assert found.own is own


def test_a_link_from_elsewhere_may_lead_to_what_only_reads() -> None:
    assert credentials(headers(host="here", sec_fetch_site="cross-site"), b"", safe=True).own
    assert not credentials(headers(host="here", origin="http://evil.example"), b"", safe=True).own


@pytest.mark.parametrize(
    ("host", "name"), [("Here:8000", "here"), ("[::1]:8000", "::1"), ("127.0.0.1", "127.0.0.1"), ("[x", "?"), ("", "")]
)
def test_the_server_is_named_without_its_port(host: str, name: str) -> None:
    assert credentials(headers(host=host), b"", safe=True).host == name
