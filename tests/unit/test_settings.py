"""Settings are read once, and refused with a reason that helps."""

import dataclasses
from pathlib import Path

import pytest

from captionflow.errors import Misconfigured
from captionflow.settings import Secret, Settings, declared, read_settings

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - a test's own


def refused(name: str, value: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        read_settings({name: value})
    return str(caught.value)


def test_without_any_variable_the_defaults_hold() -> None:
    assert read_settings({"PATH": "/bin"}) == Settings()
    assert Settings().host == "127.0.0.1"
    assert Settings().ingest_token is None


def test_each_variable_sets_its_field() -> None:
    settings = read_settings(
        {
            "CAPTIONFLOW_DATA": "/srv/captions",
            "CAPTIONFLOW_HOST": "::1",
            "CAPTIONFLOW_PORT": "0",
            "CAPTIONFLOW_PUBLIC_URL": "https://captions.example.org/live/",
            "CAPTIONFLOW_INGEST_TOKEN": TOKEN,
            "CAPTIONFLOW_DEMO": "No",
            "CAPTIONFLOW_MAX_BODY": "4 MiB",
            "CAPTIONFLOW_MAX_READERS": "20000",
            "CAPTIONFLOW_LOG_LEVEL": "DEBUG",
            "CAPTIONFLOW_LOG_FORMAT": "json",
        },
    )
    assert settings == Settings(
        data_folder=Path("/srv/captions"),
        host="::1",
        port=0,
        public_url="https://captions.example.org/live",
        ingest_token=Secret(TOKEN),
        demo=False,
        max_body_bytes=4 * 1024 * 1024,
        max_readers=20_000,
        log_level="debug",
        log_format="json",
    )


def test_an_empty_value_counts_as_not_set() -> None:
    assert read_settings({"CAPTIONFLOW_PORT": " ", "CAPTIONFLOW_INGEST_TOKEN": ""}) == Settings()


@pytest.mark.parametrize("setting", declared(), ids=lambda setting: setting.name)
def test_each_setting_has_a_doc_a_unit_and_an_example_that_it_accepts(setting: dataclasses.Field[object]) -> None:
    about = setting.metadata
    assert about["doc"].endswith(".")
    assert about["unit"]
    if not about["secret"]:
        read_settings({about["variable"]: about["example"]})


def test_an_unknown_variable_is_refused_with_the_nearest_known_one() -> None:
    sentence = refused("CAPTIONFLOW_PROT", "9000")
    assert "CAPTIONFLOW_PROT is not a setting" in sentence
    assert "did you mean CAPTIONFLOW_PORT?" in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAPTIONFLOW_PORT", "http"),
        ("CAPTIONFLOW_PORT", "65536"),
        ("CAPTIONFLOW_PORT", "-1"),
        ("CAPTIONFLOW_PORT", "٨٠"),  # digits, but not ASCII ones
        ("CAPTIONFLOW_HOST", "http://localhost"),
        ("CAPTIONFLOW_HOST", "localhost:8000"),
        ("CAPTIONFLOW_PUBLIC_URL", "captions.example.org"),
        ("CAPTIONFLOW_PUBLIC_URL", "https://[::1"),
        ("CAPTIONFLOW_PUBLIC_URL", "https://user:pass@example.org"),
        ("CAPTIONFLOW_PUBLIC_URL", "https://example.org:0"),
        ("CAPTIONFLOW_PUBLIC_URL", "javascript:alert(1)"),
        ("CAPTIONFLOW_DEMO", "maybe"),
        ("CAPTIONFLOW_MAX_BODY", "1 GB"),
        ("CAPTIONFLOW_MAX_BODY", "3"),
        ("CAPTIONFLOW_MAX_READERS", "0"),
        ("CAPTIONFLOW_LOG_LEVEL", "loud"),
        ("CAPTIONFLOW_LOG_FORMAT", "xml"),
        ("CAPTIONFLOW_DATA", "a\0b"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_the_problem_and_an_example(name: str, value: str) -> None:
    sentence = refused(name, value)
    assert sentence.startswith(f"{name}={value!r} ")
    assert f"for example {name}=" in sentence


def test_a_bad_secret_is_refused_without_showing_it() -> None:
    sentence = refused("CAPTIONFLOW_INGEST_TOKEN", "hunter2")
    assert "CAPTIONFLOW_INGEST_TOKEN" in sentence
    assert "hunter2" not in sentence


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_settings({"CAPTIONFLOW_PORT": "x", "CAPTIONFLOW_DEMO": "x", "CAPTIONFLOW_NOTHING_LIKE_IT": "x"})
    assert len(str(caught.value).splitlines()) == 3


def test_a_secret_is_compared_and_never_shown() -> None:
    secret = Secret(TOKEN)
    assert secret.matches(TOKEN)
    assert not secret.matches(TOKEN + "r")
    assert not secret.matches("\udcff")
    assert TOKEN not in f"{secret} {secret!r} {Settings(ingest_token=secret)}"
    assert len({secret, Secret(TOKEN)}) == 1
