"""Which public data can we read here, and is it what its publisher gave?

Files come from the folder named by ``LAYOUTLAB_DATA_MIRROR`` (one sub-folder per data set) when it
is set, and are otherwise downloaded once to ``data/raw/downloads``. Either way nothing is read
before its hash was found right.
"""

import gzip
import hashlib
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab import canonical, project
from layoutlab.errors import InputError
from layoutlab.registry.entries import DATASETS, DataFile, Dataset

if TYPE_CHECKING:
    import pandas as pd

MIRROR = "LAYOUTLAB_DATA_MIRROR"
DOWNLOADS = "data/raw/downloads"
ACCEPTED = "ACCEPTED"


def listing() -> list[dict[str, Any]]:
    """Return one entry per data set: name, title, address, licence, citation, tables, files.

    `accept` says whether the licence has to be accepted first, `accepted` whether it was.
    """
    return [
        {
            "name": dataset.name,
            "title": dataset.title,
            "address": dataset.address,
            "licence": dataset.licence,
            "citation": dataset.citation,
            "tables": sorted(dataset.tables),
            "files": [{"name": file.name, "sha256": file.sha256} for file in dataset.files],
            "accept": dataset.accept,
            "accepted": _accepted(dataset),
        }
        for dataset in DATASETS.values()
    ]


def fetch(name: str, *, accept_licence: bool = False) -> dict[str, Path]:
    """Return the checked files of a data set, downloading what is not here yet.

    Parameters
    ----------
    name : str
        A name of `listing`.
    accept_licence : bool
        Accept the licence now; remembered in this clone.

    Returns
    -------
    dict of str to Path
        File name and where it lies. Without a mirror, files that no publisher has are left out.

    Raises
    ------
    InputError
        For an unknown name, a licence not yet accepted, a file that is missing or has another hash
        than registered, a download that fails, or no network.
    """
    dataset = _dataset(name)
    if not _accepted(dataset):
        if not accept_licence:
            raise InputError(
                f"the licence of {name} has to be accepted first: {dataset.licence}; "
                f"read {dataset.address}, then run `layoutlab data get {name} --accept-licence`"
            )
        canonical.write_text(_downloads(dataset) / ACCEPTED, dataset.licence + "\n")
    folder, files = _folder(dataset), _files(dataset)
    if not files:
        raise InputError(
            f"{name} was put together from several publications and lies in no public place as we "
            f"read it: set {MIRROR} to a folder that holds {name}"
        )
    for file in files:
        if _mirror() is None and not (folder / file.name).exists():
            from layoutlab.registry.download import download

            download(file, folder / file.name)
        verdict = _verdict(file, folder / file.name)
        if verdict["status"] != "ok":
            raise InputError(_complaint(dataset, verdict))
    return {file.name: folder / file.name for file in files}


def check(name: str | None = None) -> list[dict[str, Any]]:
    """Compare the files that lie here, or in the mirror, with the registered hashes.

    Parameters
    ----------
    name : str, optional
        One data set; all when not given.

    Returns
    -------
    list of dict
        One per file: dataset, file, path, status (``ok``, ``missing`` or ``wrong``), expected and
        found (sha256 of the file; found is empty when there is none).
    """
    chosen = DATASETS.values() if name is None else [_dataset(name)]
    return [
        {"dataset": dataset.name} | _verdict(file, _folder(dataset) / file.name)
        for dataset in chosen
        for file in _files(dataset)
    ]


def read(name: str, table: str) -> "pd.DataFrame":
    """Return one table of a data set, every line of the source kept.

    Parameters
    ----------
    name : str
        A name of `listing`.
    table : str
        One of its tables. ``receipts`` has the columns of `layoutlab.registry.readers`; any other
        has the publisher's.

    Raises
    ------
    InputError
        As `fetch`, and for an unknown table.
    """
    dataset = _dataset(name)
    if table not in dataset.tables:
        known = ", ".join(sorted(dataset.tables))
        raise InputError(f"expected a table of {name} ({known}), got {table!r}")
    files = fetch(name)
    import pandas as pd

    from layoutlab.registry.readers import READERS

    way = dataset.tables[table]
    if way not in READERS and way not in files:
        raise InputError(
            f"{name}/{way} lies in a mirror only: set {MIRROR} to a folder that has it"
        )
    return READERS[way](files) if way in READERS else pd.read_csv(files[way])


def _dataset(name: str) -> Dataset:
    """Return the registered data set, or say which name was probably meant."""
    if name in DATASETS:
        return DATASETS[name]
    import difflib

    near = difflib.get_close_matches(name, DATASETS, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"expected a data set ({', '.join(DATASETS)}), got {name!r}{hint}")


def _mirror() -> Path | None:
    """Return the mirror's folder when one is set, checked to be there."""
    named = os.environ.get(MIRROR, "")
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise InputError(f"expected {MIRROR} to name a folder, but {folder} is none")
    return folder


def _downloads(dataset: Dataset) -> Path:
    return project.root() / DOWNLOADS / dataset.name


def _folder(dataset: Dataset) -> Path:
    mirror = _mirror()
    return _downloads(dataset) if mirror is None else mirror / dataset.name


def _files(dataset: Dataset) -> tuple[DataFile, ...]:
    """Return the files to be had here: without a mirror, those made from a publisher's."""
    return tuple(file for file in dataset.files if _mirror() is not None or file.sources)


def _accepted(dataset: Dataset) -> bool:
    """Tell whether the licence, as it reads today, needs no acceptance or was accepted."""
    if not dataset.accept:
        return True
    note = _downloads(dataset) / ACCEPTED
    return note.is_file() and note.read_text(encoding="utf-8").strip() == dataset.licence


def _verdict(file: DataFile, path: Path) -> dict[str, Any]:
    """Compare a file with its registered hashes: of its bytes, or else of what is in it."""
    verdict = {
        "file": file.name,
        "path": str(path),
        "expected": file.sha256,
        "found": "",
    }
    if not path.is_file():
        return verdict | {"status": "missing"}
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    right = found == file.sha256 or _content_sha256(path, content) == file.content_sha256
    return verdict | {"found": found, "status": "ok" if right else "wrong"}


def _content_sha256(path: Path, content: bytes) -> str:
    """Return the hash of what is inside, empty when it cannot be unpacked."""
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return ""
    return hashlib.sha256(content).hexdigest()


def _complaint(dataset: Dataset, verdict: dict[str, Any]) -> str:
    """Say what is wrong with a file and what to do about it."""
    path, mirror = verdict["path"], _mirror()
    if verdict["status"] == "missing":
        return (
            f"expected {dataset.name}/{verdict['file']} in the mirror {mirror}, but {path} is not "
            f"there: complete the mirror, or unset {MIRROR} to download it"
        )
    cure = "copy it again" if mirror else f"delete it and run `layoutlab data get {dataset.name}`"
    return (
        f"{path} is not the registered file: expected sha256 {verdict['expected']}, "
        f"found {verdict['found']}; {cure}"
    )
