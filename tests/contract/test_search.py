"""What every search promises (captionflow.ports.Search)."""

import base64
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from captionflow.errors import BadMessage
from captionflow.messages import Part, Session, Stamp, StepRecord
from captionflow.ports import Count, Hit, SearchPage, SearchQuery
from services.segment.segmenter import start, step
from tests.contract.worlds import World
from tests.revisions import STORIES, Story
from tests.unit.segment_material import line

AT = datetime(2015, 11, 12, 9, 30, tzinfo=UTC)


class Archive:
    """A world with words in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._seqs: dict[str, int] = {}

    async def say(self, text: str, *, session: str = "talk", turn: int | None = None, **more: Any) -> None:
        seq = self._seqs[session] = self._seqs.get(session, 0) + 1
        ordinal = turn or seq
        language = more.pop("language", "en")
        part = Part(
            turn_id=f"{session}.{language}.{ordinal}",
            number=0,
            session=session,
            language=language,
            ordinal=ordinal,
            version=seq,
            paragraphs=tuple(text.split("\n")),
            **more,
        )
        await self.world.turn_store.apply([StepRecord(session, language, seq, seq, (part,))])

    async def announce(self, session: str, **given: Any) -> None:
        await self.world.sessions.create(Session(session, version=1, created_at=AT, updated_at=AT, **given))

    async def name(self, session: str, names: dict[str, str]) -> None:
        known = await self.world.sessions.get(session)
        await self.world.sessions.replace(
            msgspec.structs.replace(known, speakers=names), expected_version=known.version
        )

    async def page(self, text: str, **filters: Any) -> SearchPage:
        await self.world.settle()
        return await self.world.search.search(SearchQuery(text, **filters))

    async def found(self, text: str, **filters: Any) -> list[str]:
        return [hit.turn_id for hit in (await self.page(text, **filters)).hits]


@pytest.fixture
def archive(world: World) -> Archive:
    return Archive(world)


def shown(hit: Hit) -> str:
    return "".join(f"<{fragment.text}>" if fragment.hit else fragment.text for fragment in hit.fragments)


@pytest.mark.parametrize(
    ("said", "sought", "marked"),
    [
        ("A one‑stop shop", "one-stop", "A <one‑stop> shop"),
        ("A one-stop shop", "one‑stop", "A <one-stop> shop"),
        ("A one–stop shop", "ONE STOP", "A <one>–<stop> shop"),
        ("A one‐stop shop", '"one stop shop"', "A <one‐stop shop>"),
        ("co\u00adoperate now", "cooperate", "<co\u00adoperate> now"),
        ("a multi-stakeholder model", "multistakeholder", "a <multi-stakeholder> model"),
        ("Don’t stop", "don't", "<Don’t> stop"),
        ("Don't stop", "dont", "<Don't> stop"),
        ("France’s position", "france", "<France>’s position"),
        ("São Tomé", "sao tome", "<São> <Tomé>"),
        ("Sa\u0303o To\u0301me", "São", "<Sa\u0303o> To\u0301me"),
        ("STRASSE in Łódź", "straße łodz", "<STRASSE> in <Łódź>"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος", "<ΣΊΣΥΦΟΣ>"),
        ("the ﬁnal ｗｏｒｄ", "final word", "the <ﬁnal> <ｗｏｒｄ>"),
        ("сегодня Ёлка", "елка", "сегодня <Ёлка>"),
        ("قال مُحَمَّد", "محمد", "قال <مُحَمَّد>"),
        ("हिन्दी में", "हिन्दी", "<हिन्दी> में"),
        ("インターネットの安全", "安全", "インターネットの<安全>"),
        ("我们讨论互联网治理", "互联网", "我们讨论<互联网>治理"),
        ("인터넷은 중요", "인터넷", "<인터넷>은 중요"),
        ("สวัสดีครับ", "ครับ", "สวัสดี<ครับ>"),
        ("in 2015 there", "2015", "in <2015> there"),
    ],
)
async def test_words_are_found_however_they_are_written(archive: Archive, said: str, sought: str, marked: str) -> None:
    await archive.say(said)
    (hit,) = (await archive.page(sought)).hits
    assert shown(hit) == marked


async def test_all_words_must_be_there_and_a_phrase_in_order(archive: Archive) -> None:
    await archive.say("the free and open internet", turn=1)
    await archive.say("open and free", turn=2)
    assert await archive.found("free open") == ["talk.en.1", "talk.en.2"]
    assert await archive.found("free internet") == ["talk.en.1"]
    assert await archive.found('"free and open"') == ["talk.en.1"]
    assert await archive.found("“open and free”") == ["talk.en.2"]
    assert await archive.found("fre") == []


@pytest.mark.parametrize(
    "text",
    [
        *[
            '"',
            '""',
            "NEAR(",
            "a AND",
            "OR",
            "NOT x",
            "words:x",
            "x*",
            "^x",
            "(((",
            "-x",
            '"a" "b',
            "{a b}:c",
            "'",
            "a;--",
        ],
        *['NEAR("a b", 3) AND (' * 20, "\x00", "%", "_", "\ud800", "x" * 1000, '"a-b" ' * 160],
        " ".join(f"a{n}-b" for n in range(150)),
    ],
)
async def test_no_search_text_is_ever_syntax(archive: Archive, text: str) -> None:
    await archive.say("plain talk")
    assert (await archive.page(text)).total == 0


async def test_operators_are_words(archive: Archive) -> None:
    await archive.say("near and or not")
    assert await archive.found("NEAR AND OR NOT") == ["talk.en.1"]


async def test_a_search_of_10_kb_is_refused(archive: Archive) -> None:
    with pytest.raises(BadMessage):
        await archive.page("word " * 2000)


@pytest.mark.parametrize(
    "query", [SearchQuery(""), SearchQuery("  "), SearchQuery("x", limit=0), SearchQuery("x", limit=101)]
)
async def test_a_search_that_cannot_be_is_refused(world: World, query: SearchQuery) -> None:
    with pytest.raises(BadMessage):
        await world.search.search(query)


async def test_text_and_labels_are_never_markup(archive: Archive) -> None:
    await archive.say("\ue000<b>bold</b>\ue001 &amp; <mark>x</mark>", speaker="<script>")
    (hit,) = (await archive.page("bold")).hits
    assert shown(hit) == "\ue000<b><bold></b>\ue001 &amp; <mark>x</mark>"
    assert hit.speaker == "<script>"


async def test_fragments_are_a_verbatim_stretch_with_most_hits_cut_between_words(archive: Archive) -> None:
    text = "alone word " + "padding " * 200 + "word of a word for word " + "padding " * 200
    await archive.say(text)
    (hit,) = (await archive.page("word")).hits
    stretch = "".join(fragment.text for fragment in hit.fragments)
    assert stretch in text
    assert len(stretch) <= 400
    assert set(stretch.split()) <= set(text.split())
    assert [fragment.text for fragment in hit.fragments if fragment.hit] == ["word"] * 3


async def test_words_are_found_while_their_turn_still_grows(archive: Archive) -> None:
    words = [f"word{n}" for n in range(1, 40)]
    for n in range(1, 40):
        await archive.say(" ".join(words[:n]), turn=1)
        assert (await archive.page(f"word{n}")).total == 1
    assert await archive.found("word1 word39") == ["talk.en.1"]


async def test_a_word_that_was_taken_back_is_not_found(archive: Archive) -> None:
    await archive.say("mistake", turn=1, closed=True)
    assert await archive.found("mistake") == ["talk.en.1"]
    await archive.say("correction", turn=1, closed=True)
    assert await archive.found("mistake") == []
    await archive.say("correction", turn=1, retracted=True)
    assert await archive.found("correction") == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_after_revisions_the_words_that_are_left_are_found_and_no_others(world: World, story: Story) -> None:
    archive, state = Archive(world), start("talk", "en")
    for seq, (text, revises) in enumerate(story.sent, 1):
        state, steps = step(state, [line(seq, text, revises=revises)])
        await world.turn_store.apply(steps)
    left = " ".join(text for _, text in story.left)
    for word in ("Alpha", "Aleph", "Bravo", "Brovo", "Beta", "Charlie", "Delta"):
        assert len(await archive.found(word)) == left.count(word)


async def test_interim_words_are_not_found(archive: Archive) -> None:
    await archive.say("sure", interim="perhaps")
    assert await archive.found("perhaps") == []


async def test_a_hit_says_where_who_and_when(archive: Archive) -> None:
    await archive.announce("talk", title="Keynote", event="IGF", room="5", date="2015-11-12")
    stamps = (Stamp(0, AT), Stamp(6, AT.replace(hour=10)), Stamp(12, AT.replace(hour=11)))
    await archive.say("first second third", speaker="LEON FELIPE", stamps=stamps)
    (hit,) = (await archive.page("second")).hits
    assert (hit.session, hit.session_title, hit.event, hit.room, hit.date) == (
        "talk",
        "Keynote",
        "IGF",
        "5",
        "2015-11-12",
    )
    assert (hit.language, hit.turn_id, hit.part, hit.ordinal, hit.speaker) == ("en", "talk.en.1", 0, 1, "LEON FELIPE")
    assert hit.at == AT.replace(hour=10)


async def test_a_session_nobody_announced_is_found_too(archive: Archive) -> None:
    await archive.say("hello")
    (hit,) = (await archive.page("hello")).hits
    assert (hit.session, hit.session_title, hit.date, hit.at) == ("talk", "", None, None)


async def test_filters_narrow_and_names_compare_folded(archive: Archive) -> None:
    await archive.announce("a", event="IGF 2015", room="Salão 1")
    await archive.announce("b", event="SRCCON", room="2")
    await archive.say("hello", session="a", speaker="JOSÉ‑LUIS")
    await archive.say("hello", session="b", speaker="Ana")
    await archive.say("hello", session="b", speaker="Ana", language="es")
    assert await archive.found("hello", speaker="jose-luis") == ["a.en.1"]
    assert await archive.found("hello", event="igf 2015") == ["a.en.1"]
    assert await archive.found("hello", room="SALAO 1") == ["a.en.1"]
    assert await archive.found("hello", language="es") == ["b.es.2"]
    assert await archive.found("hello", language="ES") == ["b.es.2"]
    assert await archive.found("hello", session="b", language="en") == ["b.en.1"]
    assert await archive.found("hello", speaker="jose") == []
    assert await archive.found("hello", speaker="...") == []


async def test_speakers_are_found_and_counted_by_the_names_that_are_given_to_them(archive: Archive) -> None:
    """A recogniser's: what a captioner typed as a label stays, and so does the same label in another session."""
    await archive.announce("talk")
    await archive.announce("other")
    for session in ("talk", "other"):
        await archive.say("hello one", session=session, speaker="speaker 0", given=True, closed=True)
        await archive.say("hello two", session=session, speaker="speaker 1", given=True)
    await archive.say("hello", speaker="SPEAKER 0")
    assert await archive.found("hello", speaker="speaker 0") == ["talk.en.1", "talk.en.3", "other.en.1"]

    await archive.name("talk", {"speaker 0": "Ana Lupu"})
    assert await archive.found("hello", speaker="ana lupu") == ["talk.en.1"]
    assert await archive.found("hello", speaker="speaker 0") == ["talk.en.3", "other.en.1"]
    await archive.say("hello", speaker="speaker 0", given=True)
    assert await archive.found("", speaker="Ana Lupu") == ["talk.en.1", "talk.en.4"]
    assert (await archive.page("hello")).speakers == (
        Count("Ana Lupu", 2),
        Count("SPEAKER 0", 2),
        Count("speaker 1", 2),
    )

    await archive.name("other", {"speaker 1": "ANA LUPU"})
    assert (await archive.page("hello")).speakers[0] == Count("ANA LUPU", 3)
    await archive.name("talk", {"speaker 0": "Bo", "speaker 1": "Ana Lupu"})
    assert await archive.found("hello", speaker="ana lupu") == ["talk.en.2", "other.en.2"]
    assert await archive.found("hello", speaker="bo") == ["talk.en.1", "talk.en.4"]
    await archive.name("talk", {})
    assert await archive.found("hello", speaker="bo") == []
    assert await archive.found("hello", speaker="speaker 0") == ["talk.en.1", "talk.en.3", "talk.en.4", "other.en.1"]


