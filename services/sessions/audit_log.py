"""Writes the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from captionflow.audit import AuditEntry
from captionflow.errors import CaptionflowError

if TYPE_CHECKING:
    from captionflow.audit import AuditTrail

log = structlog.get_logger(__name__)


class AuditLog:
    """The audit trail for who did something."""

    def __init__(self, trail: AuditTrail) -> None:
        self.trail = trail

    async def record(self, action: str, subject: str, by: str | None, *, event: str = "", detail: str = "") -> None:
        """Note what was done, with the name of the key. Where the trail can't be written, the service's log has it."""
        log.info("audit", action=action, subject=subject, by=by, detail=detail)
        try:
            await self.trail.add(AuditEntry(datetime.now(UTC), action, by, subject, event, detail))
        except CaptionflowError as error:
            log.error("audit_not_kept", action=action, subject=subject, reason=str(error))  # noqa: TRY400 - it says enough
