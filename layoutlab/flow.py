"""How do we run a Beam pipeline here? The runner, its counters, and tables on their way.

Apache Beam is imported here and taken from here, ``from layoutlab.flow import beam``, because two
of its habits have to be broken: whenever it is imported it logs a warning about Google's clients,
and in a notebook it names steps after cells (and keeps its temporary folders), importing its data
frames to do so, which fails with pandas 3 (an AttributeError of Beam 2.77).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from layoutlab.errors import InputError


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep the root logger silent, and without the handler that a warning would give it."""
    root, silent = logging.getLogger(), logging.NullHandler()
    disabled = root.manager.disable
    root.addHandler(silent)
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(disabled)
        root.removeHandler(silent)


with _without_warnings():
    import apache_beam as beam
    from apache_beam import pipeline as beam_pipeline
    from apache_beam.metrics import Metrics, MetricsFilter
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.utils import interactive_utils

__all__ = ["AllTogether", "TableCoder", "beam", "count", "pipeline", "run"]

RUNNER = "FnApiRunner"
LOCAL, DASK = RUNNERS = ("local", "dask")
DASK_WAIT_S = 10
COUNTERS = "layoutlab"


def pipeline(runner: str = LOCAL, cluster: str | None = None) -> beam.Pipeline:
    """Return an empty pipeline, which reads no command line.

    Parameters
    ----------
    runner : str
        ``local``: in this process. The runner is named: Beam's default first tries to download
        another one. ``dask``: on the workers of a Dask scheduler, batch only. Beam's DaskRunner
        computes what the last step of the pipeline depends on and no more, so that step has to
        follow from all others, and counts nothing.
    cluster : str, optional
        ``HOST:PORT`` of the Dask scheduler. Its workers see the same files by the same paths.

    Raises
    ------
    InputError
        For another runner, one without its cluster, or a scheduler that does not answer.
    """
    if runner not in RUNNERS:
        raise InputError(f"runner: expected {' or '.join(RUNNERS)}, got {runner!r}")
    if (runner == DASK) != (cluster is not None):
        raise InputError(
            "cluster: expected HOST:PORT of a scheduler for the runner dask, and none otherwise; "
            f"got {cluster!r} for the runner {runner}"
        )
    if cluster is None:
        return beam.Pipeline(runner=RUNNER, options=PipelineOptions([]))
    _find_scheduler(cluster)
    from apache_beam.runners.dask.dask_runner import DaskRunner

    options = [f"--dask_client_address=tcp://{cluster}", "--dask_partition_size=1"]
    return beam.Pipeline(runner=DaskRunner(), options=PipelineOptions(options))


def _find_scheduler(cluster: str) -> None:
    """See whether a Dask scheduler answers and has workers, before any work."""
    from distributed import Client

    try:
        with Client(f"tcp://{cluster}", timeout=DASK_WAIT_S, set_as_default=False) as client:
            n_workers = len(client.scheduler_info(n_workers=-1)["workers"])
    except (OSError, ValueError) as error:
        raise InputError(
            f"expected a Dask scheduler at HOST:PORT, none answered at {cluster}"
        ) from error
    if n_workers == 0:
        raise InputError(f"expected workers at the Dask scheduler {cluster}, but it has none")


def run(work: beam.Pipeline) -> dict[str, int]:
    """Run a pipeline to its end and return what `count` counted, by name; nothing on Dask.

    Raises
    ------
    InputError
        One raised inside the pipeline, without the names of Beam's steps that Beam adds to it.
    """
    logger = logging.getLogger("apache_beam")
    level, result = logger.level, None
    logger.setLevel(logging.CRITICAL)
    try:
        result = work.run()
        result.wait_until_finish()
    except InputError as error:
        raise InputError(str(error).partition(" [while running")[0]) from error
    finally:
        logger.setLevel(level)
        client = getattr(result, "client", None)
        if client is not None:
            client.close()
    if client is not None:  # on Dask, where metrics() raises NotImplementedError
        return {}
    counters = result.metrics().query(MetricsFilter().with_namespace(COUNTERS))["counters"]
    return {counter.key.metric.name: counter.committed for counter in counters}


def count(name: str, number: int) -> None:
    """Add `number` to a counter; to be called inside a pipeline."""
    Metrics.counter(COUNTERS, name).inc(number)


class TableCoder(beam.coders.Coder):
    """Arrow tables on their way between Beam's stages: an Arrow stream compressed by LZ4.

    Beam asks for the size of the elements it counts; by default it would pickle them to know.
    """

    def encode(self, value: pa.Table) -> bytes:
        """Return a table as bytes."""
        buffer = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
        with pa.ipc.new_stream(buffer, value.schema, options=options) as stream:
            stream.write_table(value)
        content: bytes = buffer.getvalue().to_pybytes()
        return content

    def decode(self, encoded: bytes) -> pa.Table:
        """Return the table again."""
        with pa.ipc.open_stream(encoded) as stream:
            return stream.read_all()

    def estimate_size(self, value: pa.Table) -> int:
        """Return the bytes a table takes in memory."""
        size: int = value.nbytes
        return size

    def is_deterministic(self) -> bool:
        """Tell that equal tables may differ in how they are chunked: no table is ever a key."""
        return False


def _not_in_ipython() -> bool:
    """Tell Beam that it runs in a programme, in notebooks too."""
    return False


beam.coders.registry.register_coder(pa.Table, TableCoder)
for _module in (beam_pipeline, interactive_utils):
    _module.is_in_ipython = _not_in_ipython


class AllTogether(beam.PTransform):
    """Bring all tables into one list: the only element, none when there are no tables."""

    def expand(self, tables: beam.PCollection) -> beam.PCollection:
        """Gather tables under one key."""
        return tables | beam.Map(_under_one_key) | beam.GroupByKey() | beam.Values()


def _under_one_key(table: pa.Table) -> tuple[int, pa.Table]:
    return 0, table
