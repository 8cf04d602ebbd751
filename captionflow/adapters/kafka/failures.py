"""What Kafka's errors mean for a caller: translates them into captionflow's own."""

from typing import Final

from kafka import errors

from captionflow.errors import CaptionflowError, Misconfigured, Unavailable

_NOT_ALLOWED: Final = (
    errors.AuthorizationError,
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
    errors.SecurityDisabledError,
)
_TOO_LARGE: Final = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)
_REFUSED: Final = (
    errors.KafkaConfigurationError,
    errors.InvalidConfigurationError,
    errors.InvalidPartitionsError,
    errors.InvalidReplicationFactorError,
    errors.PolicyViolationError,
)
_LOST: Final = (errors.OffsetOutOfRangeError, errors.LogTruncationError)

_NOT_REACHED: Final = (errors.KafkaConnectionError, errors.KafkaTimeoutError, errors.NodeNotReadyError)
"""Also when the broker closes a connection that is not authenticated."""


def translated(error: errors.KafkaError, servers: str, topic: str) -> CaptionflowError:
    """The error that a caller of a port is promised.

    ``Misconfigured`` for what a person must change, ``Unavailable`` for everything else, where a retry can help.
    """
    reason = str(error) or type(error).__name__
    if not_allowed(error):
        return Misconfigured(
            f"Kafka at {servers} does not let us use {topic} ({reason}): check the user, the password and its rights."
        )
    if isinstance(error, errors.UnknownTopicOrPartitionError):
        return no_topic(servers, topic)
    if isinstance(error, _TOO_LARGE):
        return Misconfigured(
            f"Topic {topic} refuses records that are allowed: set its max.message.bytes as "
            "`captionflow topics create` does."
        )
    if isinstance(error, _LOST):
        return lost(topic)
    if isinstance(error, _REFUSED):
        return Misconfigured(f"Kafka at {servers} refuses the settings for {topic} ({reason}): correct them.")
    if isinstance(error, _NOT_REACHED):
        reason += "; if that goes on: does it ask for a user or for TLS? See CAPTIONFLOW_KAFKA_USER and _TLS"
    return Unavailable(f"Kafka at {servers} can't be used now ({reason}): what was acknowledged is safe; retry.")


def no_topic(servers: str, topic: str) -> Misconfigured:
    """The topic is not there; a broker does not say whether it only hides it from us."""
    return Misconfigured(
        f"There is no topic {topic} at {servers}, or we may not see it: run `captionflow topics create` first, "
        "or give our user the right to read, write and describe it."
    )


def not_allowed(error: errors.KafkaError) -> bool:
    """Whether the broker refuses our credentials or our rights."""
    return isinstance(error, _NOT_ALLOWED)


def lost(topic: str) -> Misconfigured:
    """The topic no longer has what was read from it, or not yet: no retry brings it back."""
    return Misconfigured(
        f"Topic {topic} was made anew or has lost records while it was in use: check its retention "
        "(`captionflow topics create` says how it must be), bring back what was lost, then restart."
    )
