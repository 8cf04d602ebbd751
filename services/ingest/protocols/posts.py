"""What a captioning tool's numbered posts say, taken together: text that grows, and corrections of it. Pure.

Tools do not follow the protocols that they speak. They number from 0, from 1, with one number for ever; they repeat
the last lines with every word, send again what was delivered, leave out the blanks between lines, overtake themselves.
None of it is refused, since a captioner can't read an error. So a post is read beside the last ones:

- a number that is known: the same text is a retry, a text that begins with the old one is longer, one that the old
  one begins with came late, any other is new;
- a number below all that are known, or a known one with other text, is a restart: what was said under the numbers
  before it explains nothing any more;
- a number between known ones was overtaken: its text goes where it belongs.

How posts are joined is learnt from the last posts, and the first ones are read again when it is known.
"""

from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import Literal, NamedTuple, Self

import msgspec

from services.ingest.protocols.repeats import Manner, add, last_rows, manner_of

MAX_POSTS = 16
"""How many posts are read anew together; what came before them stays as it was read,"""
MAX_CHARS = 1_500
"""and how many characters, but for the last post. Nothing farther back is erased."""
MAX_KNOWN = 64
"""How many posts before them are recognised when they come again."""

_MAX_OVERTAKING = 4
"""So many posts are under way at once at most."""
_MAX_DIGITS = 64
"""Longer numbers are kept in short."""
_MERGED_CHARS = 4
"""So many characters that come again at the beginning of a longer text are no accident."""

Guess = Literal["restarted", "overtaken", "merged", "twice", "same-number", "erased-too-far"]
"""What was made of a post that can be understood in several ways."""


class Post(msgspec.Struct, frozen=True):
    r"""One post: its number as ``plain_number`` gives it, if there is one, and its text with ``\n``, never empty.

    It is known again by its digest. Of one that is known from the log there is no text, or only what came after that.
    """

    number: str | None
    text: str
    size: int
    digest: str

    @classmethod
    def of(cls, number: str | None, text: str) -> Self:
        """A post that has come."""
        return cls(number, text, len(text), digest_of(text))

    def begins_with(self, other: Self) -> bool:
        """Whether its text is the other's, or a longer one that begins so."""
        return len(self.text) >= other.size and digest_of(self.text[: other.size]) == other.digest

    def begins(self, other: Self) -> bool:
        """Whether it is a beginning of the other's text, as far as that is known."""
        return self.size < len(other.text) == other.size and other.text.startswith(self.text)


class Change(NamedTuple):
    """The text of a slot: a new one, the next after the last, or one that was told before."""

    slot: int
    text: str
    post: Post | None
    """Whose text it is; None: as before."""
    new: bool


