"""A room: calls that belong together, with the types that their description names. Each service defines its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter


@dataclass(frozen=True, slots=True)
class Room:
    """What a room adds to a web process and to the description of the API."""

    routes: APIRouter
    types: tuple[type, ...] = ()
    """Structs whose JSON schemas the description refers to, by their names."""
    schemas: Mapping[str, Any] = field(default_factory=dict)
    """Further schemas, by name, of what is no struct."""
