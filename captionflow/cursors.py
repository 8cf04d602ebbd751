"""Cursors: where a list goes on, opaque to their holders and safe in a URL. Pure."""

import base64
import binascii
from typing import Any

import msgspec

from captionflow.errors import UNDECODABLE, BadMessage


def write_cursor(place: object) -> str:
    """The cursor of a place, which JSON can have."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str, kind: Any) -> Any:
    """The place that ``write_cursor`` was given, which was of this type.

    Raises:
        BadMessage: it is no cursor of ours.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=kind)
    except (ValueError, binascii.Error, *UNDECODABLE) as error:
        raise BadMessage("This cursor is not one of ours: start again without a cursor.") from error
