"""What a line of a cue begins with: a dash, a name before a colon or in brackets. Pure.

What it means only the whole file tells: ``cue_speakers.py``.
"""

import re
from typing import Literal, NamedTuple

from services.ingest.readers.names import is_nobody, is_person, sort_of, word_set

Form = Literal["colon", "bracket"]

_BEGINNING = re.compile(
    r"\s*(?P<dash>[-\u2010\u2011\u2013\u2014\u2015\u2212](?![-\u2010\u2011\u2013\u2014\u2015\u2212])\s*)?"
    r"(?:[\[(](?P<bracket>[^\[\]()\n]{1,60})[\])](?:\s?[:\uff1a](?=\s|$)|(?=\s|$))"
    r"|(?P<name>[^:\uff1a\[\]<>\u266a\u266b\n]{1,60}?)\s?(?:\uff1a|:(?=\s|$)))?\s*"
)
_MARKER = re.compile(r"\s*(?:>|&gt;)")
_SENTENCE = re.compile(r"[.?!;\u2026](?:\s|$)|[\"\u201c\u201d\u00ab\u00bb]")
_STOPPED = re.compile(r"(?:\b[^\W\d_]{1,4})\.")
_CLOCK = re.compile(r"\d[.:]\d\d$|\b(?:at|um|\u00e0|a las)\s+\d+$", re.IGNORECASE)
_MAX_WORDS = 6


_FIELDS = word_set(
    """
    achtung advice and antwort antworten attention atenci\u00f3n attenzione aufgabe beispiel but caption caution
    clue consejo consigne correction definici\u00f3n definition d\u00e9finition domanda ejemplo ejercicio esempio
    exemple exemplo exercice fact facts frage fragen he here hinweis hint his importante l\u00f6sung merke
    moral myth n.b nb nota or our pero pregunta problema pr\u00e9cision remarque remember respuesta
    risposta r\u00e9plique r\u00e9ponse reply resposta schritt she subtitle suggestion synopsis s\u00ed that the
    their translation
    trivia und \u00fcbersetzung warum y
    \u0432\u043e\u043f\u0440\u043e\u0441 \u043e\u0442\u0432\u0435\u0442 \u043f\u0440\u0438\u043c\u0435\u0440
    \u043f\u0440\u0438\u043c\u0435\u0447\u0430\u043d\u0438\u0435
    \u95ee\u9898 \u7b54\u6848 \u95ee \u7b54 \u6ce8\u610f \u6ce8 \u4f8b\u5982 \u5907\u6ce8 \u63d0\u793a
    """
)
"""Words that stand before a colon in each cue and name nobody, beyond those of ``names.py``."""

_SOUNDS = word_set(
    """
    applauding applause barks beeps beeping bell bells birds breathes buzzes cheering cheers chimes
    chirps chuckles clanking clears closes coughs cries crying door drums engine english exhales
    explosion foreign footsteps french gasps gasping german giggles groans grunts gunshot gunshots hammering
    hindi hisses hums indistinct indistinctly inhales instrumental italian japanese knocking knocks korean
    laughing laughs laughter loudly mandarin meows moans muffled music mutters narration opens phone piano
    plays quietly rain ringing rings roars russian screaming screams shouting shouts sighing sighs silence
    singing sings siren sirens slams sneezes sniffles sniffs snores sobbing sobs softly song spanish speaking
    squeals static stutters thunder thuds traffic typing whimpers whirring whispering whispers whistles
    whistling wind yawns yells
    """
)
"""Words of captions for people who can't hear, where a bracket says what is heard and not who speaks."""

_VOICES = word_set("all both boy child crowd everyone female girl kid man male narrator woman")
"""Who speaks where no name is known, in small letters too."""


class Beginning(NamedTuple):
    """The beginning of a line of a cue."""

    dash: bool
    name: str | None
    form: Form | None
    colon: bool
    """A colon stands behind the name."""
    rest: str
    """The words behind dash and name."""
    dashed: str
    """The words behind the dash, the name included."""


def beginning(line: str) -> Beginning:
    """How a line begins; a marker (``>>``) is left to the segmenter."""
    match = None if _MARKER.match(line) else _BEGINNING.match(line)
    if match is None:
        return Beginning(False, None, None, False, line, line)
    dashed = line[match.end("dash") :] if match["dash"] else line
    name = match["bracket"] or match["name"]
    rest = line[match.end() :]
    if match["bracket"]:
        colon = match[0].rstrip().endswith((":", "\uff1a"))
        return Beginning(bool(match["dash"]), " ".join(name.split()), "bracket", colon, rest, dashed)
    if name and _may_be_label(name):
        return Beginning(bool(match["dash"]), " ".join(name.split()), "colon", True, rest, dashed)
    return Beginning(bool(match["dash"]), None, None, False, dashed, dashed)


def _may_be_label(name: str) -> bool:
    """Whether words before a colon can name anybody at all: no sentence, no time, a letter among them."""
    bare = _STOPPED.sub("", name)
    return (
        not _SENTENCE.search(bare)
        and len(name.split()) <= _MAX_WORDS
        and any(map(str.isalpha, name))
        and not _CLOCK.search(name)
    )


def names_nobody(name: str) -> bool:
    """Whether words before a colon are a field or a part of a text, whatever the file: Note, Question 2."""
    return is_nobody(name) or name.split(maxsplit=1)[0].strip(".,#").casefold() in _FIELDS


def speaks(name: str, form: Form) -> bool:
    """Whether words can be who speaks by themselves: a person, a role, a number; in brackets no sound."""
    if form == "colon":
        return not names_nobody(name) and sort_of(name) is not None
    words = name.casefold().replace("-", " ").split()
    if _SOUNDS.intersection(words) or names_nobody(name):
        return False
    return is_person(name) or words[0] in _VOICES or sort_of(name) == "numbered"
