"""How does a sweep look in MLflow? A parent run, and its points as children, thousands at once.

MLflow's client needs three requests, each a transaction, for every child. Into our own database
the children go in one transaction, through MLflow's own tables; a server gets them from several
threads.
"""

import math
import os
import sqlite3
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab.errors import InputError
from layoutlab.tracking.record import (
    KEY,
    digest,
    experiment_id,
    log_batches,
    metrics_and_facts,
    text,
)
from layoutlab.tracking.store import URI, Store, local, open_store, told

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.tracking import MlflowClient

PARENT = "mlflow.parentRunId"
THREADS = 8
PAGE = 1000
FAILED = "failed"
TABLE = "layoutlab.table"
BOTH_TAGS = (
    "SELECT 1 FROM tags AS one JOIN tags AS other USING (run_uuid) "
    "WHERE one.key = ? AND one.value = ? AND other.key = ? AND other.value = ?"
)


@dataclass(frozen=True)
class Child:
    """One point as MLflow is to hold it; metrics are (key, value, time in ms, step)."""

    key: str
    name: str
    status: str
    parameters: dict[str, Any]
    metrics: list[tuple[str, float, int, int]]
    tags: dict[str, str]


def record_sweep(
    name: str,
    study: str,
    table: "pd.DataFrame",
    *,
    parameters: Sequence[str],
    fixed: Mapping[str, Any],
) -> str:
    """Write the sweep's parent and the children that are not there yet; return the parent's id."""
    unknown = [column for column in parameters if column not in table.columns]
    if unknown:
        raise InputError(f"expected columns {list(parameters)} in the sweep's table, no {unknown}")
    store = open_store()
    client = store.client()
    with told(store):
        experiment = experiment_id(client, store, study)
        now = int(time.time() * 1000)
        key = _key(name, parameters, fixed)
        parent = _parent(client, experiment, name, key, now)
        points = table.drop(columns=list(fixed), errors="ignore")
        children = {child.key: child for child in _children(points, parameters, parent, now)}
        known = _known(client, experiment, parent)
        for gone in known.keys() - children.keys():
            client.delete_run(known[gone])
        fresh = [child for child in children.values() if child.key not in known]
        if store.database is None:
            _through_client(client, experiment, fresh, now)
        else:
            _into_database(store, client, experiment, fresh, now)
        n_failed = sum(child.status != "FINISHED" for child in children.values())
        counts = [("points", float(len(children)), now, 0), ("failed", float(n_failed), now, 0)]
        tags = {"layoutlab.sweep": ", ".join(parameters), TABLE: _table_hash(table)}
        log_batches(client, parent, counts, fixed, tags)
        client.set_terminated(parent, "FINISHED", now)
    return parent


def is_recorded(
    root: Path,
    name: str,
    table: "pd.DataFrame",
    *,
    parameters: Sequence[str],
    fixed: Mapping[str, Any],
) -> bool:
    """Tell, without importing MLflow, whether our database holds this sweep with this very table.

    False when it cannot be told: for a server, or a database that is not there or not readable.
    """
    database = local(root).database
    if os.environ.get(URI) or database is None or not database.is_file():
        return False
    wanted = (KEY, _key(name, parameters, fixed), TABLE, _table_hash(table))
    try:
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute(BOTH_TAGS, wanted).fetchone() is not None
        finally:
            connection.close()
    except sqlite3.Error:
        return False


def _key(name: str, parameters: Sequence[str], fixed: Mapping[str, Any]) -> str:
    """Return what says which sweep it is."""
    return digest([name, list(parameters), dict(fixed)])


def _table_hash(table: "pd.DataFrame") -> str:
    """Return what says which results it has."""
    return digest(table.to_json(orient="split", double_precision=15))


def _parent(client: "MlflowClient", experiment: str, name: str, key: str, now: int) -> str:
    """Return the sweep's parent run, made when it is not there."""
    found = client.search_runs([experiment], f"tags.`{KEY}` = '{key}'", max_results=1)
    if found:
        return str(found[0].info.run_id)
    return str(client.create_run(experiment, now, {KEY: key}, name).info.run_id)


