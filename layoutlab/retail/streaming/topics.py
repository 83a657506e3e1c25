"""Where do receipts come from and go to in Kafka? Topics: named, looked up, made and written to."""

from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from layoutlab.errors import InputError

SCHEME = "kafka://"
ANSWER_S = 10.0


@dataclass(frozen=True)
class Topic:
    """Where receipts come from.

    Attributes
    ----------
    brokers : str
        HOST:PORT, or several with commas.
    name : str
    """

    brokers: str
    name: str


def topic_of(address: str) -> Topic:
    """Read ``kafka://HOST:PORT/TOPIC``.

    Raises
    ------
    InputError
        When it is not of this form.
    """
    brokers, _, name = address.removeprefix(SCHEME).partition("/")
    if not address.startswith(SCHEME) or ":" not in brokers or not name or "/" in name:
        raise InputError(f"expected a source kafka://HOST:PORT/TOPIC, got {address}")
    return Topic(brokers, name)


def partitions(topic: Topic) -> tuple[str, list[int]]:
    """Ask for the cluster's name and the topic's partitions.

    Raises
    ------
    InputError
        When no broker answers or there is no such topic.
    """
    client = AdminClient({"bootstrap.servers": topic.brokers, "log_level": 0})
    try:
        described = client.list_topics(topic.name, timeout=ANSWER_S)
    except KafkaException as error:
        raise InputError(
            f"expected a Kafka broker at {topic.brokers}, none answered within {ANSWER_S:.0f} s"
        ) from error
    found = described.topics[topic.name]
    if found.error is not None or not found.partitions:
        raise InputError(f"expected a topic {topic.name} at {topic.brokers}, there is none")
    return described.cluster_id, sorted(found.partitions)


def create(topic: Topic, n_partitions: int) -> None:
    """Create a topic; one that is there stays as it is."""
    client = AdminClient({"bootstrap.servers": topic.brokers, "log_level": 0})
    made = client.create_topics([NewTopic(topic.name, n_partitions, 1)])[topic.name]
    try:
        made.result(ANSWER_S)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise InputError(f"cannot create {topic.name}: {error.args[0].str()}") from error


def send(topic: Topic, keyed: Iterable[tuple[bytes, bytes | None]]) -> int:
    """Send messages, each exactly once though a broker may die meanwhile; return how many.

    Raises
    ------
    InputError
        When some could not be delivered within five minutes.
    """
    failed: list[str] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failed.append(error.str())

    producer = Producer(
        {
            "bootstrap.servers": topic.brokers,
            "enable.idempotence": True,
            "linger.ms": 50,
            "log_level": 0,
        }
    )
    sent = 0
    for key, value in keyed:
        while True:
            try:
                producer.produce(topic.name, value, key, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.5)
        sent += 1
        producer.poll(0)
    producer.flush()
    if failed:
        raise InputError(f"{len(failed)} of {sent} messages were not delivered: {failed[0]}")
    return sent
