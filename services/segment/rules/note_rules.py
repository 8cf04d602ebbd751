"""Which words of a caption stream nobody spoke: sounds, captioner's notes, marks, furniture and the end. Pure.

Square brackets are notes unless they hold an address; parentheses are notes only when a word in them says so, since
speakers' parentheses are dictated too. See docs/segmenter.md.
"""

import re
from typing import Literal

MAX_NOTE = 200
"""Longest note in characters, brackets included; a longer bracket is text."""

MAX_SPACES = 8
"""A note in parentheses has so many spaces at most."""

MAX_LONE_WORDS = 5
"""Parentheses alone on a line have so many words at most if they are a note."""

Why = Literal["furniture", "mark", "end"]

_SOUNDS = (
    r"applau\w*|laugh\w*|chuckl\w*|giggl\w*|cheer\w*|clap\w*|music\w*|silen\w*|inaud\w*|indiscern\w*|unintellig\w*|"
    r"unclear|phonetic\w*|ph\.?|phon\.|sp\.?\??|spelling|crosstalk|cross-talk|overlap\w*|cough\w*|sneez\w*|sigh\w*|"
    r"gasp\w*|groan\w*|booing|whistl\w*|sing(?:s|ing)|sang|whisper\w*|shout\w*|yell\w*|hum(?:s|ming)|beep\w*|buzz\w*|"
    r"ringing|rings|ringtone|static|echo\w*|gavel|noise\w*|playing|played|plays|pause\w*|bleep\w*"
)
_DOINGS = (
    r"off[ -]?mi(?:c|ke|crophone)\b|no (?:audio|sound|interpretation|translation|microphone)|audio|sound\b|video|"
    r"break(?:out)?\b|recess|lunch|coffee|group (?:work|activit|discussion|collaboration)|discussion|introductions|"
    r"(?:going |back )?(?:off|back on|on) the record|trail(?:s|ed|ing) off|lost (?:\w+ )?(?:connection|audio|feed)|"
    r"technical (?:difficult|issue|problem)|connection|interpret|translat|foreign language|non-english|"
    r"speak(?:s|ing)\b|talking\b|captioner|captioning|stand ?by|please stand|moment|people talking|multiple speakers|"
    r"simultaneous|no response|clears? (?:\w+ )?throat|cracking up|word\??$|name\??$|microphone|mic\b|mute|"
    r"question off|voting|end of|session (?:ended|break)|via |through (?:an )?interpret"
)
_GERUND = re.compile(r"[a-z]{2,}ing(?: \S+){0,5}\s*(?:\.\.\.|…)?", re.ASCII)
_SAYS_NOTE = re.compile(rf"(?:.{{0,40}}\b(?:{_SOUNDS})(?!\w)|{_DOINGS})|\?+$", re.IGNORECASE)
_GERUND_SPOKEN = re.compile(
    r"(?:during|king|bring|thing|nothing|everything|something|anything|including|meaning|according|depending|being|"
    r"having|going|assuming|thinking|using)\b"
)

_SPEAKS = re.compile(
    r"\b(?:i|you|we|it['’]s|that|this|is|are|was|were|my|your|our|us|me|not|yes|no)\b",  # noqa: RUF001 (a curly apostrophe)
    re.IGNORECASE,
)

OPEN_WORDS = r" ?(?:applause|laughter|music|inaudible|indiscernible|group activity|cheering|silence|crosstalk)"
"""A bracket that the captioner left open may hold them: the note ends with the word."""

