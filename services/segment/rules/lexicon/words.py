"""What a lexicon holds: the words of one language that the rules ask for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def pieces(text: str) -> tuple[str, ...]:
    """The pieces of regular expressions of a text, none of which has a space."""
    return tuple(text.split())


def either(some: Iterable[str]) -> str:
    """A piece of a regular expression that matches one of some pieces, the first that fits; for none, it never does."""
    return "|".join(some) or "(?!)"


@dataclass(frozen=True, eq=False, kw_only=True)
class Lexicon:
    """The words of one language, or of two together.

    Sets hold single words, casefolded. Tuples hold pieces of regular expressions, which ignore case where nothing else
    is said. What has no default every language must give. A lexicon is compared by identity, so that patterns can be
    compiled once for each.
    """

    particles: frozenset[str]
    """Small words inside names, also in lower case."""
    titles: frozenset[str]
    """Words before a name that end in a full stop or not, written without it."""
    addresses: frozenset[str] = frozenset()
    """Forms of address, with their full stop if they have one: an office in small letters may follow."""
    roles: frozenset[str]
    """Labels that many people share."""
    modifiers: frozenset[str]
    """Words that go with a role and name nobody."""
    not_speakers: frozenset[str]
    """Words that stand before a colon in announcements, notes and lists, and are nobody."""
    starters: frozenset[str]
    """Words that begin or end a sentence or a clause before a colon, and no name."""
    given_names: frozenset[str] = frozenset()
    """Words of ``not_speakers`` and ``starters`` that are names too."""
    name_words: frozenset[str] = frozenset()
    """Words of the same sets that are names only beside another name: ``YOU LI``."""
    capital_roles: frozenset[str] = frozenset()
    """Words of ``not_speakers`` that are roles in capitals: ``QUESTION``."""
    styles: tuple[str, ...] = ()
    """How a person of rank is addressed, before the office or the name: ``His Excellency``."""
    breaks: tuple[str, ...] = ()
    """What a break of the show is called, before a colon."""
    predicates: frozenset[str]
    """Words of a sentence or a clause, and of no name: capitals that hold one are no label."""
    clause_ends: tuple[str, ...] = ()
    """What a word before a colon ends with that announces what follows, and names nobody: plain text, no pattern."""
    clause_holds: tuple[str, ...] = ()
    """What a word before a colon holds that is a clause without blanks, and no name: plain text, no pattern."""
    small: frozenset[str] = frozenset()
    """Small words inside what is said of a speaker (``on behalf of``), besides the particles."""
    inline_roles: tuple[str, ...] = ()
    """Roles, case as written, that are labels also in the middle of a line."""

    notes: tuple[str, ...] = ()
    """Parentheses that begin like one of these were not spoken."""
    noises: tuple[str, ...] = ()
    """Parentheses that begin like one of these, and hold none of ``said``, were not spoken."""
    sounds: tuple[str, ...] = ()
    """Parentheses that hold one of these as a word, in their first 40 characters, were not spoken."""
    open_sounds: tuple[str, ...] = ()
    """A square bracket that the captioner left open may hold one: the note ends with the word."""
    bare_sounds: tuple[str, ...] = ()
    """Sounds that are notes without brackets, alone on a line in capitals, case as written."""
    said: tuple[str, ...]
    """Words of somebody who speaks: parentheses alone on a line that hold one are no note."""
    said_gerunds: tuple[str, ...] = ()
    """Words that look like what a person is doing (``(coughing)``) and are not."""

    agenda: tuple[str, ...] = ()
    """What a square bracket begins with that names an item of the agenda."""
    pages: tuple[str, ...] = ()
    """The word before the number of a page."""
    page_of: tuple[str, ...] = ()
    """The word between the number of a page and how many there are."""
    ends: tuple[str, ...]
    """What says, alone on a line or in brackets, that the session is over; a time of day may follow."""
    end_initials: frozenset[str]
    """The characters that ``ends`` can begin with, small and capital."""
    end_brackets: tuple[str, ...]
    """What a bracket begins with that says the same, besides ``ends`` and ``end_sentences``."""
    end_sentences: tuple[str, ...] = ()
    """What a chair says to end the session: it stays words."""
    examinations: tuple[str, ...] = ()
    """A whole line of a court reporter that says who asks from here on, case as written."""
    shown: tuple[str, ...] = ()
    """What is shown, read or divided in a session: a bracket that tells the end of one is a note."""
    end_words: frozenset[str] = frozenset()
    """Whole lines that say it, case as written."""

    keys: tuple[str, ...]
    """Names of fields before a colon in the head."""
    people_keys: tuple[str, ...] = ()
    """Those whose values are people."""
    title_keys: tuple[str, ...]
    """Names of the field that holds the title."""
    room_keys: tuple[str, ...]
    """Names of the field that holds the room."""
    value_words: frozenset[str] = frozenset()
    """Small words, besides the particles, in the value of a field of people, case as written."""
    about: tuple[str, ...]
    """What a line about the transcript holds: disclaimers, the firm, the file."""
    disclaimers: tuple[str, ...] = ()
    """What a firm's disclaimer holds, and nobody says."""
    captioned: tuple[str, ...] = ()
    """What a line begins with that names who captioned."""
    sections: tuple[str, ...] = ()
    """Headings that many transcripts have, and the chrome of pages: a whole line."""
    transcripts: tuple[str, ...]
    """What a transcript is called before the title of its session."""
    editions: tuple[tuple[str, str], ...]
    """Pairs of an edition (raw, rough, draft, finished) and what says so in a line."""
    edition_lines: tuple[str, ...] = ()
    """The edition as a whole line."""
    edition_tails: tuple[str, ...] = ()
    """The edition at the end of a line."""
    notices: tuple[str, ...] = ()
    """What a line of a program begins with, case as written: plain text, no pattern."""
    place_kinds: tuple[str, ...] = ()
    """What kind of room it is, before ``places``."""
    places: tuple[str, ...]
    """What a room is called; a number or a name may follow."""
    months: tuple[str, ...]
    """January to December: twelve pieces."""
    day_marks: tuple[str, ...] = ()
    """What may stand behind the number of a day (``12th``), in a date."""
    month_words: tuple[str, ...] = ()
    """What may stand between the day and the month: ``of``."""
    year_words: tuple[str, ...] = ()
    """What may stand between the month and the year."""
    weekdays: tuple[str, ...]
    """Sunday to Saturday, in any order."""
    greetings: tuple[str, ...]
    """Words that begin what somebody says first."""
    spoken: tuple[str, ...]
    """Words that are spoken, and stand in no title; apostrophes are straight."""

    def __or__(self, other: Self) -> Self:
        """The words of both."""
        joined: dict[str, Any] = {}
        for field in fields(self):
            ours, theirs = getattr(self, field.name), getattr(other, field.name)
            joined[field.name] = ours | theirs if isinstance(ours, frozenset) else ours + theirs
        joined["months"] = tuple(f"{ours}|{theirs}" for ours, theirs in zip(self.months, other.months, strict=True))
        return type(self)(**joined)
