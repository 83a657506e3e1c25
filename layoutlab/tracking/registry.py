"""Which of the trained models answers? Versions in MLflow's registry, the best called `champion`.

A model comes as a folder, see `stored_models`, with the agreed measure of every customer (or store)
it was tested on. It takes the champion's place only when it is ahead on the same ones with the
whole 95 % interval of the paired bootstrap (Efron and Tibshirani 1993, section 8.3); a tie keeps
the present one.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layoutlab.errors import InputError
from layoutlab.tracking.record import Result, record
from layoutlab.tracking.store import Store, open_store, told
from layoutlab.tracking.stored_models import (
    CARD_TEXT,
    CUSTOMERS,
    CUSTOMERS_FILE,
    MODEL_FILE,
    card_of,
    measured,
    measured_on,
)

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

CHAMPION = "champion"
EXPERIMENT = "models"
KEPT = "kept"
BEFORE = "layoutlab.champion_before"
MEASURED_ON = "layoutlab.measured_on"
RESAMPLES = 2000


@dataclass(frozen=True)
class Decision:
    """Whether a version became champion, which version is it now, and why, in words.

    `gain` is the mean difference to the champion it was measured against, `interval` its 95 %
    limits; none without a champion.
    """

    promoted: bool
    champion: int
    reason: str
    gain: float | None = None
    interval: tuple[float, float] | None = None


def register(folder: str | Path, name: str, store: Store | None = None) -> int:
    """Put a stored model into the registry; the same files again give the same version.

    The version's run holds the card's figures as metrics, and ``agreed_measure``, the mean of what
    versions are compared on.

    Parameters
    ----------
    folder : str or Path
    name : str
        Of the registered model.
    store : Store, optional

    Returns
    -------
    int
        Its version.

    Raises
    ------
    InputError
        When a file is missing or damaged, or MLflow is away, locked or corrupt.
    """
    folder, store = Path(folder), store or open_store()
    card = card_of(folder)
    _, values = measured(folder / CUSTOMERS_FILE)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    key = hashlib.sha256("".join([name, *hashes]).encode()).hexdigest()
    figures = {**card.get("figures", {}), "agreed_measure": float(values.mean())}
    tags = {"data": str(card.get("data", "")), MEASURED_ON: measured_on(card)}
    model = folder / MODEL_FILE if MODEL_FILE in {path.name for path in files} else None
    run = record(Result(name, EXPERIMENT, metrics=figures, tags=tags, key=key, model=model), store)
    client = store.client()
    with told(store):
        if not client.list_artifacts(run, KEPT):
            for path in files:
                client.log_artifact(run, str(path), KEPT)
        version = _version_of(client, name, run)
        text = folder / CARD_TEXT
        if text.is_file():
            client.update_model_version(name, version.version, text.read_text(encoding="utf-8"))
    return int(version.version)


def _version_of(client: "MlflowClient", name: str, run: str) -> Any:
    """Return the version a run made; where the run's model is no Keras model, make it."""
    versions = client.search_model_versions(f"name = '{name}' and run_id = '{run}'")
    if versions:
        return versions[0]
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    source = f"{client.get_run(run).info.artifact_uri}/{KEPT}"
    return client.create_model_version(name, source, run, await_creation_for=0)


def promote(
    name: str, version: int, store: Store | None = None, *, rng: np.random.Generator
) -> Decision:
    """Make a version champion if it is ahead of the present one on the same customers.

    Parameters
    ----------
    name : str
    version : int
    store : Store, optional
    rng : numpy.random.Generator
        Of the bootstrap.

    Raises
    ------
    InputError
        When there is no such version, or the two were not measured alike on the same customers.
    """
    store = store or open_store()
    client = store.client()
    with told(store):
        _version(client, name, version)
        present = champion(name, store)
        if present is None:
            client.set_registered_model_alias(name, CHAMPION, str(version))
            return Decision(True, version, f"version {version} is the first champion of {name}")
        if present == version:
            return Decision(False, version, f"version {version} is the champion of {name} already")
        ours, theirs = (_kept(client, name, one) for one in (version, present))
        on = _measured_on(client, name, version)
    gain, interval = compare(ours, theirs, rng=rng, on=on)
    ahead = interval[0] > 0
    verdict = "ahead of" if ahead else "not clearly ahead of"
    reason = (
        f"version {version} is {verdict} version {present}: {gain:+.4f} "
        f"({interval[0]:+.4f} to {interval[1]:+.4f}) on {len(ours[0])} {on}"
    )
    if ahead:
        _crown(client, store, name, version, str(present))
    return Decision(ahead, version if ahead else present, reason, gain, interval)


