"""Which words alone on a line, in brackets or beside a clock, can be who speaks. Pure.

Only the shape of a whole file makes them a speaker (``shapes.py``): here stands what a name looks like, and what never
is one. The segmenter's rules for ``NAME:`` in running text are others, since there every word may be one of a sentence.
"""

import re
from typing import Literal

from captionflow.characters import COMBINING

MAX_NAME = 60
"""Longest name in characters."""
_MAX_WORDS = 7

Sort = Literal["numbered", "name", "nick"]
"""numbered: ``Speaker 1``, ``SPEAKER_00``; name: words with capitals, or in a script without; nick: anything else."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_PARTICLES = word_set(
    """
    a al and auf aus ben bin bint da dal das de del della den der di do dos du e el et i ibn il la las le los
    och of op san te ten ter the til to und van vom von vor y zu zum zur
    """
)
_NUMBERED = re.compile(r"[^\W\d_]+[ _\-]?(?:#|no\. ?)?\d{1,4}", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_PARTS = re.compile(r"\s*[,/|·•]\s*|\s+[-\u2013\u2014]\s+")
_WORD = re.compile(
    rf"[^\W\d_](?:[\w{COMBINING}'\u2019\u02bc\"\u05f3\u05f4.\-\u2010\u2011]*[\w{COMBINING}])?\.?|[&+#]?\d{{1,6}}|&|[A-Z]\."
)
_NICK = re.compile(r"[\w+@.\-\[\]\\`^{}|*'\u2019]{1,40}(?: [\w+@.\-()'\u2019]{1,30}){0,3}")
_PHONE = re.compile(r"\+?[\d*][\d* ().\-]{5,18}[\d*]")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ABSTRACT = re.compile(r"(?:ings?|tions?|sions?|ments?|ness|ology|ance|ences?|ities|ity)$", re.IGNORECASE)

_ROLES = word_set(
    """
    announcer audience captioner chair chairman chairperson chairwoman clerk coordinator facilitator guest host
    interpreter interviewee interviewer judge mayor member moderator narrator officer operator panelist
    participant presenter president reporter respondent secretary speaker translator voice witness
    """
)

_ANY = word_set("female first male new other second third unidentified unknown")

_NOBODY = word_set(
    """
    abstract acknowledgements action actions added address adjourned advertisement agenda agreed aired amen
    announcement announcements answer answers apologies appendix applause approved april assignment attachments
    attendance attendees august author authors background bibliography break bye changed chapter chapters
    cheering chorus closing coffee comment comments completed conclusion conclusions contact content contents
    continued copyright correct created credits crosstalk date day december decision decisions deprecated
    description details dial disclaimer discussion done download duration edited editor end ended ends episode
    event exactly example examples exhibit explanation faq february figure file final finally first fixed
    footnote footnotes friday from general glossary goal goals good goodbye great greetings hello help hence hi
    how however i if imagine important in inaudible index indiscernible input instructions intermission intro
    introduction invocation issue issues it item items january join joined july june keynote languages last
    laughing laughs laughter left length lesson lessons links list location lunch march may maybe meeting
    meetings method methods minutes monday motion motions music new news next no none note notes november now
    objective objectives october offer oh ok okay opening option options or other others outcome outline output
    overview page pages parameters part participants pause please poll postscript prayer preamble preface
    prerequisites present problem proposal publication purpose question questions quote rate reading reason
    recap received recess record recorded recording recordings references refrain regrets related reminder
    removed report requirements resolution resolved resources response result results returns review right room
    round rule running same saturday scene schedule screen second section security see september session
    sessions setup share shared silence similarly since slide slides so solution source sources speakers stanza
    start started starts status step steps still stop stopped subject subscribe summary sunday support sure
    table tags takeaways task tasks tea thank thanks that then there therefore these they think this those
    thursday thus time timestamp timestamps tip title today todo tomorrow tonight topic topics total transcript
    transcription transcripts true tuesday type unanimous unintelligible unreleased until update updated updates
    usage user venue verse version video views vote votes warning we website wednesday welcome well what when
    where which who whose why with workshop wow yeah year yep yes yesterday you your
    """
)
"""Sections of documents and minutes, fields of a head, sounds, marks of a recording, days and months, and words that
people say alone: a line that begins with one of them is nobody's name."""

_ALSO_NAMES = word_set(
    """
    april august day june may page so stanza will you
    """
)
"""Of these, what may begin a name of several words: May Chen, You Li."""
_NOBODY_ELSE = _NOBODY - _ALSO_NAMES


def sort_of(text: str) -> Sort | None:
    """What sort of name words are, or None: they end like a sentence, begin with a small letter, or are none at all."""
    bare = _ASIDE.sub("", text).strip(" *_\"'\u201c\u201d")
    if not bare or len(text) > MAX_NAME or bare[-1] in "!?;:,\u2026" or _YEAR.search(bare):
        return None
    if _NUMBERED.fullmatch(bare):
        return None if _first(bare) in _NOBODY else "numbered"
    if not any(char.isalpha() for char in bare):
        return "nick" if _PHONE.fullmatch(bare) else None
    words = [word for part in _PARTS.split(bare) for word in part.split()]
    if len(words) <= _MAX_WORDS and all(_WORD.fullmatch(word) for word in words) and _capitalised(words):
        return None if _is_nobody(bare, len(words)) or _ends_sentence(words) else "name"
    nick = _NICK.fullmatch(bare) is not None and _first(bare) not in _NOBODY and not _ends_sentence(bare.split())
    return "nick" if nick else None


def is_nobody(text: str) -> bool:
    """Whether words begin as no name does, whatever the file: Note, Question 2."""
    return _is_nobody(text, len(text.split()))


def _is_nobody(text: str, words: int) -> bool:
    return _first(text) in (_NOBODY_ELSE if words > 1 else _NOBODY)


def is_person(text: str) -> bool:
    """Whether words without a clock beside them can be a person or a role: no heading, no single word of a text."""
    if sort_of(text) not in {"name", "numbered"}:
        return False
    words = [word.strip(".,") for word in text.split()]
    single = len(words) == 1 and words[0].casefold() not in _ROLES
    abstract = any(_ABSTRACT.search(word) for word in ((words[0], words[-1]) if len(words) > 1 else words))
    return not (single and (abstract or len(words[0]) == 1)) and not (abstract and not _known_as_role(words))


def is_role(text: str) -> bool:
    """Whether words are a role that a file may name without a name: Operator, Unknown Speaker, Speaker 1."""
    words = text.casefold().split()
    known = bool(words) and words[-1] in _ROLES and all(word in _ROLES or word in _ANY for word in words)
    return known or _NUMBERED.fullmatch(text.strip()) is not None


def _known_as_role(words: list[str]) -> bool:
    return any(word.casefold() in _ROLES for word in words)


def _first(text: str) -> str:
    found = re.match(r"[^\W\d_]+", text)
    return found[0].casefold() if found else ""


def _capitalised(words: list[str]) -> bool:
    """No word but particles begins with a small letter, and the first is none of them."""
    return not words[0][0].islower() and all(not word[0].islower() or word in _PARTICLES for word in words)


def _ends_sentence(words: list[str]) -> bool:
    """A full stop behind more than an initial or an abbreviation."""
    last = words[-1]
    return last[-1] == "." and len(last) > 4  # noqa: PLR2004 - "Jr." and "Ph.D." are no longer
