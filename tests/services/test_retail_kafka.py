"""Receipts through a real Kafka broker: workers and brokers die, the tables stay the same."""

import filecmp
import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from test_dask_sweep import free_port
from toy_project import hear_interrupts

from layoutlab import brokers
from layoutlab.errors import InputError
from layoutlab.retail.preparation import receipts, simulation
from layoutlab.retail.streaming import kafka, ledger, messages, replay, tables, topics
from layoutlab.retail.streaming.settling import Cleaning
from layoutlab.retail.streaming.topics import Topic
from layoutlab.retail.streaming.windows import Windows

# A real broker needs Java and Maven, which nothing else here does. Without them all other tests
# run, and tests/conftest.py ends the run by naming these as not run.
pytestmark = pytest.mark.skipif(
    bool(brokers.lacking()),
    reason="a real Kafka broker needs java and mvn, found no " + " and ".join(brokers.lacking()),
)
PARTITIONS = 4
HOURS_2 = Windows(86_400, 7_200)
POISON = [(b"x", b"not a line"), (b"y", None), (b"z", b"[]")]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with brokers.Broker(tmp_path_factory.mktemp("kafka"), free_port()) as broker:
        yield broker


@pytest.fixture(scope="module")
def receipts_sent(tmp_path_factory):
    """Disturbed receipts, their messages, and the tables a batch makes of them."""
    folder = tmp_path_factory.mktemp("receipts")
    rng = np.random.default_rng(8)
    lines = simulation.receipts(1_500, 12, 2, 5, rng=rng)[0]
    shaken = replay.disturbed(lines, rng=rng)
    receipts.write(folder / "r.parquet", shaken)
    tables.from_file(folder / "r.parquet", folder)
    return folder, list(messages.written(shaken))


def topic_on(broker, name):
    topic = Topic(broker.address, name)
    topics.create(topic, PARTITIONS)
    return topic


def tables_of(worker, folder):
    return tables.from_windows(worker.share_folders(), folder, "EUR")


def check(counts, folder, batch, n_sent, n_poison=0):
    """Every message accounted for once, and the tables those of the batch."""
    assert counts["lines"] == n_sent
    assert counts["unreadable"] == n_poison
    assert counts["late"] == counts["open"] == 0
    assert counts["lines"] == counts["accepted"] + counts["rejected"] + n_poison
    for name in tables.TABLES:
        assert filecmp.cmp(folder / name, batch / name, shallow=False), name


WORK = """\
import sys
from layoutlab.retail.streaming import kafka
from layoutlab.retail.streaming.topics import Topic
from layoutlab.retail.streaming.windows import Windows

worker = kafka.Worker(Topic(sys.argv[1], sys.argv[2]), sys.argv[3], Windows(86_400, 7_200),
                      every_s=0.2, drain=True, currency="EUR")
kafka.BLOCK_LINES = 200
kafka.AT_ONCE = 200
worker.run(lambda last: print(last.number, last.position, flush=True))
"""


def start_worker(topic, folder):
    command = [sys.executable, "-c", WORK, topic.brokers, topic.name, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=hear_interrupts)


def test_two_workers_share_the_partitions_and_one_killed_changes_nothing(
    broker, receipts_sent, tmp_path
):
    batch, keyed = receipts_sent
    topic = topic_on(broker, "two-workers")
    sent = topics.send(topic, [*keyed[:100], *POISON, *keyed[100:]])
    ledgers = tmp_path / "stream"
    workers = [start_worker(topic, ledgers) for _ in range(2)]
    victim, other = workers
    for _ in range(2):
        assert victim.stdout is not None
        assert victim.stdout.readline()  # it has taken in something
    victim.kill()
    victim.wait()
    other.communicate(timeout=200)
    assert other.returncode == 0
    shares = [ledgers / f"partition-{number}" for number in range(PARTITIONS)]
    counts = tables.from_windows(shares, tmp_path / "out", "EUR")
    check(counts, tmp_path / "out", batch, sent, len(POISON))
    kept = pq.read_table(tmp_path / "out/unreadable.parquet")
    assert sorted(kept["content"].to_pylist()) == [b"", b"[]", b"not a line"]
    writers = [
        {name.split("-")[2] for kind in ledger.read(share).files.values() for name in kind}
        for share in shares
    ]
    assert len(set.union(*writers)) > PARTITIONS  # some partition has had two writers


def test_a_broker_killed_half_way_loses_and_doubles_nothing(
    broker, receipts_sent, tmp_path, monkeypatch
):
    batch, keyed = receipts_sent
    topic = topic_on(broker, "killed-broker")
    half = threading.Event()

    def slowly():
        for i, message in enumerate(keyed):
            if i == len(keyed) // 2:
                half.set()
            if i % 50 == 0:
                time.sleep(0.02)
            yield message

    impatient = kafka.Worker(topic, tmp_path / "other", HOURS_2, group="other", patience_s=0.5)
    producer = threading.Thread(target=topics.send, args=(topic, slowly()))
    worker = kafka.Worker(topic, tmp_path / "stream", HOURS_2, group="killed", every_s=0.5)
    reader = threading.Thread(target=worker.run)
    producer.start()
    reader.start()
    assert half.wait(60)
    broker.kill()
    monkeypatch.setattr(kafka, "ANSWER_S", 1.0)
    with pytest.raises(InputError, match=r"^no Kafka broker at .* for 0 s; what was taken in is k"):
        impatient.run()
    monkeypatch.undo()
    broker.start()
    producer.join(120)
    assert not producer.is_alive()
    worker.drain = True
    reader.join(120)
    assert not reader.is_alive()
    check(tables_of(worker, tmp_path), tmp_path, batch, len(keyed))


