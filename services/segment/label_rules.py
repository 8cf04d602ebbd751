"""Which words before a colon are the name of a speaker, and which are not. Pure.

Rules about the shape of the words, from the conventions of real-time captioning: see docs/segmenter.md.
"""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

MAX_LABEL = 80
"""Longest label in characters; what is longer is text."""

PARTICLES = frozenset(
    "al ap av bin bint da das de del della den der di do dos du e el ibn la las le los of san ten ter van von y zu".split()
)
TITLES = frozenset("dr mr mrs ms mx prof sir dame hon h.e rev fr sr sra sen gov gen col lt capt amb st".split())
ROLES = frozenset(
    """announcer attendee audience captioner caller chair chairman chairperson chairwoman chorus co-chair cochair co-moderator
    comoderator convener coordinator crowd everybody everyone facilitator floor guest host instructor interpreter
    interviewee interviewer judge lecturer leader man member moderator narrator operator panelist panellist participant
    presenter president professor questioner rapporteur reporter respondent room secretariat secretary session speaker
    speakers staff student students teacher translator voice volunteer webcast woman wrangler
    panelists panellists participants members q a audio interpreter session-leader all male female""".split()
)
MODIFIERS = frozenset(
    """the a an and remote from in on off new next first second third unidentified unknown unnamed male female young online
    main event conference honorary acting deputy vice question answer opening closing meeting mic microphone
    screen live another same other english french spanish lead technical sign language to at""".split()
)
NOT_SPEAKERS = frozenset(
    """address agenda answer attention ask caution caveat contact copyright correction credit credits date day deprecated
    disclaimer duration edit edited email end error example exhibit fact facts fax file finally first firstly fyi goal
    guest-presenters heading hint http https idea important intro introduction item key last lastly length link links
    list location maybe meanwhile method moral n.b nb next nope note notes number objective okay ok option options p.s
    part phase phone point problem proposal ps question questions quote reason rebuttal recap remember reminder reply
    resources result results room second secondly section so solution source step subject summary task telephone
    thanks then third thirdly thus time tip title today tomorrow topic total translation trick tweet twitter update url
    venue warning website when where why yeah yep yes no hi hello hey morning welcome well look listen oh see
    summarize conclusion theme""".split()
)
STARTERS = frozenset(
    """a about after all also although an and another any are as at because before both but by can could did do does each
    every for from get give had has have he her here here's hers his how however i i'll i'm i've if in is it it's its
    just let let's like look make many may me more most my never not now of on one or our ours over people perhaps say she
    should since so some still such take tell than that that's the their them then there there's these they they're this
    those though through to two under until up us very was we we're well were what what's when where which while who
    who's whose why will with would you you're your yours say says said only three four five even services
    provided hi hello""".split()
)
_ABSTRACT = re.compile(r"(?:ing|tion|sion|ness|ence|ance|ment|ity|ize|ise|ism|ics|ally|ology)$")
_WORD = re.compile(r"[^\W\d_](?:[\w'’‘ʼ.\-‑‐]*\w)?\.?,?|\d{1,3}|#\d{1,3}|&")  # noqa: RUF001 (quotes and hyphens as typed)
_BRACKET = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_SURNAME = re.compile(r"(?:Mc|Mac|De|Di|La|Le|Van|O['’])(?=[A-Z])|(?<=[A-Z])['’]s\b")  # noqa: RUF001 (quotes as typed)

Verdict = Literal["capitals", "mixed", "phrase"] | None


class Label(NamedTuple):
    """A label found in a text."""

    speaker: str
    """As captioned, white space collapsed, without bold marks and colon."""
    role: bool
    end: int
    """Offset behind the colon, and behind the bold mark that closes after it."""


def is_role(speaker: str) -> bool:
    """Whether a label is a role that many people share, and no person: MODERATOR, THE CHAIR, Audience member 2."""
    words = [word.strip(".,#()").casefold() for word in speaker.split()]
    named = [word for word in words if word and not word.isdigit() and word not in MODIFIERS]
    return bool(named) and all(word in ROLES for word in named)


