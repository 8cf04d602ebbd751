"""Which words before a colon are the name of a speaker, and which are not. Pure.

Rules about the shape of the words, from the conventions of real-time captioning: see docs/segmenter.md.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, NamedTuple

from captionflow.characters import COMBINING
from services.segment.rules.lexicon import Lexicon
from services.segment.rules.lexicon.words import either

MAX_LABEL = 80
"""Longest label in characters; what is longer is text."""
MAX_WORDS = 7
"""So many words has a label at most, particles and the like not counted."""

MAX_OFFICE = 6
"""So many words has an office behind a form of address at most, with that."""

_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
_ABSTRACT = re.compile(r"(?:ing|tion|sion|ness|ence|ance|ment|ity|ize|ise|ism|ics|ally|ology)$")
_WORD = re.compile(
    rf"[^\W\d_](?:[\w{COMBINING}'’‘ʼ.\-‑‐·・]*[\w{COMBINING}])?\.?,?|['’][ts]|\d{{1,3}}|#\d{{1,3}}|&|[א-ת]+(?:[\"״׳'][א-ת]*)+\.?,?"  # noqa: RUF001 - quotes, hyphens and dots as typed
)
_STOPPED = re.compile(r"(?:[^\W\d_]|[^\W\d_]{1,2}(?:\.[^\W\d_]{1,2})+|[js]r|phd|esq|ph)\.,?", re.IGNORECASE)
_BRACKET = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_SURNAME = re.compile(r"(?:Mc|Mac|De|Di|La|Le|Van|O['’])(?=[A-Z])|(?<=[A-Z])['’]s\b")  # noqa: RUF001 - quotes as typed

_TIMED = re.compile(
    r"\s*([^\n:()\[\]]{1,80}(?:[(\[][^\n:()\[\]]{1,60}[)\]])?)\s*([(\[]\s*\d\d?:\d\d(?::\d\d)?\s*[)\]])\s*:(?=\s|$)"
)
_QUESTION = re.compile(r"\s*([QA]\.)(?:[ \u00a0]{2,}|[ \u00a0]*\t\s*)(?=\S)")
_NUMBER_SIGN = re.compile(r"\b(?:no|nr|num|number|n)[.º°]{0,2}\s*(?=\d{1,3}$)|№\s*(?=\d{1,3}$)", re.IGNORECASE)
"""What may stand before the number of a role: ``JUROR NO. 7``."""
_TOGETHER = re.compile(r"\s?[/&+]\s?")
"""Between the names of people who speak together."""
_QUOTED = re.compile('["\u201c\u201e\u00ab][^"\u201d\u201c\u00bb]*(?:["\u201d\u201c\u00bb][.,!?]?)?$')
"""A quotation that goes on to the end of the line."""
_BETWEEN = re.compile(r"\s[-–—]\s|\s?/\s?")  # noqa: RUF001 - dashes as typed

Verdict = Literal["capitals", "mixed", "small", "phrase"] | None


class Label(NamedTuple):
    """A label found in a text."""

    speaker: str
    """As captioned, white space collapsed, without bold marks and colon."""
    role: bool
    end: int
    """Offset behind the colon, and behind the bold mark that closes after it."""
    time: str = ""
    """A clock time that stands between the name and the colon, in its brackets."""


def nobody(_: str) -> bool:
    """What knows no name."""
    return False


@cache
def _style(lexicon: Lexicon) -> re.Pattern[str]:
    """match: how a person of rank is addressed, before the office or the name."""
    return re.compile(rf"(?:{either(lexicon.styles)})\b\s*", re.IGNORECASE)


@cache
def _no_name_end(lexicon: Lexicon) -> frozenset[str]:
    """Words that no name in mixed letters begins or ends with."""
    return (lexicon.starters | lexicon.not_speakers) - lexicon.given_names


@cache
def _clause_end(lexicon: Lexicon) -> frozenset[str]:
    """Words that a clause in capitals begins or ends with, and no name."""
    return _no_name_end(lexicon) - lexicon.roles - {"the"}


def _clause_like(plain: Sequence[str], ends: frozenset[str], lexicon: Lexicon) -> bool:
    """Whether words begin or end with one of ``ends``, as a clause does; a name beside another name is none."""
    names = lexicon.name_words if len(plain) > 1 else frozenset()
    return any(
        word in ends and (word not in names or other in ends)
        for word, other in ((plain[0], plain[-1]), (plain[-1], plain[0]))
    )


@cache
def _small(lexicon: Lexicon) -> frozenset[str]:
    """Words that do not count towards the length of a label."""
    return lexicon.particles | lexicon.small


def is_role(speaker: str, lexicon: Lexicon) -> bool:
    """Whether a label is a role that many people share, and no person: MODERATOR, THE CHAIR, Audience member 2."""
    words = [word.strip(".,#()").casefold() for word in _NUMBER_SIGN.sub("", speaker).split()]
    return any(word in lexicon.roles for word in words) and all(
        word in lexicon.roles or word in lexicon.modifiers or len(word) < 2 or word.isdigit()  # noqa: PLR2004 - a number or a letter
        for word in words
    )


def _plain(word: str) -> str:
    """A word as lexicons have it. An initial keeps its full stop, so that it is no word: ``I.``."""
    bare = word.rstrip(".,")
    if len(bare) == 1 and word[-1] == ".":
        return word.casefold()
    return bare.casefold().replace("’", "'")  # noqa: RUF001 - a curly apostrophe


def _upper(word: str) -> bool:
    letters = _SURNAME.sub("", word)
    return letters == letters.upper()


def shape(candidate: str, lexicon: Lexicon) -> Verdict:
    """The shape of a possible label: a name in capitals, in mixed or in small letters, a role as a phrase, or none."""
    core = _BRACKET.sub(" ", candidate)
    if not core.strip():
        core = candidate.strip(" ()[]")
    core = _NUMBER_SIGN.sub("", core.strip())
    style = _style(lexicon).match(core)
    words = core[style.end() if style and style.end() < len(core) else 0 :].split()
    plain = [_plain(word) for word in words]
    verdict: Verdict = None
    if not _like_names(words, lexicon):
        verdict = None
    elif len(words) == 1 and plain[0] in lexicon.not_speakers:
        verdict = "capitals" if plain[0] in lexicon.capital_roles and _upper(words[0]) else None
    elif all(_upper(word) or word in lexicon.particles for word in words):
        nobody_first = plain[0] in lexicon.not_speakers and (len(words) == 1 or plain[0] not in lexicon.name_words)
        sentence = nobody_first or (len(words) > 1 and not lexicon.predicates.isdisjoint(plain))
        verdict = None if sentence and not is_role(core, lexicon) else "capitals"
    elif style or is_role(core, lexicon) or _addressed(words, plain, lexicon):
        verdict = "phrase"
    elif not _clause_like(plain, _no_name_end(lexicon), lexicon):
        small = len(words) == 2 and all(word.isalpha() and word.islower() and len(word) > 1 for word in words)  # noqa: PLR2004 - as above
        verdict = "small" if small else "mixed" if _mixed(words, lexicon) else None
    return verdict


def _addressed(words: Sequence[str], plain: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether words are an office in small letters behind a form of address: M. le président, Madam chair."""
    return (
        1 < len(words) <= MAX_OFFICE
        and words[0].casefold() in lexicon.addresses
        and words[0][0].isupper()
        and words[-1][0].islower()
        and lexicon.predicates.isdisjoint(plain[1:])
        and plain[-1] not in _no_name_end(lexicon)
    )


