"""A value that must not be seen: tokens, passwords, keys. Pure."""

import hmac


class Secret:
    """A value that no log, traceback or ``repr`` shows. Compare it with ``matches``, in constant time."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def matches(self, given: str) -> bool:
        """Whether ``given`` is the secret; takes as long for a near miss as for a far one."""
        return hmac.compare_digest(self._value.encode(), given.encode("utf-8", "surrogatepass"))

    def reveal(self) -> str:
        """The secret itself, for the one request header that must carry it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.matches(other._value)

    def __hash__(self) -> int:
        return hash((Secret, self._value))