async def test_a_name_that_was_given_just_before_a_restart_is_followed(archive: Archive) -> None:
    await archive.announce("talk")
    await archive.say("hello", speaker="speaker 0", given=True)
    await archive.name("talk", {"speaker 0": "Ana"})
    await archive.world.reopen()
    assert await archive.found("", speaker="ana") == ["talk.en.1"]
    await archive.world.reopen()
    assert await archive.found("", speaker="ana") == ["talk.en.1"]


async def test_a_speaker_without_words_lists_what_they_said(archive: Archive) -> None:
    await archive.say("one", speaker="Ana")
    await archive.say("two", speaker="Bo")
    await archive.say("three", speaker="ANA")
    page = await archive.page("", speaker="ana")
    assert [shown(hit) for hit in page.hits] == ["one", "three"]


async def test_counts_are_over_all_hits(archive: Archive) -> None:
    await archive.announce("a", event="IGF")
    for n in range(7):
        await archive.say("hello", session="a", speaker="ANA" if n % 2 else "BO")
    await archive.say("hello", session="b", speaker="Ana")
    await archive.say("hello", session="b", language="es")
    page = await archive.page("hello", limit=2)
    assert (page.total, len(page.hits)) == (9, 2)
    assert {(count.value, count.count) for count in page.speakers} == {("ANA", 4), ("BO", 4)}
    assert page.events == (Count("IGF", 7),)
    assert page.languages == (Count("en", 8), Count("es", 1))


