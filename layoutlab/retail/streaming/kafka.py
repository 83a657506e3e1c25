"""How do receipts come from Kafka, each line once, whoever dies? Offsets kept with the tables.

Every partition of the topic is a stream of its own, with its own windows, watermark and ledger in
the folder of the results: a line's checkpoint names its tables and the next offset together.
Workers of one consumer group share the partitions; when one dies, another takes its partitions
over and goes on from their ledgers, not from what the broker believes was read. All lines of a
transaction must be in one partition, and where returns are matched or visits formed all of a
customer: key messages by store and transaction, or by store and customer, as `messages.written`
does.
"""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from layoutlab.errors import InputError
from layoutlab.interrupts import Interrupts
from layoutlab.retail.preparation.receipts import NO_CURRENCY, Source
from layoutlab.retail.streaming import ledger, messages, stream
from layoutlab.retail.streaming.ledger import Ledger, Overtaken
from layoutlab.retail.streaming.settling import Cleaning
from layoutlab.retail.streaming.stream import Block, Tell
from layoutlab.retail.streaming.topics import ANSWER_S, SCHEME, Topic, partitions
from layoutlab.retail.streaming.windows import Windows

AT_ONCE = 10_000
BLOCK_LINES = 131_072
DAY_US = 86_400_000_000


@dataclass
class Share:
    """One partition in this worker's care: its ledger, and messages not yet taken in."""

    ledger: Ledger
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    since: float = 0.0
    drained_at: int | None = None


