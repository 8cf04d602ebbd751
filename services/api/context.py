"""What the routes share: the ports, the settings and the hub of this application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from captionflow.settings import Settings
    from captionflow.wiring.shared import Ports
    from services.api.live.hub import Hub


@dataclass(frozen=True)
class Context:
    """See the module."""

    ports: Ports
    settings: Settings
    hub: Hub
