"""Creates the topics, with explicit settings, and reports differences in existing ones."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from captionflow.adapters.kafka.cluster import MAX_DEAD_LETTER_BYTES, MAX_REQUEST_BYTES, Kafka
from captionflow.adapters.kafka.failures import translated
from captionflow.errors import Misconfigured

_FOREVER: Final = "-1"
_HOUR_MS: Final = 3600 * 1000
OFF_RECORD_RETENTION_MS: Final = 60_000
OFF_RECORD_DELETE_MS: Final = 1_000
"""From a segment's deletion until its file is gone."""
_BATCH_OVERHEAD_BYTES: Final = 12
"""What Kafka counts of a batch besides the records' own bytes."""


async def create_topics(kafka: Kafka, *, replication: int = 1, turns_hours: int = 168) -> tuple[str, ...]:
    """Create the topics that are missing, and return their names. Repeating it does nothing.

    ``replication`` is how many brokers have each record; from two on, one of them may be down and none is lost.

    Raises:
        Misconfigured: a topic is there with another number of partitions or other settings, or we may not make any.
        Unavailable: no broker answers.
    """
    return await asyncio.to_thread(_create, kafka, replication, turns_hours)


def settings(kafka: Kafka, *, replication: int, turns_hours: int) -> Mapping[str, Mapping[str, str]]:
    """How each topic must be set up.

    Lines and sessions are the source of truth and stay for ever. Turns are rebuilt from the lines whenever they are
    missing: they are kept as long as a worker that comes back should find its state there. Of each key the newest
    record stays. The audit trail is kept for a year, and dead letters for a month, so that somebody can look at them.
    Reports of sources are said again and again: an hour is enough. Seals are made again of the lines if they are
    missing. Ages are told by the broker's clock.

    What is said off the record is deleted when it is a minute old. A broker looks for what is to be deleted every
    ``log.retention.check.interval.ms``, 5 minutes unless it is set; it deletes the segment that is written to as well.
    So nothing of it is older than 7 minutes.
    """
    common = {
        "cleanup.policy": "delete",
        "retention.bytes": _FOREVER,
        "min.insync.replicas": str(min(2, replication)),
        "max.message.bytes": str(MAX_REQUEST_BYTES + _BATCH_OVERHEAD_BYTES),
        "message.timestamp.type": "LogAppendTime",  # a service whose clock is wrong is not refused
        "unclean.leader.election.enable": "false",
    }
    return {
        kafka.lines: common | {"retention.ms": _FOREVER},
        kafka.turns: common | {"retention.ms": str(turns_hours * _HOUR_MS)},
        kafka.sessions: common | {"retention.ms": _FOREVER},
        kafka.sources: common | {"retention.ms": str(_HOUR_MS), "segment.ms": str(_HOUR_MS // 6)},
        kafka.off_record: common
        | {
            "retention.ms": str(OFF_RECORD_RETENTION_MS),
            "segment.ms": str(OFF_RECORD_RETENTION_MS),
            "file.delete.delay.ms": str(OFF_RECORD_DELETE_MS),
        },
        kafka.keys: common | {"cleanup.policy": "compact"},
        kafka.seals: common | {"cleanup.policy": "compact"},
        kafka.audit: common | {"retention.ms": str(366 * 24 * _HOUR_MS)},
        kafka.dead_letters: common
        | {"retention.ms": str(30 * 24 * _HOUR_MS), "max.message.bytes": str(MAX_DEAD_LETTER_BYTES)},
    }


def _create(kafka: Kafka, replication: int, turns_hours: int) -> tuple[str, ...]:
    wanted = settings(kafka, replication=replication, turns_hours=turns_hours)
    try:
        admin = kafka.admin()
    except KafkaError as error:
        raise translated(error, kafka.servers, kafka.prefix) from error
    try:
        there = set(kafka.ask(admin.list_topics))
        missing = [name for name in wanted if name not in there]
        if missing:
            new = {name: _new(kafka.partitions_of(name), replication, wanted[name]) for name in missing}
            kafka.ask(lambda: admin.create_topics(new, wait_for_metadata=True))
        problems = list(_differences(admin, kafka, {name: wanted[name] for name in wanted if name in there}))
    except TopicAlreadyExistsError:  # somebody else made them at the same moment
        return _create(kafka, replication, turns_hours)
    except KafkaError as error:
        raise translated(error, kafka.servers, kafka.prefix) from error
    finally:
        admin.close()
    if problems:
        raise Misconfigured("\n".join(problems))
    return tuple(missing)


def _differences(admin: KafkaAdminClient, kafka: Kafka, wanted: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    if not wanted:
        return
    for topic in kafka.ask(lambda: admin.describe_topics(list(wanted))):
        name, found = topic["name"], len(topic["partitions"])
        if found != kafka.partitions_of(name):
            yield (
                f"Topic {name} has {found} partitions, and {kafka.partitions_of(name)} are set: "
                f"set CAPTIONFLOW_PARTITIONS to {found}, or make the topic anew."
            )
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted]
    described = kafka.ask(lambda: admin.describe_configs(asked, config_filter="all"))
    for name, configs in described["topic"].items():
        for setting, value in wanted[name].items():
            if configs[setting]["value"] != value:
                yield f"Topic {name} has {setting}={configs[setting]['value']}: alter it to {value}."


def _new(partitions: int, replication: int, configs: Mapping[str, str]) -> dict[str, Any]:
    return {"num_partitions": partitions, "replication_factor": replication, "configs": configs}
