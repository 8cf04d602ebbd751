"""JSON of recognisers, read leniently: numbers may be strings, unknown members are passed over. Pure."""

from typing import Any, TypeAlias, TypeVar

import msgspec

from captionflow.errors import UNDECODABLE, BadMessage
from services.ingest.protocols.heard import Report

_Wanted = TypeVar("_Wanted")

Document: TypeAlias = dict[str, Any]
"""What a body is: an object of JSON."""


def document_of(text: str) -> Document:
    """The object that a body is.

    Raises:
        BadMessage: it is none.
    """
    try:
        found = msgspec.json.decode(text.encode("utf-8", "replace"))
    except UNDECODABLE as error:
        raise BadMessage("The body is not JSON: send what the recogniser gives as it is.") from error
    if not isinstance(found, dict):
        raise BadMessage("The body is no JSON object: send what the recogniser gives as it is.")
    return found


def read_as(document: object, wanted: type[_Wanted]) -> _Wanted:
    """The document in a shape.

    Raises:
        BadMessage: it does not have it.
    """
    try:
        return msgspec.convert(document, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise BadMessage(f"The body is not what this recogniser sends: {error}.") from error


def passed_over(document: Document) -> Report:
    """What a message says that is none of those which have words.

    Raises:
        BadMessage: it is what recognisers make of a recording, with all its words.
    """
    if document.get("results") and "message" not in document:  # live, Speechmatics has both
        raise BadMessage("These are the words of a recording, not of a live recogniser: import them as a file.")
    return Report()
