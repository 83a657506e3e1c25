"""Where does the project stand on this machine? Its root, found from wherever we are."""

import os
from pathlib import Path

from layoutlab.errors import InputError

MARKER = "dvc.yaml"


def root(start: str | Path | None = None) -> Path:
    """Return the project's root: the nearest folder upwards with a pipeline and notebooks.

    Parameters
    ----------
    start : str or Path, optional
        Folder to start from; the current one when not given.

    Raises
    ------
    InputError
        When no folder upwards of `start` is a LayoutLab project.
    """
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file() and (folder / "notebooks").is_dir():
            return folder
    raise InputError(
        f"expected to stand inside a LayoutLab project (a folder with {MARKER} and notebooks/), "
        f"but found none from {here} upwards: change into your clone first"
    )


def enter() -> None:
    """Change into the project's root, so that a notebook's paths mean the same everywhere."""
    os.chdir(root())
