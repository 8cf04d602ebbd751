"""Every error that captionflow raises on purpose, named by what the caller should do about it.

Adapters translate their vendor's errors into these, with ``raise … from error``; the API turns each into one
problem document (RFC 9457), the command line into one exit code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

if TYPE_CHECKING:
    from captionflow.messages import Part


UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no message. A string that is not UTF-8 and nesting without end have errors of
Python's own."""


class CaptionflowError(Exception):
    """Base of all.

    ``str(error)`` is one plain sentence that says what is wrong and what to do; it never has caption text.
    """

    code: ClassVar[str] = "error"


class BadMessage(CaptionflowError):
    """The input can't be used and never will be: correct it, don't retry.

    A record from a topic goes to the dead letters.
    """

    code = "bad-message"


class TooLarge(BadMessage):
    """More than a documented limit allows: send it in smaller pieces."""

    code = "too-large"


class WrongKind(BadMessage):
    """The body is in a form that isn't read here: send it in one that is."""

    code = "unsupported-media-type"


class Rejected(BadMessage):
    """Some of the input can't be used, and never will be; all the rest is done."""

    code = "rejected"

    def __init__(self, message: str, *, parts: tuple[Part, ...]) -> None:
        super().__init__(message)
        self.parts = parts
        """What was left out."""


class NotFound(CaptionflowError):
    """There is nothing under that name."""

    code = "not-found"


class Unauthorized(CaptionflowError):
    """It needs a key that was not given, or another one: ask who runs this installation."""

    code = "unauthorized"


class Conflict(CaptionflowError):
    """It contradicts what is already there: read the current state, then decide."""

    code = "conflict"


class Unavailable(CaptionflowError):
    """It can't be done now, and nothing was done: repeat exactly the same call later."""

    code = "unavailable"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = 1.0 if retry_after is None else retry_after
        """Seconds after which a client may come back."""
        self.asked_seconds = retry_after or 0.0
        """What was asked for by who is away; 0 if nothing was: then ``retrying`` begins as soon as its policy says."""


class Misconfigured(CaptionflowError):
    """A setting, a folder or a file of this installation must be changed by the person who runs it."""

    code = "misconfigured"


class InUse(Misconfigured):
    """Another process has the data folder: ask that one, stop it, or take another folder."""

    def __init__(self, message: str, *, url: str | None = None) -> None:
        super().__init__(message)
        self.url = url
        """Where that process serves; None if it does not, or not yet."""
