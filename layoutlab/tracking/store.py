"""Where is MLflow, and is it sound? Our SQLite database under ``mlruns/``, or a server that is set.

MLflow creates a database by running its migrations; two processes doing so at once, or one killed
half-way, leave it corrupt for good. So it is created under a lock, under another name, and moved
into place. It runs in WAL mode, where readers and a writer do not wait for each other.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab import canonical, project
from layoutlab.errors import InputError

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

URI = "MLFLOW_TRACKING_URI"
FOLDER = "mlruns"
DATABASE = "mlflow.db"
CREATION_WAIT_S = 120.0
LOCK_WAIT_S = 20.0
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",
    "GIT_PYTHON_REFRESH": "quiet",
}
CURE = "run `layoutlab track --rebuild` to make it anew from git and the DVC cache"
# Columns that hold an artifact's absolute address.
ADDRESSES = {
    "experiments": ("artifact_location",),
    "runs": ("artifact_uri",),
    "logged_models": ("artifact_location",),
    "model_versions": ("source", "storage_location"),
}


@dataclass(frozen=True)
class Store:
    """An open store: its address, and our database file and artifact folder when it is local."""

    uri: str
    database: Path | None = None
    artifacts: Path | None = None

    def client(self) -> "MlflowClient":
        """Return a client; imports MLflow, without telemetry or chatter."""
        quiet()
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=self.uri)


def quiet() -> None:
    """Keep MLflow from phoning home, printing, retrying for minutes; what is set stays.

    It also keeps no connection open between calls, so that a forked process inherits none and a
    database that was replaced is not written to under its old name.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def open_store() -> Store:
    """Return the server named by ``MLFLOW_TRACKING_URI``, or our database, made if need be.

    Raises
    ------
    InputError
        When our database is corrupt, half-made or locked.
    """
    named = os.environ.get(URI)
    return Store(named) if named else prepare(project.root())


def local(root: Path, database: str = DATABASE) -> Store:
    """Return our store under `root`, as it is."""
    folder = root / FOLDER
    return Store(f"sqlite:///{folder / database}", folder / database, folder / "artifacts")


def prepare(root: Path) -> Store:
    """Return our store under `root`, made if it is not there, and checked.

    A project that was moved takes its runs along: MLflow writes absolute addresses of artifacts,
    which are corrected when the root is another than last time.
    """
    store = local(root)
    assert store.database is not None
    with locked(root):
        known = _facts(root)
        if not store.database.exists():
            create(store, root)
        elif _sound(store.database, known) and known["root"] != str(root):
            _relocate(store.database, known["root"], str(root))
            write_facts(root, known["schema"])
    return store


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock under which the database is made, checked, moved or replaced."""
    from filelock import FileLock, Timeout

    lock = root / FOLDER / "creation.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=CREATION_WAIT_S):
            yield
    except Timeout:
        raise InputError(
            f"waited {CREATION_WAIT_S:.0f} s for {lock}, held by {_holders(lock)}: "
            "it makes or rebuilds MLflow's database; try again when it has ended"
        ) from None


def create(store: Store, root: Path | None = None) -> str:
    """Make the database under a temporary name and move it to its place; the caller holds the lock.

    Returns its schema's revision, which is kept beside the database of `root`, when given.
    """
    quiet()
    import logging

    assert store.database is not None
    with canonical.writing(store.database) as part, told(store):
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        logging.getLogger("alembic").setLevel(logging.WARNING)
        SqlAlchemyStore(f"sqlite:///{part}", str(store.artifacts)).engine.dispose()
        connection = sqlite3.connect(part)
        (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        if root is not None:
            write_facts(root, schema)
    return str(schema)


def _facts(root: Path) -> dict[str, str]:
    """Return what we wrote beside the database when we made it; empty when there is nothing."""
    path = root / FOLDER / "store.json"
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def write_facts(root: Path, schema: str) -> None:
    """Note beside the database where it was made, and by which MLflow."""
    facts = {"root": str(root), "schema": schema, "mlflow": version("mlflow")}
    canonical.write_json(root / FOLDER / "store.json", facts)


def _sound(database: Path, known: dict[str, str]) -> bool:
    """Tell that the database is whole, of the schema we made, and can be written to."""
    try:
        connection = sqlite3.connect(database, timeout=LOCK_WAIT_S, isolation_level=None)
        try:
            schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise InputError(_diagnosis(database, str(error))) from error
    if not schema or schema[0] != known.get("schema"):
        raise InputError(
            f"{database} is half-made, or made by another MLflow (expected schema "
            f"{known.get('schema')}, found {schema and schema[0]}); {CURE}"
        )
    return True


def _diagnosis(database: Path, error: str) -> str:
    """Say what is wrong with the database, and what to do."""
    if "locked" in error or "busy" in error:
        return (
            f"{database} is locked: waited {LOCK_WAIT_S:.0f} s for {_holders(database)}; "
            "try again when it has ended"
        )
    if "disk is full" in error or "disk I/O" in error or "readonly" in error:
        return f"{database} cannot be written ({error}): make room or change its permissions"
    return f"{database} is corrupt or half-made ({error}); {CURE}"


def _holders(path: Path) -> str:
    """Name the processes that hold `path` open, as far as they can be seen."""
    import psutil

    found = []
    for process in psutil.process_iter(["pid", "name"]):
        try:
            files = {file.path for file in process.open_files()}
        except psutil.Error:
            continue
        if str(path) in files and process.pid != os.getpid():
            found.append(f"process {process.pid} ({process.name()})")
    return ", ".join(found) or "another process"


def _relocate(database: Path, old: str, new: str) -> None:
    """Put the new root for the old one in every artifact's address."""
    pairs = ((old, new), (Path(old).as_uri(), Path(new).as_uri()))
    with sqlite3.connect(database, timeout=LOCK_WAIT_S) as connection:
        for table, columns in ADDRESSES.items():
            for column in columns:
                for before, after in pairs:
                    n = len(before) + 1
                    change = f"UPDATE {table} SET {column} = ? || substr({column}, ?)"  # noqa: S608
                    given = (after + "/", n + 1, n, before + "/")
                    connection.execute(f"{change} WHERE substr({column}, 1, ?) = ?", given)
    connection.close()


@contextmanager
def told(store: Store) -> Iterator[None]:
    """Turn what MLflow raises when it is away, locked or corrupt into one clear `InputError`."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = " ".join(str(error).split())[:300]
        if store.database is not None and _of_database(error):
            raise InputError(_diagnosis(store.database, reason)) from error
        raise InputError(f"MLflow at {store.uri} did not take it: {reason}") from error


def _of_database(error: Any) -> bool:
    """Tell whether SQLite is at the root of an error."""
    text = f"{type(error).__name__} {error}"
    return any(word in text for word in ("sqlite3", "SQLAlchemy", "database", "alembic"))


@contextmanager
def current(store: Store) -> Iterator[None]:
    """Make `store` MLflow's current one, for calls that take no client, and put back what was."""
    import mlflow
    from mlflow.tracking import _tracking_service

    before, named = _tracking_service.utils._tracking_uri, os.environ.get(URI)
    mlflow.set_tracking_uri(store.uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)
        os.environ.pop(URI, None)
        if named is not None:
            os.environ[URI] = named
