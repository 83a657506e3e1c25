"""Which bytes stand for this content? Writers whose output depends on content alone.

Every writer writes to a temporary name in the target's folder and then moves the file into place:
a killed run leaves the old file or none, never half of a new one. Formats that carry a clock, a
random identifier or a memory address (gzip, SVG, PDF, Keras archives) are written without them.
Bytes still depend on library versions (a parquet file names its writer), which the lock pins.
"""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab.errors import InputError

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure

PART = ".part."
EPOCH = (1980, 1, 1, 0, 0, 0)


@contextmanager
def writing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it into place when the block ends without error.

    The temporary name keeps the suffix, so that writers which look at it still choose rightly.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{os.getpid()}{PART}{path.name}"
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write bytes as they are."""
    with writing(path) as part:
        part.write_bytes(content)


def write_text(path: str | Path, text: str) -> None:
    """Write text as UTF-8 with the line ends it has."""
    write_bytes(path, text.encode())


def _plain(value: Any) -> Any:
    """Turn numpy scalars and arrays, sets and paths into what JSON knows."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return value.as_posix()
    raise InputError(f"expected values JSON can hold, got {type(value).__name__}: {value!r}")


def to_json(content: Any) -> str:
    """Return the one JSON text of `content`: sorted keys, two blanks of indent, no NaN or infinity.

    Raises
    ------
    InputError
        When a value is neither JSON's nor numpy's, or a number is not finite.
    """
    try:
        return json.dumps(content, sort_keys=True, indent=2, allow_nan=False, default=_plain) + "\n"
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"expected finite numbers for JSON: {error}") from error


def write_json(path: str | Path, content: Any) -> None:
    """Write `content` as `to_json` gives it."""
    write_text(path, to_json(content))


def write_geojson(path: str | Path, collection: dict[str, Any]) -> None:
    """Write a GeoJSON FeatureCollection (RFC 7946), features in the order given.

    Raises
    ------
    InputError
        When `collection` is not a FeatureCollection.
    """
    if collection.get("type") != "FeatureCollection" or "features" not in collection:
        raise InputError(
            f"expected a GeoJSON FeatureCollection, got type {collection.get('type')!r}"
        )
    write_json(path, collection)


def write_parquet(
    path: str | Path,
    table: "pd.DataFrame | pa.Table",
    metadata: dict[str, str] | None = None,
    row_group_size: int | None = None,
) -> None:
    """Write a table as parquet (zstd); a data frame's index is not kept.

    Parameters
    ----------
    path : str or Path
    table : pandas.DataFrame or pyarrow.Table
    metadata : dict of str to str, optional
        The schema's metadata, say ``{"currency": "GBP"}``; replaces what the table carries.
    row_group_size : int, optional
        Rows in a row group; pyarrow's default when not given.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not isinstance(table, pa.Table):
        table = pa.Table.from_pandas(table, preserve_index=False)
    table = table.replace_schema_metadata(dict(sorted((metadata or {}).items())) or None)
    with writing(path) as part:
        pq.write_table(table, part, compression="zstd", row_group_size=row_group_size)


def write_csv_gz(path: str | Path, frame: "pd.DataFrame") -> None:
    """Write a data frame as gzipped CSV without index, name or time of writing."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
        stream.write(frame.to_csv(index=False, lineterminator="\n").encode())
    write_bytes(path, buffer.getvalue())


def write_npz(path: str | Path, **arrays: "np.ndarray") -> None:
    """Write named arrays, sorted by name, compressed.

    Raises
    ------
    InputError
        When an array holds Python objects, which only a pickle could keep.
    """
    import numpy as np

    arrays = {name: np.asarray(arrays[name]) for name in sorted(arrays)}
    objects = [name for name, array in arrays.items() if array.dtype.hasobject]
    if objects:
        raise InputError(
            f"expected arrays of numbers or fixed-width text, got objects in {objects}"
        )
    with writing(path) as part, part.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # names never clash


def write_figure(path: str | Path, figure: "Figure") -> None:
    """Write a matplotlib figure as SVG, PNG or PDF, chosen by the suffix.

    Raises
    ------
    InputError
        When the suffix is none of the three.
    """
    import matplotlib as mpl

    clocks = {".svg": {"Date": None}, ".png": {"Software": None}, ".pdf": {"CreationDate": None}}
    suffix = Path(path).suffix
    if suffix not in clocks:
        raise InputError(f"expected a figure named .svg, .png or .pdf, got {Path(path).name}")
    drawn = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "layoutlab"}):
        figure.savefig(drawn, format=suffix[1:], metadata=clocks[suffix], bbox_inches="tight")
    write_bytes(path, drawn.getvalue())


def write_animation(path: str | Path, animation: "Animation", *, frames_per_s: int) -> None:
    """Write a matplotlib animation as GIF.

    Raises
    ------
    InputError
        When the suffix is not ``.gif``.
    """
    if Path(path).suffix != ".gif":
        raise InputError(f"expected an animation named .gif, got {Path(path).name}")
    with writing(path) as part:
        animation.save(part, writer="pillow", fps=frames_per_s, dpi=80)


def write_keras(path: str | Path, model: "keras.Model") -> None:
    """Write a Keras model as a ``.keras`` archive whose bytes depend on the model alone.

    Keras writes the date of saving, memory addresses as ``shared_object_id`` and the zip members'
    times; the archive is rewritten without the first and last, and with the identifiers numbered
    in order of appearance.
    """
    with writing(path) as part:
        model.save(part)
        content = _without_clocks(part.read_bytes())
        part.write_bytes(content)


def _without_clocks(archive: bytes) -> bytes:
    """Rewrite a ``.keras`` zip: stored members at a fixed time, ids numbered, no date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name.endswith(".json"):
                described = json.loads(content)
                if name == "metadata.json":
                    described.pop("date_saved", None)
                content = json.dumps(_numbered(described, {}), sort_keys=True).encode()
            new.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return buffer.getvalue()


def _numbered(node: Any, seen: dict[int, int]) -> Any:
    """Replace every ``shared_object_id`` by its rank of first appearance."""
    if isinstance(node, dict):
        return {
            key: seen.setdefault(value, len(seen))
            if key == "shared_object_id" and value is not None
            else _numbered(value, seen)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_numbered(value, seen) for value in node]
    return node
