"""What does the stream cost, and are its tables the batch's? Online Retail, replayed and by Kafka.

    python benchmarks/retail_stream.py [--rounds 3] [--returns match] [--kafka] [--json]

The 541,909 lines of Online Retail (``LAYOUTLAB_DATA_MIRROR`` or a download) come with 5 % of them
late by up to an hour of event time and 1 % twice, as a replay as fast as it can be taken, in
windows of a day. Timed is everything from the inspection of the file to the final tables, baskets,
sales, pairs, rejects and late lines, in user plus system CPU seconds of the process; imports are
not, a warm-up on a few lines loads what is imported late. The tables must be those of the batch on
the undisturbed file, byte for byte. Peak memory is that of a second process which only replays.

With ``--returns match`` cancellations are matched to their sales, in the batch and in the stream;
the horizon is `HORIZON_DAYS`, longer than the file: some come months after their sale.

With ``--kafka`` the same lines then go through a real broker (Java 17 and Maven), which is killed
once half-way and started again, with the producer and one worker running: every line must stand in
the tables once.
"""

import argparse
import filecmp
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from layoutlab.retail.preparation import receipts  # noqa: E402
from layoutlab.retail.streaming import messages, replay, tables  # noqa: E402
from layoutlab.retail.streaming.settling import Cleaning  # noqa: E402
from layoutlab.retail.streaming.windows import Windows  # noqa: E402

LINES, LATE, DUPLICATES = 541_909, 0.05, 0.01
BAR = 100_000
HORIZON_DAYS = 400
PEAK = """\
import resource, sys
import pyarrow as pa
pa.set_cpu_count(1)
sys.path.insert(0, "benchmarks")
from retail_stream import replayed
from pathlib import Path
replayed(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def replayed(path: Path, folder: Path, returns: str) -> dict[str, int]:
    """Replay a file into a new folder and write the tables."""
    source = replay.inspect(path)
    replay.run(source, folder, Windows(), Cleaning(returns, horizon_s=HORIZON_DAYS * 86_400))
    return tables.from_windows([replay.share_folder(folder)], folder, source.currency)


def through_kafka(path: Path, folder: Path, returns: str) -> dict[str, int]:
    """Send a file's lines through a broker that is killed half-way; write the tables."""
    from layoutlab import brokers
    from layoutlab.retail.streaming import kafka, topics

    sent = pq.read_table(path)
    half = threading.Event()

    def halving():
        by = "customer" if returns == "match" else "transaction"
        for number, message in enumerate(messages.written(sent, by=by)):
            if number == len(sent) // 2:
                half.set()
            yield message

    with brokers.Broker(folder / "broker", 19_092) as broker:
        topic = topics.Topic(broker.address, "online-retail")
        topics.create(topic, 4)
        cleaning = Cleaning(returns, horizon_s=HORIZON_DAYS * 86_400)
        worker = kafka.Worker(topic, folder / "stream", Windows(), cleaning, currency="GBP")
        reader = threading.Thread(target=worker.run)
        producer = threading.Thread(target=topics.send, args=(topic, halving()))
        reader.start()
        producer.start()
        half.wait()
        broker.kill()
        broker.start()
        producer.join()
        worker.drain = True
        reader.join()
    return tables.from_windows(worker.share_folders(), folder, "GBP")


def same(folder: Path, batch: Path) -> bool:
    """Tell whether a stream's tables are those of the batch, byte for byte."""
    return all(filecmp.cmp(folder / name, batch / name, shallow=False) for name in tables.TABLES)


def measured(folder: Path, rounds: int, returns: str) -> dict:
    """Replay so many times; compare and measure."""
    rng = np.random.default_rng(1)
    lines, _ = receipts.load("online-retail", rng=rng)
    receipts.write(folder / "clean.parquet", lines)
    shaken = replay.disturbed(lines, late=LATE, duplicates=DUPLICATES, rng=rng)
    receipts.write(folder / "disturbed.parquet", shaken)
    receipts.write(folder / "few.parquet", shaken.slice(0, 2_000))
    arrived = len(shaken)
    del lines, shaken
    replayed(folder / "few.parquet", folder / "few", returns)
    cpu = time.process_time()
    tables.from_file(folder / "clean.parquet", folder / "batch", returns=returns)
    batch_s = time.process_time() - cpu
    cpu_s, equal, counts = [], True, {}
    for number in range(rounds):
        cpu = time.process_time()
        counts = replayed(folder / "disturbed.parquet", folder / f"stream-{number}", returns)
        cpu_s.append(time.process_time() - cpu)
        equal &= same(folder / f"stream-{number}", folder / "batch")
        equal &= counts["lines"] == arrived == counts["accepted"] + counts["rejected"]
    command = [sys.executable, "-c", PEAK, str(folder / "disturbed.parquet"), str(folder / "peak")]
    peak = subprocess.run([*command, returns], capture_output=True, text=True, check=True)
    return {
        "arrived": arrived,
        "equal": bool(equal),
        "counts": counts,
        "cpu_s": cpu_s,
        "lines_per_cpu_s": arrived / float(np.median(cpu_s)),
        "batch_cpu_s": batch_s,
        "peak_rss_mb": float(peak.stdout),
        "bar_lines_per_cpu_s": BAR,
    }


def main() -> int:
    """Measure, print, and return 0 when the tables are equal and the bar is met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--returns", choices=("drop", "match"), default="drop")
    parser.add_argument("--kafka", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    pa.set_cpu_count(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = measured(folder, arguments.rounds, arguments.returns)
        good = result["equal"] and result["lines_per_cpu_s"] >= BAR
        if arguments.kafka:
            wall = time.perf_counter()
            counts = through_kafka(
                folder / "disturbed.parquet", folder / "kafka", arguments.returns
            )
            result["kafka"] = {
                "wall_s": time.perf_counter() - wall,
                "counts": counts,
                "equal": same(folder / "kafka", folder / "batch")
                and counts["lines"] == result["arrived"] == counts["accepted"] + counts["rejected"],
            }
            good &= result["kafka"]["equal"]
    print(json.dumps(result) if arguments.json else described(result))
    return 0 if good else 1


def described(result: dict) -> str:
    """Say the result in a few lines."""
    text = (
        f"{result['arrived']:,} lines arrived; tables equal to the batch's: {result['equal']}\n"
        f"CPU s of each replay: {' '.join(f'{s:.2f}' for s in result['cpu_s'])}; the batch on the "
        f"undisturbed file: {result['batch_cpu_s']:.2f}\n"
        f"{result['lines_per_cpu_s']:,.0f} lines per CPU second (bar {BAR:,})\n"
        f"most lines open at once: {result['counts']['most_open']:,}; peak memory of a replay: "
        f"{result['peak_rss_mb']:,.0f} MB"
    )
    if "kafka" in result:
        text += (
            f"\nKafka, killed once half-way: every line once and tables equal: "
            f"{result['kafka']['equal']}, {result['kafka']['wall_s']:.0f} s"
        )
    return text


if __name__ == "__main__":
    sys.exit(main())
