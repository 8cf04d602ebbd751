import msgspec

from captionflow.messages import LineRecord, StepRecord, Stream
from services.index.digests import Contents, Digest, behind, differing
from tests.steps import part, step

TALK = Stream("talk", "en")


def digest(*steps: StepRecord) -> Digest:
    contents = Contents()
    contents.add_steps(steps)
    return contents.digests()[TALK]


def test_steps_and_the_parts_that_they_leave_behind_have_one_digest() -> None:
    steps = [step(1, part(1, 1)), step(2, part(1, 2, "Hello, all."), part(2, 2))]
    stored = Contents()
    stored.add_parts(TALK, [part(2, 2)])
    stored.add_parts(TALK, [part(1, 2, "Hello, all.")])
    stored.add_last_seq(TALK, 2)
    assert stored.digests() == {TALK: digest(*steps)}
    assert digest(*steps).parts == 2


def test_a_record_of_lines_and_a_step_say_whose_they_are() -> None:
    assert LineRecord("talk", "en", ()).stream == step(1).stream == TALK


def test_steps_that_come_again_change_nothing() -> None:
    steps = [step(1, part(1, 1)), step(2, part(1, 2, "b"))]
    assert digest(*steps, *steps, step(2, part(1, 9, "c"))) == digest(*steps)


def test_an_older_version_of_a_part_does_not_count() -> None:
    contents = Contents()
    contents.add_last_seq(TALK, 2)
    contents.add_parts(TALK, [part(1, 2, "new"), part(1, 1, "old")])
    assert contents.digests() == {TALK: digest(step(2, part(1, 2, "new")))}


def test_what_is_only_believed_counts_for_nothing() -> None:
    assert digest(step(1, part(1, 1, interim="perhaps"))) == digest(step(1, part(1, 1)))


def test_every_field_of_a_part_counts() -> None:
    plain = part(1, 1)
    for change in (
        {"speaker": "ANA"},
        {"closed": True},
        {"retracted": True},
        {"ordinal": 2},
        {"paragraphs": ("Bye.",)},
    ):
        assert digest(step(1, msgspec.structs.replace(plain, **change))).sha256 != digest(step(1, plain)).sha256


def test_parts_can_be_left_out_of_a_comparison() -> None:
    contents = Contents()
    contents.add_steps([step(1, part(1, 1), part(2, 1))])
    assert contents.without({("talk.en.2", 0)}).digests() == {TALK: digest(step(1, part(1, 1)))}


def test_streams_that_differ_are_named_also_missing_ones_and_strangers() -> None:
    one, two = Digest(1, 1, "a"), Digest(2, 1, "a")
    expected = {Stream("a", "en"): one, Stream("b", "en"): one, Stream("c", "en"): one}
    found = {Stream("a", "en"): one, Stream("b", "en"): two, Stream("d", "en"): one}
    assert differing(expected, found) == (("b", "en"), ("c", "en"), ("d", "en"))


def test_an_index_is_behind_where_it_reflects_fewer_lines() -> None:
    new = {Stream("a", "en"): Digest(5, 1, "a"), Stream("b", "en"): Digest(9, 1, "a")}
    old = {Stream("a", "en"): 6, Stream("b", "en"): 9, Stream("c", "en"): 1}
    assert behind(new, old) == (("a", "en"), ("c", "en"))