class Window(msgspec.Struct, frozen=True):
    """The last posts in the order of what they say, and the slots that hold their texts, one each."""

    manner: Manner = "lines"
    """How the posts are joined, as far as is known."""
    known: tuple[Post, ...] = ()
    """Posts that are only recognised, and"""
    posts: tuple[Post, ...] = ()
    """those after them, which are read anew with each that comes."""
    prior: str = ""
    """The text of the post before ``posts``; where that is not known, the last rows that were told."""
    base: tuple[str, ...] = ()
    """The texts of the slots before ``posts``, and"""
    told: tuple[str, ...] = ()
    """of all slots, after ``posts`` may have erased some of the base."""
    first_slot: int = 0
    numbered_from: int = 0
    """The numbers of posts before this index of both are forgotten: the tool has restarted since."""

    @classmethod
    def resumed(cls, manner: Manner, texts: Sequence[str], marks: Sequence[tuple[int, Post]]) -> Self:
        """A window that goes on where another one ended.

        ``texts`` are what the last slots say now, counted from 0; ``marks`` the posts that are known of them, in order,
        each with its slot. Posts whose text can be made out are read anew with those that come.
        """
        posts: list[Post] = []
        if manner != "rolling":
            for slot, post in reversed(marks[-MAX_POSTS:]):
                text = next((one for one in (texts[slot], texts[slot][1:]) if digest_of(one) == post.digest), "")
                if slot != len(texts) - 1 - len(posts) or not text:
                    break
                posts.insert(0, msgspec.structs.replace(post, text=text))
        base = tuple(texts[: len(texts) - len(posts)])
        before = "".join(base)[-MAX_CHARS:].lstrip()
        known = [post for _, post in marks[: len(marks) - len(posts)]][-MAX_KNOWN:]
        every = [*known, *posts]
        falls = (index for index in range(len(every) - 1, 0, -1) if not _rises(every[index - 1], every[index]))
        return cls(
            manner,
            tuple(known),
            tuple(posts),
            before[last_rows(before) :],
            base,
            tuple(texts),
            numbered_from=next(falls, 0),
        )

    @property
    def every(self) -> tuple[Post, ...]:
        """All posts that are recognised."""
        return (*self.known, *self.posts)

    @property
    def number(self) -> str | None:
        """The number of the latest post."""
        return self.every[-1].number if self.every else None

    def read(self, post: Post, *, asked: bool = False) -> "Reading":
        """The window with one more post, and what it changes: nothing for a retry or an empty post.

        ``asked``: the tool asked for the last number before it, as some do to send the same text under a new one.
        """
        every = self.every
        again = bool(every) and post.begins_with(every[-1]) and post.size == every[-1].size
        if not post.text or (asked and again):
            return Reading(self)
        index = self._index(post.number)
        if index is not None and post.begins_with(every[index]) and not self._goes_on(index, post):
            return self._longer(index, post)
        if index is None and self.manner == "typed" and every and _is_told(every[-1], post):
            return self._longer(len(every) - 1, post, "merged")
        if self._is_in_another(index, post):
            return Reading(self, guesses=("overtaken",))
        return _added(self, post, restarted=index is not None, twice=again and self.manner == "lines")

    def _index(self, number: str | None) -> int | None:
        """The index of the latest post with a number."""
        if number is None:
            return None
        every = self.every
        indices = range(len(every) - 1, self.numbered_from - 1, -1)
        return next((index for index in indices if every[index].number == number), None)

    def _goes_on(self, index: int, post: Post) -> bool:
        """The number is that of an older post, but the text is the latest one, longer: the tool has restarted."""
        last = self.every[-1]
        return index < len(self.every) - 1 and post.size > last.size and post.begins_with(last)

    def _is_in_another(self, index: int | None, post: Post) -> bool:
        """One that has overtaken it begins with all of it: under its number, or typed, under the next."""
        every = self.every
        if index is not None:
            return post.begins(every[index])
        place = _place(self, post.number) if self.manner == "typed" else None
        return place is not None and place < len(every) and _is_told(post, every[place])

    def _longer(self, index: int, post: Post, *told: Guess) -> "Reading":
        """A known post has the same text, or a longer one."""
        every = self.every
        size = every[index].size
        if post.size == size:
            constant = index > 0 and every[index - 1].number == post.number is not None
            return Reading(self, guesses=("same-number",) if constant else ())
        at = index - len(self.known)
        before = "" if at < 0 else self.posts[at].text
        longer = msgspec.structs.replace(post, text=before + post.text[size:])
        if at < 0:
            return _added(self, longer, restarted=False, twice=False)
        after = msgspec.structs.replace(self, posts=(*self.posts[:at], longer, *self.posts[at + 1 :]))
        return _retold(self, after, told)


class Reading(NamedTuple):
    """What a post made of a window."""

    window: Window
    changes: tuple[Change, ...] = ()
    """In the order of their slots: what was told before, then what is new."""
    guesses: tuple[Guess, ...] = ()


def _is_told(post: Post, longer: Post) -> bool:
    """Whether a longer typed post begins with all of another: its sender did not know that the other one arrived.

    Of few characters that is an accident, unless they are a word.
    """
    is_much = post.size >= _MERGED_CHARS or (post.text[-1:].isspace() and not post.text.isspace())
    return is_much and post.size < longer.size and longer.begins_with(post)