def test_a_worker_interrupted_goes_on_where_it_was(broker, receipts_sent, tmp_path):
    batch, keyed = receipts_sent
    topic = topic_on(broker, "interrupted")
    topics.send(topic, keyed)
    first = start_worker(topic, tmp_path / "stream")
    assert first.stdout is not None
    assert first.stdout.readline()
    os.kill(first.pid, signal.SIGINT)
    first.communicate(timeout=60)
    assert first.returncode != 0
    worker = kafka.Worker(topic, tmp_path / "stream", HOURS_2, drain=True, currency="EUR")
    worker.run()
    check(tables_of(worker, tmp_path), tmp_path, batch, len(keyed))
    topics.send(topic, keyed[:1])
    with pytest.raises(InputError, match=r"^expected nothing more in partition"):
        kafka.Worker(topic, tmp_path / "stream", HOURS_2, currency="EUR").run()


def with_returns(lines):
    """Number the lines; let some of them come again, and some be taken back, days later."""
    lines = lines.append_column("line_number", pa.array([str(n % 4) for n in range(len(lines))]))
    dated = lines.filter(pc.match_substring_regex(lines["time"], "T..:..:..Z"))
    known = dated.filter(
        pc.and_(pc.is_valid(dated["customer_id"]), pc.greater(dated["quantity"], 0))
    )
    rows = known.slice(0, 300).to_pylist()
    for n, row in enumerate(rows):
        later = datetime.fromisoformat(row["time"]) + timedelta(days=3)
        row["time"] = later.strftime("%Y-%m-%dT%H:%M:%SZ")
        if n >= 60:
            row |= {"quantity": -row["quantity"], "transaction_id": f"C{row['transaction_id']}"}
    return pa.concat_tables([lines, pa.Table.from_pylist(rows, lines.schema)]).sort_by("time")


def test_returns_and_line_numbers_through_kafka_end_in_the_batch_s_tables(
    broker, tmp_path, monkeypatch
):
    rng = np.random.default_rng(9)
    lines = with_returns(simulation.receipts(500, 12, 2, 5, rng=rng)[0])
    shaken = replay.disturbed(lines, rng=rng)
    receipts.write(tmp_path / "r.parquet", shaken)
    found = tables.from_file(tmp_path / "r.parquet", tmp_path / "batch", returns="match")["rejects"]
    assert found["duplicate"]["lines"] > 40
    assert found["return_matched"]["lines"] > 40
    topic = topic_on(broker, "returns")
    keyed = list(messages.written(shaken, by="customer"))
    topics.send(topic, keyed)
    monkeypatch.setattr(kafka, "BLOCK_LINES", 400)
    monkeypatch.setattr(kafka, "AT_ONCE", 400)
    options = Windows(86_400, 7_200), Cleaning("match")
    worker = kafka.Worker(topic, tmp_path / "s", *options, group="r", drain=True, currency="EUR")
    worker.run()
    check(tables_of(worker, tmp_path), tmp_path, tmp_path / "batch", len(keyed))


def test_an_empty_topic_ends_with_empty_tables(broker, tmp_path):
    worker = kafka.Worker(topic_on(broker, "empty"), tmp_path, HOURS_2, drain=True)
    worker.run()
    counts = tables_of(worker, tmp_path)
    assert set(counts.values()) == {0}
    assert len(pq.read_table(tmp_path / "rejects.parquet")) == 0


def test_messages_lost_before_they_were_read_are_an_error(broker, tmp_path):
    topic = topic_on(broker, "shortened")
    worker = kafka.Worker(topic, tmp_path, HOURS_2, group="shortened")
    read = ledger.Checkpoint().followed(written={}, counts={}, position=99)
    ledger.Ledger(worker.share_folders()[2]).commit(read)
    with pytest.raises(InputError) as caught:
        worker.run()
    assert str(caught.value) == (
        "expected partition 2 of shortened to go on at offset 99, but it holds 0 to 0: messages "
        "were lost"
    )


def test_no_broker_no_topic_another_cluster(broker, tmp_path, monkeypatch):
    monkeypatch.setattr(topics, "ANSWER_S", 1.0)
    away = Topic(f"127.0.0.1:{free_port()}", "t")
    with pytest.raises(InputError) as caught:
        kafka.Worker(away, tmp_path / "a", HOURS_2)
    assert str(caught.value) == (
        f"expected a Kafka broker at {away.brokers}, none answered within 1 s"
    )
    with pytest.raises(InputError) as caught:
        kafka.Worker(Topic(broker.address, "nowhere"), tmp_path / "b", HOURS_2)
    assert str(caught.value) == f"expected a topic nowhere at {broker.address}, there is none"
    topic = topic_on(broker, "here")
    kafka.Worker(topic, tmp_path / "c", HOURS_2)
    settings = json.loads((tmp_path / "c/stream.json").read_text())
    Path(tmp_path / "c/stream.json").write_text(json.dumps(settings | {"cluster": "another"}))
    with pytest.raises(InputError, match=r"^expected .* to hold this stream, but its cluster is"):
        kafka.Worker(topic, tmp_path / "c", HOURS_2)


@pytest.mark.parametrize("address", ["kafka://", "kafka://a:1", "kafka://a/t", "http://a:1/t"])
def test_an_address_of_another_form(address):
    with pytest.raises(InputError) as caught:
        topics.topic_of(address)
    assert str(caught.value) == f"expected a source kafka://HOST:PORT/TOPIC, got {address}"