def _known(client: "MlflowClient", experiment: str, parent: str) -> dict[str, str]:
    """Return run ids of the children there, by key."""
    known: dict[str, str] = {}
    token = None
    while True:
        page = client.search_runs(
            [experiment], f"tags.`{PARENT}` = '{parent}'", max_results=PAGE, page_token=token
        )
        known |= {run.data.tags.get(KEY, run.info.run_id): run.info.run_id for run in page}
        token = page.token
        if not token:
            return known


def _children(
    table: "pd.DataFrame", parameters: Sequence[str], parent: str, now: int
) -> list[Child]:
    """Return a child for every row: numbers and lists are metrics, text facts, gaps left out."""
    children = []
    for row in table.to_dict("records"):
        values = {str(name): _plain(value) for name, value in row.items()}
        point = {name: values[name] for name in parameters}
        status, error = values.get("status", "done"), values.get("error")
        known = {*parameters, "status", "error"}
        found = {n: v for n, v in values.items() if n not in known and not _gap(v)}
        metrics, facts = metrics_and_facts(found, now)
        tags = {PARENT: parent, KEY: digest(values), "layoutlab.status": str(status), **facts}
        if isinstance(error, str) and error:
            tags["layoutlab.error"] = text(error)
        name = " ".join(f"{name}={text(value)}" for name, value in point.items())[:250]
        ended = "FAILED" if status == FAILED else "FINISHED"
        children.append(Child(tags[KEY], name, ended, point, metrics, tags))
    return children


def _plain(value: Any) -> Any:
    """Return numpy's scalars and arrays as Python's."""
    return value.tolist() if hasattr(value, "tolist") else value


def _gap(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _through_client(
    client: "MlflowClient", experiment: str, children: Sequence[Child], now: int
) -> None:
    """Write children to a server."""

    def write(child: Child) -> None:
        run = client.create_run(experiment, now, child.tags, child.name)
        log_batches(client, run.info.run_id, child.metrics, child.parameters, {})
        client.set_terminated(run.info.run_id, child.status, now)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, children))


def _into_database(
    store: Store, client: "MlflowClient", experiment: str, children: Sequence[Child], now: int
) -> None:
    """Write children into our database in one transaction: all of them, or none."""
    from mlflow.store.tracking.dbmodels.models import (
        SqlLatestMetric,
        SqlMetric,
        SqlParam,
        SqlRun,
        SqlTag,
    )
    from sqlalchemy import create_engine, insert
    from sqlalchemy.pool import NullPool

    place = client.get_experiment(experiment).artifact_location
    rows: dict[Any, list[dict[str, Any]]] = {
        model: [] for model in (SqlRun, SqlTag, SqlParam, SqlMetric, SqlLatestMetric)
    }
    for child in children:
        run = uuid.uuid4().hex
        rows[SqlRun].append(_run_row(child, run, experiment, place, now))
        tags = {**child.tags, "mlflow.runName": child.name}
        rows[SqlTag] += [{"key": k, "value": v, "run_uuid": run} for k, v in tags.items()]
        rows[SqlParam] += [
            {"key": k, "value": text(v), "run_uuid": run} for k, v in child.parameters.items()
        ]
        points = [_metric_row(metric, run) for metric in child.metrics]
        rows[SqlMetric] += points
        rows[SqlLatestMetric] += {point["key"]: point for point in points}.values()
    engine = create_engine(store.uri, poolclass=NullPool, connect_args={"timeout": 20})
    with engine.begin() as connection:
        for model, given in rows.items():
            if given:
                connection.execute(insert(model.__table__), given)


def _run_row(child: Child, run: str, experiment: str, place: str, now: int) -> dict[str, Any]:
    return {
        "run_uuid": run,
        "name": child.name,
        "source_type": "UNKNOWN",
        "source_name": "",
        "entry_point_name": "",
        "user_id": "unknown",
        "status": child.status,
        "start_time": now,
        "end_time": now,
        "source_version": "",
        "lifecycle_stage": "active",
        "artifact_uri": f"{place}/{run}/artifacts",
        "experiment_id": int(experiment),
    }


def _metric_row(metric: tuple[str, float, int, int], run: str) -> dict[str, Any]:
    key, value, time_ms, step = metric
    return {
        "key": key,
        "value": value,
        "timestamp": time_ms,
        "step": step,
        "is_nan": False,
        "run_uuid": run,
    }