def _added(window: Window, post: Post, *, restarted: bool, twice: bool) -> Reading:
    """The window with a post that was not known."""
    every = window.every
    place = None if restarted else _place(window, post.number)
    guesses: list[Guess] = ["twice"] if twice else []
    if place is None:
        constant = [one.number for one in every[-2:]] == [post.number] * 2
        guesses.append("same-number" if constant else "restarted")
    elif place < len(every):
        guesses.append("overtaken")
    at = len(window.posts) if place is None or place <= len(window.known) else place - len(window.known)
    after = msgspec.structs.replace(
        window,
        posts=(*window.posts[:at], post, *window.posts[at:]),
        numbered_from=len(every) if place is None else window.numbered_from,
    )
    return _retold(window, after, guesses)


def _place(window: Window, number: str | None) -> int | None:
    """The index at which a new number stands; None if the tool has restarted.

    A number that was overtaken lies between known ones, and not many have overtaken it.
    """
    every = window.every
    if number is None:
        return len(every)
    numbers = ((index, every[index].number) for index in range(window.numbered_from, len(every)))
    above = next((index for index, other in numbers if other is not None and _order(other) > _order(number)), None)
    if above is None:
        return len(every)
    return above if above > window.numbered_from and len(every) - above <= _MAX_OVERTAKING else None


def _retold(before: Window, after: Window, guesses: Sequence[Guess] = ()) -> Reading:
    """The texts of all slots, what is new of them, and the window cut to what it may hold."""
    posts = [post.text for post in after.posts]
    manner = manner_of([after.prior, *posts] if after.prior else posts, was=after.manner)
    texts = list(after.base)
    beyond = sum(add(texts, *pair, manner) for pair in pairwise([after.prior, *posts]))
    was: list[tuple[str, Post | None]] = [*zip(before.told, (None,) * len(after.base), strict=False)]
    was += zip(before.told[len(after.base) :], before.posts, strict=True)
    now = zip(texts, (*(None,) * len(after.base), *after.posts), strict=True)
    changes = tuple(
        Change(
            after.first_slot + index,
            text,
            None if index < len(was) and was[index][1] == post else post,
            new=index >= len(was),
        )
        for index, (text, post) in enumerate(now)
        if index >= len(was) or was[index] != (text, post)
    )
    told = msgspec.structs.replace(after, manner=manner, told=tuple(texts))
    return Reading(_bounded(told), changes, (*guesses, "erased-too-far") if beyond else tuple(guesses))


def _bounded(window: Window) -> Window:
    known, base, prior = list(window.known), list(window.base), window.prior
    count, chars = len(window.posts), sum(len(post.text) for post in window.posts)
    first = 0
    while count - first > 1 and (count - first > MAX_POSTS or chars > MAX_CHARS):
        post = window.posts[first]
        add(base, prior, post.text, window.manner)
        known.append(msgspec.structs.replace(post, text=""))
        prior = post.text
        chars -= len(prior)
        first += 1
    forgotten = max(len(known) - MAX_KNOWN, 0)
    away, room = len(base), MAX_CHARS
    while away and room > 0:
        away -= 1
        room -= len(base[away]) + 1
    return msgspec.structs.replace(
        window,
        known=tuple(known[forgotten:]),
        posts=window.posts[first:],
        prior=prior,
        base=tuple(base[away:]),
        told=window.told[away:],
        first_slot=window.first_slot + away,
        numbered_from=max(window.numbered_from - forgotten, 0),
    )


def plain_number(text: str) -> str | None:
    """The digits of a number of any length without leading zeros, or None if it is none.

    One that is very long comes in short: its first digits, its length and a digest.
    """
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0") or "0"
    return digits if len(digits) <= _MAX_DIGITS else f"{digits[:_MAX_DIGITS]}~{len(digits)}~{digest_of(digits)}"


def digest_of(text: str) -> str:
    """What tells a text from others."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _order(number: str) -> tuple[int, str]:
    """What numbers are ordered by."""
    digits, _, length = number.partition("~")
    return int(length.partition("~")[0] or len(digits)), digits


def _rises(one: Post, other: Post) -> bool:
    """Whether the second can have come after the first without a restart."""
    return one.number is None or other.number is None or _order(one.number) <= _order(other.number)
