"""Who may do what: decided here alone, for every kind of connection, and denied by default. Pure."""

from typing import Final, Literal

import msgspec

from captionflow.folding import fold_name
from captionflow.identity import primary_subtag

Role = Literal["admin", "organiser", "captioner", "viewer"]
"""What a key is for. Each may do what those after it may."""

Who = Literal["anyone", "reader", "viewer", "captioner", "organiser", "admin"]
"""Who may make a call: anyone; who may read its session, which is anyone unless that is closed; or a role and above."""

_ROLES: Final[tuple[Role | None, ...]] = (None, "viewer", "captioner", "organiser", "admin")


class Grant(msgspec.Struct, frozen=True):
    """What a connection may do. Each bound that is None holds for all."""

    role: Role | None = None
    """None: nobody that is known, who may read what is public."""
    key: str | None = None
    """The name of the key, for the audit trail; None if there was none."""
    event: str | None = None
    session: str | None = None
    language: str | None = None

    def allows(
        self, role: Role, *, session: str | None = None, event: str | None = None, language: str | None = None
    ) -> bool:
        """Whether it allows what this role may do, there. What is left out is meant for all of them.

        Events compare folded and whole, languages by their primary subtag.
        """
        return (
            _ROLES.index(self.role) >= _ROLES.index(role)
            and self.session in {None, session}
            and (self.event is None or (event is not None and fold_name(self.event) == fold_name(event)))
            and (
                self.language is None
                or (language is not None and primary_subtag(self.language) == primary_subtag(language))
            )
        )


NOBODY: Final = Grant()
"""Of a connection without a key."""

EVERYTHING: Final = Grant(role="admin")
"""Of every connection where an installation is open."""
