"""What a segmenter knows between two steps: all of it is kept, nothing of it changes, and it is written as ever."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from captionflow.messages import Apart, Facts, Note, Stamp
from captionflow.stamps import stamps_of
from services.segment.assembler import Assembler
from services.segment.assembler_state import AssemblerState, Floor
from services.segment.rules.clock_rules import Clock
from services.segment.segmenter import STATE_VERSION, State, start, step
from services.segment.tokenizer import Tokenizer, TokenizerState
from tests.unit.segment_material import line, lines

AT = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ASSEMBLER = AssemblerState(
    facts=Facts(title="Forum"),
    in_head=False,
    seq=9,
    turn=(7, 1),
    ordinal=3,
    number=2,
    speaker="ANNA LEE",
    role=True,
    paragraphs=("One.", "Two"),
    notes=(Note("[Applause]", 2),),
    apart=(Apart("2 Page 2", "furniture", 2),),
    stamps=(0, 90_000, 2_501),
    continues=True,
    size=77,
    said=True,
    joint="glue",
    tail="o",
    row_length=31,
    armed=9,
    last_id=(7, 1),
    credit=12,
    labels=("ben", "anna lee"),
    heads=("forum",),
    arrows=True,
    over=True,
    ended=True,
    interrupted=Floor("Ben", role=True, given=True),
    page=2,
    clock=Clock(90_000, 2_501, of_day=True, due=True),
    shapes="<",
    quoted=True,
    given=True,
)
TOKENIZER = TokenizerState(
    ASSEMBLER, ">> BEN", (0, 8, 4, 1), (-1, 90_000, 2_501, 5, 2_500, 0), starts=False, given="Anna"
)

LINES = lines(["Forum\n", "2015 11 12 WS 245 Mexico\n", ">> ANNA LEE: Hello [Applause] ", "there.\n>> B", "EN"])
WIRE = (
    b'{"session":"s","language":"en","last_seq":5,"facts":{"title":"Forum","date":"2015-11-12"},'
    b'"core":[[{"title":"Forum","date":"2015-11-12"},false,4,[3,0],1,0,"ANNA LEE",false,["Hello there."],'
    b'[{"text":"[Applause]","at":5}],[],[],false,65,true,"line",".",36,0,[3,0],10259,["anna lee"],'
    b'["forum","2015 11 12 ws 245 mexico"],true,false,false,null,0,null,"",false,false],">> BEN",[0,4,4,1],[],true,'
    b"null],"
    b'"window":["Forum\\n2015 11 12 WS 245 Mexico\\n>> ANNA LEE: Hello [Applause] there.\\n>> BEN",'
    b"5,0,[6,25,30,11,2],[1,-4],[0,-4],[0,-4],[0,-4],[0,-4],[],0],"
    b'"shown":[["s.en.3",0,1],["s.en.4",0,2]],"v":3}'
)


@pytest.mark.parametrize("value", [ASSEMBLER, TOKENIZER])
def test_the_examples_have_something_of_their_own_in_every_field(value: msgspec.Struct) -> None:
    plain = type(value)()
    assert [name for name in value.__struct_fields__ if getattr(value, name) == getattr(plain, name)] == []


def test_no_field_is_forgotten_between_two_steps() -> None:
    assert Assembler.of("s", "en", ASSEMBLER).state() == ASSEMBLER
    assert Tokenizer("s", "en", TOKENIZER).state() == TOKENIZER


def test_a_state_has_nothing_in_it_that_can_change() -> None:
    assert hash(Tokenizer("s", "en", TOKENIZER).state()) == hash(TOKENIZER)  # what can change has no hash


def test_work_changes_neither_the_state_that_it_began_with_nor_one_that_was_taken_meanwhile() -> None:
    before = msgspec.json.encode(TOKENIZER)
    tokenizer = Tokenizer("s", "en", TOKENIZER)
    tokenizer.feed([line(10, ": One.\n[Laughter]\n\n")])
    taken = tokenizer.state()
    meanwhile = msgspec.json.encode(taken)
    tokenizer.feed([line(11, "2 Page 2\n>> EVE: More\n")])
    assert tokenizer.state() != taken
    assert msgspec.json.encode(TOKENIZER) == before
    assert msgspec.json.encode(taken) == meanwhile


def test_a_state_is_written_as_version_3_writes_it_and_read_again() -> None:
    state, _ = step(start("s", "en"), LINES)
    assert msgspec.json.encode(state) == WIRE
    assert msgspec.json.decode(WIRE, type=State) == state
    assert state.v == STATE_VERSION == 3


def test_a_state_of_version_1_goes_on_with_the_times_that_it_had() -> None:
    old = (
        b'{"session":"s","language":"en","last_seq":2,"core":[[{},false,1,[1,0],1,0,"ANNA",false,["Hello there."],'
        b'[],[],[{"offset":0,"at":"2026-01-01T00:00:00Z"},{"offset":6,"at":"2026-01-01T00:00:01Z"}],false,99,true,"line",'
        b'".",12,0,[1,0]],"Good ",[0,2],[[-3,"2026-01-01T00:00:02Z"]],true,null],"base":null}'
    )
    state = msgspec.json.decode(old, type=State)
    _, (record,) = step(state, [line(3, "day.\n", at=AT + 9 * SECOND)])
    (part,) = record.parts
    assert stamps_of(part) == (
        Stamp(0, AT),
        Stamp(6, AT + SECOND),
        Stamp(13, AT + 2 * SECOND),
        Stamp(18, AT + 9 * SECOND),
    )


def test_a_state_of_version_2_goes_on_with_the_lines_and_interims_that_it_held() -> None:
    old = (
        b'{"session":"s","language":"en","last_seq":3,"core":[[{},false,1,[1,0],1,0,"ANNA",false,["We meat"],'
        b'[],[],[],false,20,true,"space","t",0,0,[1,0],9800,["anna"],[],false,false,false,null],"",[],[],true,null],'
        b'"held":[[1,">> ANNA: We ",null,null,false,null],[2,"meat\\n",null,null,false,null]],'
        b'"interims":[["asr",null,3,"at noon"]],"v":2}'
    )
    state = msgspec.json.decode(old, type=State)
    state, (record,) = step(state, [line(4, "meet\n", revises=2)])
    assert [(part.turn_id, part.text, part.interim) for part in record.parts] == [("s.en.1", "We meet", "at noon")]
    assert (state.v, state.held_before_3) == (3, ())
    state, (record,) = step(state, [line(5, "at noon, all.\n", sender="asr")])
    assert [(part.text, part.interim) for part in record.parts] == [("We meet at noon, all.", "")]
