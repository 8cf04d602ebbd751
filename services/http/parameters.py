"""Parameters that calls of several rooms have, as the API's description shows them."""

from typing import Annotated

from fastapi import Path, Query

SessionId = Annotated[str, Path(description="The session's id.", examples=["opening"])]
"""``captionflow.identity.session_id`` refuses what can't be one."""

Language = Annotated[str | None, Query(description="Language; the floor's when left out.", examples=["en"])]
AnyLanguage = Annotated[str | None, Query(description="One language; all of them when left out.", examples=["en"])]