def _mixed(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether words are capitalised as in a name; one comma may set off what they are from two or more.

    Before the name may stand an article and a form of address or an office, in small letters: La señora LÓPEZ.
    """
    articles = lexicon.particles | lexicon.modifiers
    if len(words) > 2 and words[0].casefold() in articles and words[1] in lexicon.addresses | lexicon.roles:  # noqa: PLR2004 - and the name
        words = words[2:]
    return all(word in lexicon.particles or not word[0].islower() for word in words) and not any(
        word[-1] == "," for word in (words[0], *words[2:])
    )


def _like_names(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether all words could be in a name, as far as their letters and full stops go."""
    small = _small(lexicon)
    return (
        len(words) > 0
        and sum(word.casefold() not in small for word in words) <= MAX_WORDS
        and words[0][0].isalpha()
        and not words[-1].endswith(lexicon.clause_ends)
        and not any(piece in word for word in words for piece in lexicon.clause_holds)
        and all(_WORD.fullmatch(word) for word in words)
        and all(word[-1] != "." or _STOPPED.fullmatch(word) or word[:-1].casefold() in lexicon.titles for word in words)
    )


def find_label(  # noqa: PLR0913 - what a label depends on
    text: str,
    start: int,
    *,
    marked: bool,
    trusted: bool,
    known: Callable[[str], bool],
    lexicon: Lexicon,
    arrows: bool = False,
    announced: Callable[[str], bool] = nobody,
) -> Label | None:
    """The label that begins at ``start`` of ``text``, white space and bold marks skipped, or None.

    ``marked``: a marker stands before it. ``trusted``: the words before it ended a sentence, so that a new speaker is
    likely. ``known``: whether a (casefolded) label opened a turn before in this session. ``arrows``: labels stand
    behind markers in this session, so that one without is unlikely. ``announced``: whether a name (casefolded) was said
    or stands in the head.
    """
    colon = text.find(":", start, start + MAX_LABEL + 8)
    wide = text.find("：", start, start + MAX_LABEL + 8 if colon < 0 else colon)  # noqa: RUF001 - the Chinese colon
    if wide >= 0:
        colon = wide
    if colon < 0:
        return None
    end = colon + 1
    time = ""
    head, bold, end = _unbold(text, text[start:colon].strip().strip(_INVISIBLE), end, marked=marked)
    if text[end : end + 1].isdigit() and (timed := _TIMED.match(text, start)):
        head, time, end = timed[1].strip(), timed[2], timed.end()
    speaker = " ".join(head.split())
    if not speaker or len(speaker) > MAX_LABEL:
        return None
    before = known(speaker.casefold())
    if not bold and wide < 0 and not _follows(text[end : end + 1], head, marked=marked, known=before):
        return None
    said = text[end : end + MAX_LABEL].strip()
    marked = marked or bold
    if not trusted and not marked and not before and said[:1].isupper() and " " in speaker:
        trusted = announced(_BRACKET.sub(" ", speaker).strip().casefold())
    if not (
        _accepted(speaker, said, marked=marked, trusted=trusted, known=before, lexicon=lexicon, arrows=arrows)
        or ((marked or trusted) and _together(speaker, known, lexicon))
    ):
        return None
    role = is_role(speaker, lexicon) or speaker.casefold() in lexicon.capital_roles
    return Label(speaker, role, end, time)


def find_question(text: str, start: int, *, known: Callable[[str], bool]) -> Label | None:
    """The ``Q.`` or ``A.`` of a court reporter: at the beginning of a line, wide space behind it, Q first; or None."""
    match = _QUESTION.match(text, start)
    if match is None or (match[1] == "A." and not known("q.")):
        return None
    return Label(match[1], True, match.end(1))


def _unbold(text: str, head: str, end: int, *, marked: bool) -> tuple[str, bool, int]:
    """A possible label without bold marks, whether they were its own, and where it ends then.

    Behind a marker the bold mark may have opened before the marker.
    """
    for bold in ("**", "__"):
        opens, closes = head.startswith(bold), head.endswith(bold)
        after = text.startswith(bold, end)
        if (opens or marked) and (closes or after):
            return head.strip(bold), opens, end if closes else end + 2
    return head, False, end


def _follows(follow: str, head: str, *, marked: bool, known: bool) -> bool:
    """Whether what follows a colon at once lets it end a label: not in times and addresses.

    Behind a name with a bracket a capital may follow.
    """
    if follow.isdigit() or follow in {"/", ":", "\\"}:
        return False
    bracketed = follow.isupper() and head[-1:] in {")", "]"} and head[0].isalpha()
    return marked or not follow or follow.isspace() or (known and follow in ".…") or bracketed


def _together(speaker: str, known: Callable[[str], bool], lexicon: Lexicon) -> bool:
    """Whether people speak together: names between slashes or ``&``, one of which opened a turn before."""
    names = _TOGETHER.split(speaker)
    return (
        len(names) > 1
        and any(known(name.casefold()) for name in names)
        and all(known(name.casefold()) or shape(name, lexicon) == "capitals" for name in names)
    )


def _accepted(  # noqa: PLR0913 - what a label depends on
    speaker: str, said: str, *, marked: bool, trusted: bool, known: bool, lexicon: Lexicon, arrows: bool
) -> bool:
    """Whether words before a colon are a label, seeing what is ``said`` behind it."""
    core = _BETWEEN.sub(" ", speaker, count=1) if marked else speaker
    verdict = shape(core, lexicon)
    words = core.split()
    if verdict is None or known:
        return verdict is not None
    if verdict == "small":
        return marked
    if not marked and ((words[-1].isdigit() and not is_role(core, lexicon)) or said.startswith(("http", "www."))):
        return False
    if verdict == "capitals":
        return _capitals(words, said, lexicon, marked=marked, trusted=trusted and not arrows)
    if verdict == "mixed" and len(words) == 1:
        listed = not marked and (arrows or said[:1].islower() or _QUOTED.match(said) is not None)
        return (marked or trusted) and not listed and not _ABSTRACT.search(speaker)
    return marked or trusted


def _capitals(words: Sequence[str], said: str, lexicon: Lexicon, *, marked: bool, trusted: bool) -> bool:
    """Whether words in capitals are a label.

    In a text all in capitals a sentence looks like a name: there the words and what came before must say more.
    """
    shouted = said.isupper()
    if marked and not shouted:
        return True
    if len(words) == 1:
        word = words[0]
        if len(word) == 1 and word.isascii() and word not in {"Q", "A"} and not marked:
            return trusted and said[:1].isupper() and not shouted
        return marked or trusted or not shouted
    core = " ".join(words)
    styled = _style(lexicon).match(core) is not None
    if (
        not styled
        and not is_role(core, lexicon)
        and _clause_like([_plain(word) for word in words], _clause_end(lexicon), lexicon)
    ):
        return False
    return marked or trusted or not shouted


def ends_in_title(text: str, lexicon: Lexicon) -> bool:
    """Whether a text ends in the full stop of a title or an initial, which ends no sentence."""
    last = text[text.rfind(" ") + 1 : -1].strip(">").casefold()
    return text[-1:] == "." and (last in lexicon.titles or (len(last) == 1 and last.isalpha()))


def may_go_on(text: str, lexicon: Lexicon) -> bool:
    """Whether a text after a marker can be the first half of a label that the line break cut."""
    words = text.split()
    return 0 < len(words) <= 5 and len(text) <= MAX_LABEL // 2 and shape(text, lexicon) in {"capitals", "mixed"}  # noqa: PLR2004 - as above


def must_go_on(text: str, lexicon: Lexicon) -> bool:
    """Whether a line without a marker can only be the first half of a label: capitals ending in a particle or title."""
    words = text.split()
    last = words[-1].rstrip(".").casefold() if words else ""
    return (
        len(words) > 1
        and (last in lexicon.particles or last in lexicon.titles)
        and text == text.upper()
        and may_go_on(text, lexicon)
    )
