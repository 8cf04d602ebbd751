"""The addresses that are pasted into captioning tools (captionflow.caption_urls)."""

from captionflow.caption_urls import caption_urls

BASE = "https://captions.example.org"


def urls(**options: str) -> dict[str, str]:
    return {one.tool: one.url for one in caption_urls(BASE, "opening", **options)}


def test_without_a_key_an_address_names_the_session() -> None:
    assert urls() == {
        "Browser": f"{BASE}/caption/opening",
        "Zoom": f"{BASE}/closedcaption?id=opening",
        "YouTube": f"{BASE}/closedcaption?cid=opening",
        "Teams": f"{BASE}/cartcaption?id=opening",
        "StreamText": f"{BASE}/streamtext?id=opening",
        "Recogniser": f"{BASE}/hooks/{{recogniser}}?id=opening",
        "WebSocket": "wss://captions.example.org/v1/sessions/opening/type",
        "JSON": f"{BASE}/v1/sessions/opening/lines",
    }


def test_with_a_key_it_has_that_beside_the_session_and_with_a_language_that_too() -> None:
    assert urls(key="cfk_1", language="pt-BR") == {
        "Browser": f"{BASE}/caption/opening?lang=pt-BR&key=cfk_1",
        "Zoom": f"{BASE}/closedcaption?id=opening&key=cfk_1&lang=pt-BR",
        "YouTube": f"{BASE}/closedcaption?cid=cfk_1&id=opening&lang=pt-BR",
        "Teams": f"{BASE}/cartcaption?id=opening&key=cfk_1&lang=pt-BR",
        "StreamText": f"{BASE}/streamtext?id=opening&key=cfk_1&lang=pt-BR",
        "Recogniser": f"{BASE}/hooks/{{recogniser}}?id=opening&key=cfk_1&lang=pt-BR",
        "WebSocket": "wss://captions.example.org/v1/sessions/opening/type?lang=pt-BR&key=cfk_1",
        "JSON": f"{BASE}/v1/sessions/opening/lines?lang=pt-BR&key=cfk_1",
    }


def test_a_place_for_the_key_stays_as_it_is() -> None:
    assert urls(key="{key}")["Zoom"] == f"{BASE}/closedcaption?id=opening&key={{key}}"


def test_whatever_a_language_is_it_adds_nothing_to_the_address() -> None:
    assert urls(language="a&key=b")["Teams"] == f"{BASE}/cartcaption?id=opening&lang=a%26key%3Db"