async def test_the_newest_session_comes_first_and_turns_in_order(archive: Archive) -> None:
    await archive.announce("old", date="2014-01-01")
    await archive.announce("new", date="2015-01-01")
    for session in ("undated", "old", "new"):
        for _ in range(11):
            await archive.say("hello", session=session)
    found = await archive.found("hello", limit=100)
    assert found == [f"{session}.en.{n}" for session in ("new", "old", "undated") for n in range(1, 12)]


@pytest.mark.parametrize("limit", [1, 4, 7, 100])
async def test_paging_shows_every_hit_once_in_the_same_order(archive: Archive, limit: int) -> None:
    for session in ("a", "b", "c"):
        for n in range(5):
            await archive.say("hello", session=session, language=("en", "es")[n % 2])
    everything = await archive.found("hello", limit=100)
    paged: list[str] = []
    cursor = None
    while True:
        page = await archive.page("hello", limit=limit, cursor=cursor)
        assert page.total == 15
        paged += [hit.turn_id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            break
    assert paged == everything
    assert len(set(paged)) == 15


async def test_paging_shows_what_was_there_once_while_people_go_on_speaking(archive: Archive) -> None:
    for session, date in (("a", "2015-01-01"), ("b", "2016-01-01"), ("c", "2017-01-01")):
        await archive.announce(session, date=date)
        for turn in range(1, 6):
            await archive.say("hello", session=session, turn=turn, closed=turn < 5)
    before = await archive.found("hello", limit=100)
    paged: list[str] = []
    cursor, more = None, 5
    while True:
        page = await archive.page("hello", limit=2, cursor=cursor)
        paged += [hit.turn_id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            break
        more += 1
        for session in ("a", "b", "c"):
            await archive.say("hello and more", session=session, turn=5)
            await archive.say("hello", session=session, turn=more)
        await archive.announce(f"later-{more}", date="2018-01-01")
        await archive.say("hello", session=f"later-{more}")
    assert len(set(paged)) == len(paged)
    assert [hit for hit in paged if hit in before] == before


async def test_a_cursor_that_is_not_ours_is_refused(archive: Archive) -> None:
    for _ in range(3):
        await archive.say("hello there")
    cursor = (await archive.page("hello", limit=1)).next
    assert cursor is not None
    forged = base64.urlsafe_b64encode(msgspec.json.encode(["x", "", "", "", "", 2**70, 0])).decode()
    for bad in ("", "x", "é", "....", cursor[:-3], cursor + "AAAA", forged, "\ud800", "A" * 10_000):
        with pytest.raises(BadMessage):
            await archive.page("hello", limit=1, cursor=bad)
    with pytest.raises(BadMessage):
        await archive.page("there", limit=1, cursor=cursor)


async def test_everything_is_still_found_after_a_restart(archive: Archive) -> None:
    await archive.say("closed", closed=True)
    await archive.say("growing")
    await archive.world.reopen()
    assert await archive.found("closed") == ["talk.en.1"]
    assert await archive.found("growing") == ["talk.en.2"]


async def test_nothing_is_found_or_counted_in_hidden_sessions(archive: Archive) -> None:
    for session in ("open", "closed", "another"):
        await archive.announce(session, event=session.upper())
        await archive.say("the free internet", session=session, speaker=f"OF {session.upper()}")
    page = await archive.page("free", hidden=("closed", "another", "never-announced"))
    assert [hit.session for hit in page.hits] == ["open"]
    assert page.total == 1
    assert page.events == (Count("OPEN", 1),)
    assert page.speakers == (Count("OF OPEN", 1),)
    assert page.languages == (Count("en", 1),)
    assert await archive.found("free", session="closed", hidden=("closed",)) == []
    first = await archive.page("free", limit=1)
    assert (await archive.page("free", limit=1, cursor=first.next, hidden=("closed",))).total == 2