def roll_back(name: str, store: Store | None = None) -> Decision:
    """Make the champion's predecessor champion again.

    Raises
    ------
    InputError
        When there is no champion, or it had no predecessor.
    """
    store = store or open_store()
    client = store.client()
    present = champion(name, store)
    if present is None:
        raise InputError(f"{name}: expected a champion to roll back from, got none")
    with told(store):
        before = _version(client, name, present).tags.get(BEFORE)
    if before is None:
        raise InputError(f"{name}: version {present} took no other champion's place")
    _crown(client, store, name, int(before), None)
    reason = f"version {before} is champion of {name} again, version {present} is not"
    return Decision(True, int(before), reason)


def champion(name: str, store: Store | None = None) -> int | None:
    """Return the champion's version, none where there is none."""
    from mlflow.exceptions import MlflowException

    store = store or open_store()
    client = store.client()
    try:
        return int(client.get_model_version_by_alias(name, CHAMPION).version)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def compare(
    ours: tuple[np.ndarray, np.ndarray],
    theirs: tuple[np.ndarray, np.ndarray],
    *,
    rng: np.random.Generator,
    on: str = CUSTOMERS,
) -> tuple[float, tuple[float, float]]:
    """Return the mean difference over the same customers and its paired 95 % bootstrap limits.

    Parameters
    ----------
    ours, theirs : (ids, values), each ndarray of shape (n,)
        In any order.
    rng : numpy.random.Generator
    on : str
        What the customers are called where they are something else.

    Raises
    ------
    InputError
        When the customers are not the same.
    """
    first, second = np.argsort(ours[0]), np.argsort(theirs[0])
    if not np.array_equal(ours[0][first], theirs[0][second]):
        same = len(np.intersect1d(ours[0], theirs[0]))
        raise InputError(
            f"expected two models measured on the same {on}, got "
            f"{len(ours[0])} and {len(theirs[0])}, of whom {same} are the same"
        )
    gains = ours[1][first] - theirs[1][second]
    n = len(gains)
    means = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) @ gains / n
    low, high = np.quantile(means, [0.025, 0.975])
    return float(gains.mean()), (float(low), float(high))


def _version(client: "MlflowClient", name: str, version: int) -> Any:
    """Return a version, refusing one that is not there."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version(name, str(version))
    except MlflowException as error:
        raise InputError(f"{name}: expected a registered version, got {version}") from error


def _kept(client: "MlflowClient", name: str, version: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the measures that were kept with a version."""
    run = _version(client, name, version).run_id
    with tempfile.TemporaryDirectory() as folder:
        path = client.download_artifacts(run, f"{KEPT}/{CUSTOMERS_FILE}", folder)
        return measured(Path(path))


def _measured_on(client: "MlflowClient", name: str, version: int) -> str:
    """Return what a version was measured on, in words."""
    run = client.get_run(_version(client, name, version).run_id)
    return str(run.data.tags.get(MEASURED_ON, CUSTOMERS))


def _crown(
    client: "MlflowClient", store: Store, name: str, version: int, before: str | None
) -> None:
    """Give a version the alias, and note whose place it took."""
    with told(store):
        if before is not None:
            client.set_model_version_tag(name, str(version), BEFORE, before)
        client.set_registered_model_alias(name, CHAMPION, str(version))
