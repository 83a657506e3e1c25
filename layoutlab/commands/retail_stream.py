"""What do receipts become while they come? `retail stream`."""

import argparse
import re
import time
from typing import TYPE_CHECKING, Any

from layoutlab.commands import add_verb, say

if TYPE_CHECKING:
    from layoutlab.retail.streaming.ledger import Checkpoint
    from layoutlab.retail.streaming.settling import Cleaning
    from layoutlab.retail.streaming.windows import Windows

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def add(actions: Any) -> None:
    """Add the verb."""
    stream = add_verb(actions, "stream", "receipts to tables while they come", _stream)
    stream.add_argument("source", help="a receipts file to replay, or kafka://HOST:PORT/TOPIC")
    stream.add_argument("-o", "--out", required=True, help="folder for checkpoints and tables")
    stream.add_argument("--window", type=_duration, default=86_400, metavar="TIME",
                        help="length of a window, as 90s, 15m, 6h or 1d (1d)")  # fmt: skip
    stream.add_argument("--lateness", type=_duration, default=3_600, metavar="TIME",
                        help="how long after the newest line one may come (1h)")  # fmt: skip
    stream.add_argument("--returns", default="drop",
                        help="drop them, or match them to their sales (%(default)s)")  # fmt: skip
    stream.add_argument("--gap-min", type=float, metavar="MIN",
                        help="minutes between visits, without transactions")  # fmt: skip
    stream.add_argument("--horizon", type=_duration, default=30 * 86_400, metavar="TIME",
                        help="how long a sale waits for its return, a line number for its "
                        "repeat (30d)")  # fmt: skip
    stream.add_argument("--speed", type=float, default=float("inf"), metavar="X",
                        help="replay so many times faster than it was (no waiting)")  # fmt: skip
    stream.add_argument("--group", default="layoutlab", help="Kafka consumer group (%(default)s)")
    stream.add_argument("--drain", action="store_true",
                        help="Kafka: end, all windows closed, when all is read")  # fmt: skip
    stream.add_argument("--currency", default="XXX", help="Kafka: ISO 4217 code (%(default)s)")


def _duration(text: str) -> int:
    """Read 90s, 15m, 6h or 1d; a number alone is seconds."""
    found = re.fullmatch(r"(\d+)([smhd]?)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"expected a time as 90s, 15m, 6h or 1d, got {text}")
    return int(found[1]) * UNITS[found[2] or "s"]


def _stream(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.retail.streaming.settling import Cleaning
    from layoutlab.retail.streaming.windows import Windows

    windows = Windows(options.window, options.lateness)
    cleaning = Cleaning(options.returns, options.gap_min, options.horizon)
    run = _from_kafka if options.source.startswith("kafka://") else _replayed
    summary = run(options, windows, cleaning)
    if not options.json:
        report.show_summary(summary)
    return summary, 0


def _replayed(
    options: argparse.Namespace, windows: "Windows", cleaning: "Cleaning"
) -> dict[str, int]:
    """Replay a file; interrupted, the tables of the windows closed so far are written."""
    from layoutlab.retail.streaming import replay, tables

    source = replay.inspect(options.source, cleaning.gap_min)
    share = replay.share_folder(options.out)
    try:
        arguments = source, options.out, windows, cleaning
        replay.run(*arguments, speed=options.speed, tell=_Telling().tell)
    finally:
        written = tables.from_windows([share], options.out, source.currency)
    return written


def _from_kafka(
    options: argparse.Namespace, windows: "Windows", cleaning: "Cleaning"
) -> dict[str, int]:
    """Read a topic; interrupted, the tables of the windows closed so far are written."""
    from layoutlab.retail.streaming import kafka, tables, topics

    worker = kafka.Worker(
        topics.topic_of(options.source),
        options.out,
        windows,
        cleaning,
        group=options.group,
        drain=options.drain,
        currency=options.currency,
    )
    try:
        worker.run(_Telling().tell)
    finally:
        written = tables.from_windows(worker.share_folders(), options.out, options.currency)
    return written


class _Telling:
    """Say how far a stream has come, at most once a second."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.said = 0.0

    def tell(self, checkpoint: "Checkpoint") -> None:
        from layoutlab.retail.streaming import stream

        now = time.perf_counter()
        if now - self.said >= 1.0:
            self.said = now
            say(stream.shown(checkpoint, self.started))