class Worker:
    """One worker of a consumer group, reading its share of a topic into a folder of tables.

    Parameters
    ----------
    topic : Topic
    folder : str or Path
        Shared by all workers of the group; every partition has a folder in it.
    windows : Windows
    cleaning : Cleaning
        With a gap between visits, lines are taken to have no transactions.
    group : str
        Name of the consumer group.
    every_s : float
        Lines are taken in when so many seconds have passed, or enough have come.
    patience_s : float
        Seconds without any broker after which to give up.
    drain : bool
        End, and close every window, when all there is in the topic has been read.
    currency : str
        ISO 4217 code of the prices.
    """

    def __init__(
        self,
        topic: Topic,
        folder: str | Path,
        windows: Windows,
        cleaning: Cleaning = stream.PLAIN,
        *,
        group: str = "layoutlab",
        every_s: float = 5.0,
        patience_s: float = 300.0,
        drain: bool = False,
        currency: str = NO_CURRENCY,
    ) -> None:
        self.topic, self.folder, self.windows = topic, Path(folder), windows
        self.group, self.every_s, self.patience_s, self.drain = group, every_s, patience_s, drain
        self.cleaning = cleaning
        self.source = Source(
            f"{SCHEME}{topic.brokers}/{topic.name}", 0, timed=True, priced=True, currency=currency,
            numbered=True, transacted=cleaning.gap_min is None,
        )  # fmt: skip
        self.shares: dict[int, Share] = {}
        self.away_since: float | None = None
        cluster, self.partitions = partitions(topic)
        described = {"cluster": cluster, "topic": topic.name, "partitions": len(self.partitions)}
        settings = stream.settings(self.source, windows, cleaning, **described)
        ledger.settle(folder, settings | {"currency": currency})

    def share_folders(self) -> list[Path]:
        """Return the folder of every partition."""
        return [self.folder / f"partition-{number}" for number in self.partitions]

    def run(self, tell: Tell | None = None) -> None:
        """Read until interrupted or, when draining, until every partition is closed.

        Raises
        ------
        InputError
            When no broker answers for too long, or messages were lost before they were read.
        KeyboardInterrupt
            With everything up to the last checkpoint kept.
        """
        consumer = Consumer(
            {
                "bootstrap.servers": self.topic.brokers,
                "group.id": self.group,
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
                "session.timeout.ms": 6_000,
                "heartbeat.interval.ms": 1_000,
                "error_cb": self._hear,
                "log_level": 0,
            }
        )
        consumer.subscribe([self.topic.name], on_assign=self._assigned, on_revoke=self._revoked)
        try:
            with Interrupts() as interrupts:
                while not (self.drain and self._all_closed()):
                    interrupts.raise_noted()
                    self._gather(consumer)
                    for number in list(self.shares):
                        self._take_in(consumer, number, tell)
                    self._check_patience(consumer)
        finally:
            consumer.close()

    def _assigned(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        """Start the partitions given to this worker where their ledgers end."""
        for each in assigned:
            held = Ledger(self.folder / f"partition-{each.partition}")
            low, high = self._kept(consumer, each.partition)
            each.offset = held.last.position if held.last.number else OFFSET_BEGINNING
            if held.last.number and not low <= held.last.position <= high:
                raise InputError(
                    f"expected partition {each.partition} of {self.topic.name} to go on at offset "
                    f"{held.last.position}, but it holds {low} to {high}: messages were lost"
                )
            self.shares[each.partition] = Share(held)
        consumer.assign(assigned)

    def _revoked(self, _: Consumer, revoked: list[TopicPartition]) -> None:
        """Forget what was read and not yet taken in: it is read again by the next worker."""
        for each in revoked:
            self.shares.pop(each.partition, None)

    def _gather(self, consumer: Consumer) -> None:
        """Receive what is there, up to a block: the further behind, the larger the blocks."""
        enough = False
        while not enough:
            found = consumer.consume(AT_ONCE, timeout=0.5)
            self._receive(found)
            waiting = sum(len(share.waiting) for share in self.shares.values())
            enough = len(found) < AT_ONCE or waiting >= BLOCK_LINES

    def _receive(self, found: list[Message]) -> None:
        for message in found:
            error, share = message.error(), self.shares.get(message.partition())
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                if error.fatal() or error.code() == KafkaError._AUTO_OFFSET_RESET:
                    raise InputError(f"Kafka says: {error.str()}")
                continue
            self.away_since = None
            if share is None:
                continue
            if error is not None:
                share.drained_at = message.offset()
                continue
            share.since = share.since if share.waiting else time.monotonic()
            share.drained_at = None
            share.waiting.append((message.offset(), message.value()))

    def _take_in(self, consumer: Consumer, number: int, tell: Tell | None) -> None:
        """Take in a partition's messages when it is time to."""
        share = self.shares[number]
        if share.ledger.last.closed:
            self._refuse_more(share, number)
            return
        ending = self.drain and self._at_the_end(consumer, share, number)
        due = share.waiting and time.monotonic() - share.since >= self.every_s
        full = sum(len(each.waiting) for each in self.shares.values()) >= BLOCK_LINES
        if not (due or ending or (full and share.waiting)):
            return
        try:
            not_after = int(time.time() * 1e6) + DAY_US
            block = _block(share)
            arguments = share.ledger, block, self.source, self.windows, self.cleaning
            last = stream.take_in(*arguments, not_after=not_after, ending=ending)
        except Overtaken:  # the group has given the partition to someone else
            del self.shares[number]
            return
        share.waiting = []
        place = TopicPartition(self.topic.name, number, last.position)
        consumer.commit(offsets=[place], asynchronous=True)
        if tell:
            tell(last)

    def _at_the_end(self, consumer: Consumer, share: Share, number: int) -> bool:
        """Tell whether all there is now has been read; an end seen earlier may have moved on."""
        if share.drained_at is None:
            return False
        return self._kept(consumer, number)[1] <= share.drained_at

    def _kept(self, consumer: Consumer, number: int) -> tuple[int, int]:
        """Return the first and next offset of a partition, no limits when no broker answers."""
        place = TopicPartition(self.topic.name, number)
        try:
            low, high = consumer.get_watermark_offsets(place, timeout=ANSWER_S)
        except KafkaException:
            return 0, sys.maxsize
        return low, high

    def _refuse_more(self, share: Share, number: int) -> None:
        if share.waiting:
            raise InputError(
                f"expected nothing more in partition {number} of {self.topic.name}: its windows in "
                f"{self.folder} were closed at offset {share.ledger.last.position}"
            )

    def _all_closed(self) -> bool:
        return all(ledger.read(folder).closed for folder in self.share_folders())

    def _hear(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN and self.away_since is None:
            self.away_since = time.monotonic()

    def _check_patience(self, consumer: Consumer) -> None:
        if self.away_since is None or time.monotonic() - self.away_since < self.patience_s:
            return
        try:
            consumer.list_topics(self.topic.name, timeout=ANSWER_S)
            self.away_since = None
        except KafkaException as error:
            raise InputError(
                f"no Kafka broker at {self.topic.brokers} for {self.patience_s:.0f} s; what was "
                "taken in is kept, and the same command goes on from there"
            ) from error


def _block(share: Share) -> Block:
    """Return the waiting messages as lines; the position behind them is where to go on."""
    if not share.waiting:
        return stream.nothing(share.drained_at or share.ledger.last.position)
    offsets, values = zip(*share.waiting, strict=True)
    found, unreadable = messages.read(values, offsets)
    return Block(found, share.drained_at or offsets[-1] + 1, unreadable)
