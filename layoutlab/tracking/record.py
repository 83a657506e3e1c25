"""How does one result become one MLflow run? Parameters, metrics, figures, model, inputs, tags.

A result with a key is written once: a finished run with that key is left alone, and an unfinished
one, left by a killed process, is replaced.
"""

import hashlib
import json
import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab.metrics import flat
from layoutlab.tracking.store import Store, current, open_store, told

if TYPE_CHECKING:
    import keras
    import numpy as np
    from mlflow.tracking import MlflowClient

KEY = "layoutlab.key"
NOT_ALLOWED = re.compile(r"[^\w\-. :/]")
METRICS_IN_BATCH, PARAMETERS_IN_BATCH, VALUE_LENGTH = 1000, 100, 6000
KIND = {"mlflow.experimentKind": "custom_model_development"}


@dataclass(frozen=True)
class Result:
    """What a run left behind.

    Attributes
    ----------
    name, study : str
        The run's name (a stage or notebook), also of its registered model; its experiment.
    parameters, metrics : mapping
        Metrics may nest (keys are joined by dots); a list of numbers is a series, its index the
        step; text is a fact and becomes a tag.
    tags : mapping of str to str
    inputs : tuple of (path, md5)
        The data it read.
    key : str
        What makes it the same result again; empty for a run that is never the same.
    figures, model, notebook, metrics_file : Path, optional
        A folder of figures, a ``.keras`` model (its input example beside it as
        ``NAME.example.npz``), the executed notebook, the metrics as written.
    time_ms : int, optional
        When it was made, in ms since 1970; now when not given.
    """

    name: str
    study: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[tuple[str, str], ...] = ()
    key: str = ""
    figures: Path | None = None
    model: Path | None = None
    notebook: Path | None = None
    metrics_file: Path | None = None
    time_ms: int | None = None


def digest(content: Any) -> str:
    """Return the sha256 of `content` as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def record(result: Result, store: Store | None = None) -> str:
    """Write a result, unless a finished run with its key is there; return the run's id.

    Raises
    ------
    InputError
        When MLflow is away, locked or corrupt.
    """
    store = store or open_store()
    client = store.client()
    with told(store):
        experiment = experiment_id(client, store, result.study)
        if result.key:
            finished = _run_with_key(client, experiment, result.key)
            if finished:
                return finished
        began = result.time_ms or int(time.time() * 1000)
        tags = {**result.tags, **({KEY: result.key} if result.key else {})}
        run = client.create_run(experiment, began, run_name=result.name, tags=tags)
        _log(client, run.info.run_id, result, began)
        if result.model is not None:
            with current(store):
                log_model(run.info.run_id, result.model, result.name)
        client.set_terminated(run.info.run_id, "FINISHED", began)
    return str(run.info.run_id)


def experiment_id(client: "MlflowClient", store: Store, name: str) -> str:
    """Return the experiment's id; make it when it is not there."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        place = None if store.artifacts is None else str(store.artifacts / name)
        try:
            return str(client.create_experiment(name, artifact_location=place, tags=KIND))
        except MlflowException:
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def _run_with_key(client: "MlflowClient", experiment: str, key: str) -> str | None:
    """Return the finished run with this key; delete unfinished ones."""
    runs = client.search_runs([experiment], f"tags.`{KEY}` = '{key}'", max_results=10)
    for run in runs:
        if run.info.status == "FINISHED":
            return str(run.info.run_id)
    for run in runs:
        client.delete_run(run.info.run_id)
    return None


def _log(client: "MlflowClient", run_id: str, result: Result, time_ms: int) -> None:
    """Write everything but the model."""
    metrics, facts = metrics_and_facts(result.metrics, time_ms)
    log_batches(client, run_id, metrics, result.parameters, facts)
    if result.inputs:
        client.log_inputs(run_id, [_input(path, md5) for path, md5 in result.inputs])
    if result.figures is not None and result.figures.is_dir():
        client.log_artifacts(run_id, str(result.figures), "figures")
    for file, folder in ((result.notebook, "notebook"), (result.metrics_file, "metrics")):
        if file is not None and file.is_file():
            client.log_artifact(run_id, str(file), folder)


