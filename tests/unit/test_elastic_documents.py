import msgspec

from captionflow.adapters.elastic.documents import MAX_NUMBER, bulk_writes, part_document
from captionflow.adapters.elastic.index_templates import component_templates, index_template, mappings
from captionflow.adapters.elastic.schema import LANGUAGES, WORD_FIELDS, Names, word_language
from captionflow.messages import StepRecord, Stream
from tests.steps import part, step

TALK = Stream("talk", "en")


def written(*steps: StepRecord) -> list[tuple[str, int]]:
    """Ids and versions, parts first."""
    planned = bulk_writes(steps, {})
    actions = [msgspec.json.decode(write.action)["index"] for write in (*planned.parts, *planned.progress)]
    assert {(action["routing"], action["version_type"]) for action in actions} <= {("talk", "external_gte")}
    return [(action["_id"], action["version"]) for action in actions]


def test_only_the_newest_version_of_a_part_is_written_and_then_how_far_its_stream_is() -> None:
    steps = [step(1, part(1, 1)), step(2, part(1, 2), part(2, 2)), step(4, part(2, 4))]
    assert written(*steps) == [("talk.en.1/0", 2), ("talk.en.2/0", 4), ("progress/talk/en", 4)]


def test_a_step_that_does_not_advance_its_stream_is_left_out() -> None:
    assert written(step(2, part(1, 2)), step(2, part(1, 9)), step(1, part(2, 9))) == [
        ("talk.en.1/0", 2),
        ("progress/talk/en", 2),
    ]


def test_an_older_version_of_a_part_never_takes_the_place_of_a_newer_one() -> None:
    assert written(step(1, part(1, 5)), step(2, part(1, 4))) == [("talk.en.1/0", 5), ("progress/talk/en", 2)]


def test_what_would_spoil_a_whole_request_is_not_in_it() -> None:
    bad = part(MAX_NUMBER + 1, 1), part(2, 1, "half \ud83d"), part(3, -1)
    planned = bulk_writes([step(1, part(4, 1), *bad)], {})
    assert planned.refused == bad
    assert [write.part for write in planned.parts] == [part(4, 1)]


def test_a_part_is_found_by_folded_words_and_by_what_joiners_joined() -> None:
    document = part_document(TALK, part(1, 1, "Multi‑Stakeholder São", speaker="JOSÉ  LUIS"), {})
    assert document.words == {"en": "multi stakeholder sao"}
    assert document.joined == ["multistakeholder"]
    assert (document.speaker, document.speaker_key) == ("JOSÉ  LUIS", "jose luis")


def test_what_a_recogniser_heard_is_found_by_the_name_that_was_given_and_keeps_its_label() -> None:
    names = {"speaker 0": "Ana Lupu"}
    heard, typed = part(1, 1, speaker="speaker 0", given=True), part(2, 1, speaker="speaker 0")
    document = part_document(TALK, heard, names)
    assert (document.speaker, document.speaker_key, document.part) == ("Ana Lupu", "ana lupu", heard)
    assert part_document(TALK, heard, {"speaker 1": "Bo"}).speaker == "speaker 0"
    assert part_document(TALK, typed, names).speaker == "speaker 0"
    (write,) = bulk_writes([step(1, heard)], {"talk": names, "other": {}}).parts
    assert msgspec.json.decode(write.source)["speaker_key"] == "ana lupu"


def test_what_nobody_said_is_found_by_nothing() -> None:
    for silent in (part(1, 1, retracted=True, speaker="ANA"), part(1, 1, "…", speaker="ANA")):
        document = part_document(TALK, silent, {})
        assert (document.words, document.joined, document.speaker_key) == (None, None, None)
        assert document.part == silent


def test_what_is_only_believed_is_not_in_a_document() -> None:
    stored = part_document(TALK, part(1, 1, interim="perhaps"), {}).part
    assert stored == part(1, 1)


def test_words_are_in_the_field_of_their_language_or_in_that_of_all_others() -> None:
    tags = ("en", "en-GB", "PT-br", "zh-Hant", "tlh", "", "en_GB")
    assert [word_language(tag) for tag in tags] == ["en", "en", "pt", "zh", "other", "other", "other"]


def test_the_mapping_has_a_field_and_an_analyzer_for_each_language() -> None:
    fields = mappings()["properties"]["words"]["properties"]
    assert {f"words.{language}" for language in fields} == set(WORD_FIELDS)
    analyzers = component_templates(Names())["captionflow-turns-mappings"]["template"]["settings"]["index"]["analysis"]
    assert {f"captions_{language}" for language in (*LANGUAGES, "other")} == set(analyzers["analyzer"])
    assert {f"captions_{language}" for language in fields} == {field["analyzer"] for field in fields.values()}


def test_every_index_of_ours_gets_our_templates_and_then_what_the_installation_adds() -> None:
    names = Names("forum")
    template = index_template(names)
    assert template["composed_of"] == ["forum-turns-mappings", "forum-turns-settings", "forum-turns@custom"]
    assert template["index_patterns"] == ["forum-turns-v*"]
    assert [names.generation(name) for name in (names.index(12), names.read, "other-turns-v1")] == [12, None, None]
