"""What any broker can answer is asked again while the one that is asked is away."""

from collections.abc import Callable

import pytest
from kafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError

from captionflow.adapters.kafka.cluster import Kafka

KAFKA = Kafka(servers="one:9092,two:9092,three:9092")


def answering_after(failures: list[KafkaError]) -> Callable[[], str]:
    def question() -> str:
        if failures:
            raise failures.pop()
        return "answer"

    return question


def test_another_one_answers() -> None:
    assert KAFKA.ask(answering_after([KafkaConnectionError() for _ in range(5)])) == "answer"


def test_who_answers_that_it_is_not_allowed_is_believed() -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        KAFKA.ask(answering_after([TopicAuthorizationFailedError()]))