def metrics_and_facts(
    values: Mapping[str, Any], time_ms: int
) -> tuple[list[tuple[str, float, int, int]], dict[str, str]]:
    """Return metrics as (key, value, time, step) and facts by tag; other lists are left out."""
    metrics: list[tuple[str, float, int, int]] = []
    facts: dict[str, str] = {}
    for name, value in flat(values):
        key = NOT_ALLOWED.sub("_", name)
        if isinstance(value, str):
            facts[f"fact.{key}"] = value[:VALUE_LENGTH]
        elif _is_number(value):
            metrics.append((key, float(value), time_ms, 0))
        elif isinstance(value, Sequence) and value and all(map(_is_number, value)):
            metrics += [(key, float(point), time_ms, step) for step, point in enumerate(value)]
    return metrics, facts


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def log_batches(
    client: "MlflowClient",
    run_id: str,
    metrics: Sequence[tuple[str, float, int, int]],
    parameters: Mapping[str, Any],
    tags: Mapping[str, str],
) -> None:
    """Write metrics, parameters and tags in as few requests as MLflow allows."""
    from mlflow.entities import Metric, Param, RunTag

    points = [Metric(*metric) for metric in metrics]
    given = [Param(name, text(value)) for name, value in parameters.items()]
    noted = [RunTag(name, value) for name, value in tags.items()]
    for start in range(0, max(len(given), len(noted)), PARAMETERS_IN_BATCH):
        chosen = slice(start, start + PARAMETERS_IN_BATCH)
        client.log_batch(run_id, params=given[chosen], tags=noted[chosen])
    for start in range(0, len(points), METRICS_IN_BATCH):
        client.log_batch(run_id, metrics=points[start : start + METRICS_IN_BATCH])


def text(value: Any) -> str:
    """Return a parameter's value as MLflow keeps it."""
    known = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return known[:VALUE_LENGTH]


def _input(path: str, md5: str) -> Any:
    """Describe a file that was read; the file itself is not copied."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    source = json.dumps({"uri": path})
    dataset = Dataset(path, md5.removesuffix(".dir"), "local", source)
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "input")])


def log_model(run_id: str, path: Path, name: str) -> None:
    """Log a Keras model with signature, input example and requirements, and register it.

    Requirements are stated, not inferred: MLflow infers them in a new process that imports
    TensorFlow again.
    """
    import keras
    import mlflow
    import numpy as np
    import tensorflow as tf
    from mlflow.models import infer_signature

    used = (keras, np, tf)
    chatty = keras.config.is_interactive_logging_enabled()
    keras.config.disable_interactive_logging()
    try:
        model = keras.saving.load_model(path, compile=False)
        example = input_example(model, path)
        signature = None if example is None else infer_signature(example, _answer(model, example))
        with mlflow.start_run(run_id=run_id, nested=True):
            mlflow.tensorflow.log_model(
                model,
                name="model",
                signature=signature,
                input_example=example,
                registered_model_name=name,
                await_registration_for=0,
                pip_requirements=[f"{module.__name__}=={module.__version__}" for module in used],
            )
    finally:
        if chatty:
            keras.config.enable_interactive_logging()


def input_example(model: "keras.Model", path: Path) -> "np.ndarray | dict[str, np.ndarray] | None":
    """Return the arrays of ``NAME.example.npz``: one alone, or by input name; None without one."""
    import numpy as np

    beside = path.with_suffix(".example.npz")
    if not beside.is_file():
        return None
    with np.load(beside, allow_pickle=False) as arrays:
        named = {name: arrays[name] for name in arrays.files}
    return next(iter(named.values())) if len(model.inputs) == 1 else named


def _answer(model: "keras.Model", example: Any) -> Any:
    """Return the model's answer to the example, by output name when it has several."""
    answer = model.predict(example, verbose=0)
    if isinstance(answer, list):
        return dict(zip(model.output_names, answer, strict=True))
    return answer
