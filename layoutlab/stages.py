"""Which stages does a pipeline have, in which order, and what does its lock say of them?"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab import locks
from layoutlab.errors import InputError

if TYPE_CHECKING:
    from dvc.repo import Repo
    from dvc.stage import PipelineStage


@contextmanager
def open_locked(root: Path, tell: Callable[[str], None]) -> Iterator["Repo"]:
    """Open the DVC repository and hold its lock; when another holds it, say who and wait."""
    import logging

    from dvc.repo import Repo, lock_repo

    logging.getLogger("dvc").setLevel(logging.WARNING)
    holder = locks.holder(root / ".dvc/tmp/lock")
    if holder:
        tell(f"waiting for {holder}, which holds the lock of this clone")
    repo = Repo(root, _wait_for_lock=True)
    try:
        with lock_repo(repo):
            yield repo
    finally:
        repo.close()


def plan(repo: "Repo", dvc_file: str) -> list["PipelineStage"]:
    """Return the pipeline's stages in the order ``dvc repro`` runs them."""
    from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro

    if not Path(repo.root_dir, dvc_file).is_file():
        raise InputError(f"expected a pipeline at {dvc_file}, found no such file")
    targets = collect_stages(repo, [str(Path(repo.root_dir, dvc_file))])
    found: list[PipelineStage] = plan_repro(get_active_graph(repo.index.graph), targets)
    return found


def entries(root: Path, dvc_file: str) -> dict[str, Any]:
    """Return the stages of a pipeline's lock as it lies here."""
    lock = (root / dvc_file).with_suffix(".lock")
    return _stages(lock.read_text() if lock.is_file() else None)


def committed_entries(root: Path, dvc_file: str) -> dict[str, Any]:
    """Return the stages of a pipeline's lock as git's last commit holds it."""
    return _stages(committed_text(root, str(Path(dvc_file).with_suffix(".lock"))))


def _stages(lock: str | None) -> dict[str, Any]:
    import yaml

    return dict((yaml.safe_load(lock or "") or {}).get("stages") or {})


def committed_text(root: Path, path: str) -> str | None:
    """Return a file as git's last commit holds it, or None."""
    shown = subprocess.run(
        ["git", "show", f"HEAD:./{path}"], cwd=root, capture_output=True, text=True, check=False
    )
    return shown.stdout if shown.returncode == 0 else None
