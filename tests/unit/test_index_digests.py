import msgspec
import pytest

from captionflow.messages import LineRecord, Part, StepRecord, Stream
from services.index.digests import Digest, IndexContents, StreamContents, behind, differing, id_of
from tests.steps import part, step

TALK = Stream("talk", "en")


def digest(*steps: StepRecord) -> Digest:
    contents = StreamContents()
    contents.add(steps)
    return contents.digest()


def stored(last_seq: int, *parts: Part) -> Digest:
    contents = IndexContents()
    for one in parts:
        contents.add(TALK, one)
    contents.add_last_seq(TALK, last_seq)
    (found,) = contents.digests.values()
    return found


@pytest.mark.parametrize("order", [1, -1])
def test_steps_and_the_parts_that_they_leave_behind_in_whatever_order_have_one_digest(order: int) -> None:
    steps = [step(1, part(1, 1)), step(2, part(1, 2, "Hello, all."), part(2, 2))]
    assert stored(2, *[part(1, 2, "Hello, all."), part(2, 2)][::order]) == digest(*steps)
    assert digest(*steps).parts == 2


def test_a_record_of_lines_and_a_step_say_whose_they_are() -> None:
    assert LineRecord("talk", "en", ()).stream == step(1).stream == TALK


def test_steps_that_come_again_change_nothing() -> None:
    steps = [step(1, part(1, 1)), step(2, part(1, 2, "b"))]
    assert digest(*steps, *steps, step(2, part(1, 9, "c"))) == digest(*steps)


def test_an_older_version_of_a_part_does_not_count() -> None:
    assert digest(step(1, part(1, 2, "new")), step(2, part(1, 1, "old"))) == stored(2, part(1, 2, "new"))


def test_of_two_equal_versions_the_later_one_counts() -> None:
    assert digest(step(1, part(1, 1, "a")), step(2, part(1, 1, "b"))) == stored(2, part(1, 1, "b"))


def test_what_is_only_believed_counts_for_nothing() -> None:
    assert digest(step(1, part(1, 1, interim="perhaps"))) == digest(step(1, part(1, 1)))


def test_every_field_of_a_part_counts() -> None:
    plain = part(1, 1)
    for change in (
        {"turn_id": "talk.en.9"},
        {"number": 1},
        {"version": 2},
        {"speaker": "ANA"},
        {"closed": True},
        {"retracted": True},
        {"ordinal": 2},
        {"paragraphs": ("Bye.",)},
    ):
        assert digest(step(1, msgspec.structs.replace(plain, **change))).total != digest(step(1, plain)).total


def test_texts_that_two_parts_exchanged_are_noticed() -> None:
    assert stored(1, part(1, 1, "a"), part(2, 1, "b")) != stored(1, part(1, 1, "b"), part(2, 1, "a"))


def test_parts_can_be_left_out_of_a_comparison() -> None:
    contents = StreamContents()
    contents.add([step(1, part(1, 1), part(2, 1))])
    assert contents.digest(without={id_of(part(2, 7, "in another version"))}) == digest(step(1, part(1, 1)))


def test_streams_that_differ_are_named_also_missing_ones_and_strangers() -> None:
    one, two = Digest(1, 1, 1), Digest(2, 1, 1)
    expected = {Stream("a", "en"): one, Stream("b", "en"): one, Stream("c", "en"): one}
    found = {Stream("a", "en"): one, Stream("b", "en"): two, Stream("d", "en"): one}
    assert differing(expected, found) == (("b", "en"), ("c", "en"), ("d", "en"))


def test_an_index_is_behind_where_it_reflects_fewer_lines() -> None:
    new = {Stream("a", "en"): Digest(5, 1, 1), Stream("b", "en"): Digest(9, 1, 1)}
    old = {Stream("a", "en"): 6, Stream("b", "en"): 9, Stream("c", "en"): 1}
    assert behind(new, old) == (("a", "en"), ("c", "en"))