def _upper(word: str) -> bool:
    letters = _SURNAME.sub("", word)
    return letters == letters.upper()


def shape(candidate: str) -> Verdict:
    """The shape of a possible label: name in capitals, mixed-case name, a role written as a phrase, or none of these."""
    core = _BRACKET.sub(" ", candidate)
    if not core.strip():
        core = candidate.strip(" ()[]")
    words = core.split()
    if not 0 < len(words) <= 7 or not words[0][0].isalpha():  # noqa: PLR2004 (longest name seen: five words)
        return None
    if not all(_WORD.fullmatch(word) for word in words):
        return None
    plain = [word.rstrip(".,").casefold().replace("’", "'") for word in words]  # noqa: RUF001 (a curly apostrophe)
    if len(words) == 1 and plain[0] in NOT_SPEAKERS:
        return None
    if all(_upper(word) or word in PARTICLES for word in words):
        return None if plain[0] in NOT_SPEAKERS - ROLES else "capitals"
    if any(word.endswith(",") for word in words):
        return None
    if is_role(core):
        return "phrase"
    if plain[0] in STARTERS or plain[0] in NOT_SPEAKERS or plain[-1] in NOT_SPEAKERS or plain[-1] in STARTERS:
        return None
    if all(not word[0].islower() or word in PARTICLES for word in words):
        return "mixed"
    return None


def find_label(text: str, start: int, *, marked: bool, trusted: bool, known: Callable[[str], bool]) -> Label | None:
    """The label that begins at ``start`` of ``text``, white space and bold marks skipped, or None.

    ``marked``: a marker stands before it. ``trusted``: the words before it ended a sentence, so that a new speaker is
    likely. ``known``: whether a (casefolded) label opened a turn before in this session.
    """
    colon = text.find(":", start, start + MAX_LABEL + 8)
    wide = text.find("：", start, start + MAX_LABEL + 8 if colon < 0 else colon)  # noqa: RUF001 (the Chinese colon)
    if wide >= 0:
        colon = wide
    if colon < 0:
        return None
    head = text[start:colon].strip()
    follow = text[colon + 1 : colon + 2]
    end = colon + 1
    bold = head[:2] if head[:2] in {"**", "__"} else ""
    if bold:
        head = head[2:]
        if head.endswith(bold):
            head = head[:-2]
        elif text.startswith(bold, end):
            end += 2
        else:
            return None
    elif wide < 0 and (
        follow.isdigit() or follow in {"/", ":", "\\"} or not (marked or not follow or follow.isspace())
    ):
        return None
    speaker = " ".join(head.split())
    if not speaker or len(speaker) > MAX_LABEL:
        return None
    if not _accepted(speaker, marked=marked or bool(bold), trusted=trusted, known=known):
        return None
    return Label(speaker, is_role(speaker), end)


def _accepted(speaker: str, *, marked: bool, trusted: bool, known: Callable[[str], bool]) -> bool:
    verdict = shape(speaker)
    if verdict is None:
        return False
    if marked or known(speaker.casefold()):
        return True
    if verdict == "capitals":
        return len(speaker) > 1 or speaker in {"Q", "A"} or not speaker.isascii()
    if not trusted:
        return False
    words = speaker.split()
    if verdict == "phrase" or len(words) > 1:
        return True
    return not _ABSTRACT.search(speaker) and not speaker[0].isdigit()


def may_go_on(text: str) -> bool:
    """Whether a text after a marker can be the first half of a label that the line break cut."""
    words = text.split()
    return 0 < len(words) <= 5 and len(text) <= MAX_LABEL // 2 and shape(text) in {"capitals", "mixed"}  # noqa: PLR2004


def must_go_on(text: str) -> bool:
    """Whether a line without a marker can only be the first half of a label: capitals that end in a particle or title."""
    words = text.split()
    last = words[-1].rstrip(".").casefold() if words else ""
    return len(words) > 1 and (last in PARTICLES or last in TITLES) and text == text.upper() and may_go_on(text)
