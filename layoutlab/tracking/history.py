"""Which results does git remember? Every stage entry ever committed, as runs in a new database.

Metrics come from git, figures, models and executed notebooks from DVC's cache by their hash. A
file whose cache object is not here is told and left out.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab.errors import InputError
from layoutlab.tracking import store
from layoutlab.tracking.record import Result, digest, record
from layoutlab.tracking.stages import (
    ELSEWHERE,
    PIPELINES,
    Entry,
    assemble,
    entry_locked,
    git,
    notebook_of,
    repository,
    study_of,
)

if TYPE_CHECKING:
    from dvc.repo import Repo

KEPT = r"figures/|\.keras$|\.example\.npz$|\.ipynb$|metrics/[^/]*\.json$"


@dataclass
class _Rebuilding:
    """One call of `rebuild`: where files come from, and which could not be found."""

    repo: "Repo"
    root: Path
    missing: list[str] = field(default_factory=list)


def rebuild(root: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Make a new database from history and put it in the old one's place."""
    if os.environ.get(store.URI):
        raise InputError(
            f"{store.URI} is set to {os.environ[store.URI]}: only our own database can be "
            f"rebuilt; unset {store.URI}, or project what lies here with `layoutlab track`"
        )
    if git(root, "rev-parse", "HEAD") is None:
        raise InputError(f"expected a git repository with a commit at {root}, found none")
    new = store.local(root, "rebuild.db")
    assert new.database is not None
    with store.locked(root), repository(root) as repo:
        _remove(new.database)
        schema = store.create(new)
        work = _Rebuilding(repo, root)
        n_runs = 0
        for entry, commit in entries(root):
            with tempfile.TemporaryDirectory(prefix="layoutlab-") as folder:
                record(_result(work, entry, commit, Path(folder)), new)
            n_runs += 1
            tell(f"{entry.name}: projected from commit {commit[:8]}")
        previous = _swap(root, new, schema)
    for path in work.missing:
        tell(f"not in the DVC cache here: {path}")
    if previous:
        tell(f"the old database, with runs made by hand and sweeps, is now {previous}")
    return {"runs": n_runs, "missing": work.missing, "previous": previous}


def entries(root: Path) -> Iterator[tuple[Entry, str]]:
    """Yield every distinct stage entry with the first commit that holds it, oldest first."""
    import yaml

    locks = [pipeline.replace(".yaml", ".lock") for pipeline in PIPELINES]
    commits = (
        git(root, "log", "--reverse", "--topo-order", "--format=%H", "--", *locks) or ""
    ).split()
    seen = set()
    for commit in commits:
        for lock, pipeline in zip(locks, PIPELINES, strict=True):
            content = yaml.safe_load(git(root, "show", f"{commit}:{lock}") or "") or {}
            plan = yaml.safe_load(git(root, "show", f"{commit}:{pipeline}") or "") or {}
            for stage, described in (content.get("stages") or {}).items():
                entry = entry_locked(
                    stage, pipeline, described, stage_folder(plan, stage, pipeline)
                )
                if entry.key not in seen:
                    seen.add(entry.key)
                    yield entry, commit


def stage_folder(plan: dict[str, Any], stage: str, pipeline: str) -> str:
    """Return the folder a stage runs in, relative to the root."""
    written = (plan.get("stages") or {}).get(stage.partition("@")[0]) or {}
    folder = written.get("wdir") or (written.get("do") or {}).get("wdir") or "."
    return os.path.normpath(Path(pipeline).parent / folder)


def _result(work: _Rebuilding, entry: Entry, commit: str, folder: Path) -> Result:
    """Put the files of an entry's outputs into `folder` and make its result of them."""
    for path, md5 in entry.outputs_like(KEPT):
        if not _from_git(work, commit, path, md5, folder / path):
            _from_cache(work, md5, folder / path, path)
    metrics = next((path for path, _ in entry.outputs_like(r"metrics/[^/]*\.json$")), None)
    file = folder / metrics if metrics else None
    written = json.loads(file.read_text()) if file and file.is_file() else {}
    notebook = git(work.root, "show", f"{commit}:{notebook_of(entry)}")
    study = study_of(notebook) if notebook else ELSEWHERE
    lock = git(work.root, "show", f"{commit}:requirements.lock")
    when = git(work.root, "show", "-s", "--format=%ct", commit) or "0"
    tags = {"commit": commit, "dirty": "no", "lock": digest(lock) if lock else "none"}
    return assemble(entry, study, folder, written, tags, int(when) * 1000)


def _from_git(work: _Rebuilding, commit: str, path: str, md5: str, target: Path) -> bool:
    """Take a file from the commit when it is there and is the one the lock means."""
    text = git(work.root, "show", f"{commit}:{path}")
    if text is None or (md5 and hashlib.md5(text.encode()).hexdigest() != md5):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="")
    return True


def _from_cache(work: _Rebuilding, md5: str, target: Path, path: str) -> None:
    """Copy a file, or a folder's files, from DVC's cache; note what is not there."""
    cached = Path(work.repo.cache.local.oid_to_path(md5)) if md5 else None
    if cached is None or not cached.is_file():
        work.missing.append(path)
    elif md5.endswith(".dir"):
        for file in json.loads(cached.read_text()):
            _from_cache(work, file["md5"], target / file["relpath"], f"{path}/{file['relpath']}")
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(cached, target)


def _swap(root: Path, new: store.Store, schema: str) -> str | None:
    """Move the old database aside and the new one into its place."""
    place = store.local(root).database
    assert place is not None
    assert new.database is not None
    connection = sqlite3.connect(new.database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    previous = None
    if place.exists():
        number = 1
        while (place.parent / f"before-{number}").exists():
            number += 1
        aside = place.parent / f"before-{number}"
        aside.mkdir()
        for suffix in ("-shm", "-wal", ""):
            part = place.with_name(place.name + suffix)
            if part.exists():
                part.rename(aside / part.name)
        previous = str((aside / place.name).relative_to(root))
    store.write_facts(root, schema)
    new.database.rename(place)
    return previous


def _remove(database: Path) -> None:
    """Remove what an interrupted rebuild left."""
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