_TIME = r"\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:[.,]\d{1,3})?\s*(?:[ap]\.?\s?m\.?|hrs|hours|utc|gmt)?"
_CLOCK = re.compile(rf"[\[(]\s*(?:{_TIME}|\d{{1,2}}\s*[ap]\.?m\.?)\s*[\])]", re.IGNORECASE)
_BARE_SOUND = re.compile(
    r"(?:APPLAUSE|LAUGHTER|MUSIC|CHEERING|CHEERS AND APPLAUSE|INAUDIBLE|INDISCERNIBLE|NO AUDIO)\.?"
)
_LEADING = re.compile(
    rf"\s*(?:[\[(]\s*{_TIME}\s*[\])]\s*|\d\d?:\d\d:\d\d(?:[.,]\d{{1,3}})?\s+|\d\d?:\d\d\s+(?=\\?>|&gt;))(?:[-–]\s+)?(?=\S)",  # noqa: RUF001 (en dash)
    re.IGNORECASE,
)
_LEADING_FIRST = frozenset("[(0123456789")
_AGENDA = re.compile(r"\[\s*(?:agenda item\b|item \d|\d{1,3}(?:\.\d{1,3})*[.)]\s).*\]", re.IGNORECASE)
_RULE = re.compile(r"(?:[*_=~\-–—#][ \t]?){3,}")  # noqa: RUF001 (an en dash can make a rule)
_PAGE = re.compile(
    r"(?:\d{1,4}\s+)?page\s+\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]",  # noqa: RUF001 (en dash)
    re.IGNORECASE,
)
_PAGE_FIRST = frozenset("Pp-–—")  # noqa: RUF001 (en dash)
_STAMP = re.compile(r"\d\d:\d\d:\d\d(?:[.,:]\d{1,3})?")
_END_FIRST = frozenset("EeTtSsMmCcWwRrAaHhPp")
_END_WORDS = frozenset({"END", "THE END", "[END]", "FIN"})
_AROUND_END = "*-–—=_~# "  # noqa: RUF001 (an en dash can make a rule)
_ENDED = (
    r"(?:(?:the )?(?:session|meeting|call|workshop|conference|webinar|event|recording|transcript|audio|panel|hearing)"
    r"\s+(?:is |was |has )?(?:now )?(?:ended|ends|over|concluded|concludes|adjourned|closed|finished|rose)|"
    r"end of (?:the )?(?:\w+ )?(?:session|meeting|call|workshop|transcript|transcription|recording|file|captions?|"
    r"captioning|audio|event|webinar|day|panel|hearing)"
)
_END_BRACKET = re.compile(
    rf"[\[(]\s*(?:{_ENDED}|concluded|adjourned|end|ended|fin|whereupon)\b[^()\[\]]{{0,80}})[\])]\s*\.?", re.IGNORECASE
)
_END_PLAIN = re.compile(rf"(?:{_ENDED}))(?:\s+at\s+[\d.:]+(?:\s*[ap]\.?m\.?)?)?\s*[.*]*", re.IGNORECASE)


def leading_time(line: str) -> int:
    """Where a clock time ends with which a line begins, as logs and recognisers write it before a speaker; or 0."""
    if line.lstrip()[:1] not in _LEADING_FIRST:
        return 0
    match = _LEADING.match(line)
    return match.end() if match else 0


def bare_sound(line: str) -> bool:
    """Whether a whole line is the name of a sound in capitals, without brackets."""
    return line.isupper() and _BARE_SOUND.fullmatch(line) is not None


def lone_note(line: str) -> bool:
    """Whether parentheses alone on a line are a note: a few words, and none of them of a person who speaks."""
    inner = line.rstrip(".")[1:-1].strip()
    words = inner.split()
    return (
        line[0] == "("
        and 0 < len(words) <= MAX_LONE_WORDS
        and len(words[0]) > 1
        and not set(inner) & set("/@:?")
        and not any(word.isdigit() for word in words)
        and not _SPEAKS.search(inner)
    )


def apart_line(line: str) -> Why | None:
    """Why a whole line (stripped) was not spoken, or None: rules, page numbers, clock and agenda marks, end marks."""
    if not 0 < len(line) <= MAX_NOTE:
        return None
    first = line[0]
    if first in "[(":
        marks = _CLOCK.fullmatch(line) or (first == "[" and _AGENDA.fullmatch(line))
        return "mark" if marks else "end" if _END_BRACKET.fullmatch(line) else None
    if (first.isdigit() or first in _PAGE_FIRST) and _PAGE.fullmatch(line):
        return "furniture"
    if _RULE.fullmatch(line) or (first.isdigit() and _STAMP.fullmatch(line)):
        return "mark"
    bare = line.strip(_AROUND_END)
    if bare in _END_WORDS:
        return "end"
    return "end" if bare[:1] in _END_FIRST and _END_PLAIN.fullmatch(bare) else None


def bracket(text: str) -> Literal["note", "mark", "end"] | None:
    """What a bracket inside a line is, brackets included; None if somebody said it."""
    inner = text[1:-1].strip()
    if not inner or len(text) > MAX_NOTE:
        return None
    if "\n" in text:
        text, inner = " ".join(text.split()), " ".join(inner.split())
    if _CLOCK.fullmatch(text):
        return "mark"
    if text[0] == "[":
        return _square(text, inner)
    if text[1] == "(":
        return "note"
    if "/" in inner or "@" in inner or inner.count(" ") > MAX_SPACES:
        return None
    gerund = _GERUND.fullmatch(inner) and not _GERUND_SPOKEN.match(inner)
    return "note" if gerund or _SAYS_NOTE.match(inner) else None


def _square(text: str, inner: str) -> Literal["note", "end"] | None:
    address = ("/" in inner or "@" in inner or "." in inner) and " " not in inner and inner[-1] not in ".?"
    if address or not any(char.isalpha() or char == "?" for char in inner):
        return None
    return "end" if _END_BRACKET.fullmatch(text) else "note"


def opens_note(tail: str) -> bool:
    """Whether a bracket left open at the end of a line can be a note that the line break cut."""
    words = tail[1:].strip()
    return tail[0] == "[" or " " not in words or _SAYS_NOTE.match(words) is not None
