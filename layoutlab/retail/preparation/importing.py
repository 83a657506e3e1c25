"""How do somebody's receipts become a receipts file? Days of csv or parquet, by a mapping.

Every line arrives: one that cannot be believed is left to be rejected, with its reason, where
baskets are made; one that is no line at all (it has more or fewer fields than the header) is kept
in a file of its own and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.preparation import mapping, quality, quality_page, translation
from layoutlab.retail.preparation.mapping import Mapping
from layoutlab.retail.preparation.receipts import BATCH_LINES

KINDS = (".csv", ".csv.gz", ".parquet")
MALFORMED = pa.schema({"file": pa.string(), "row": pa.int64(), "text": pa.string()})


@dataclass
class _Malformed:
    """Rows that are no lines, noted while a file is read."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def of(self, path: Path) -> Any:
        """Return a function that notes a row of one file and goes on."""

        def note(row: Any) -> str:
            self.rows.append({"file": path.name, "row": row.number, "text": row.text})
            return "skip"

        return note


def from_file(source: str | Path, map_path: str | Path, folder: str | Path) -> dict[str, Any]:
    """Import receipts by a mapping file, and look at their quality.

    Parameters
    ----------
    source : str or Path
        A ``.csv``, ``.csv.gz`` or ``.parquet`` file, or a folder of such files, read in the order
        of their names; all have the mapped columns.
    map_path : str or Path
        See `layoutlab.retail.preparation.mapping`.
    folder : str or Path
        Gets ``receipts.parquet`` (the receipts contract), ``malformed.parquet`` (rows with another
        number of fields than their header: file, row, text), ``quality.json`` and
        ``quality.html``.

    Returns
    -------
    dict
        ``files``, ``malformed`` (rows), ``without_line_end`` (csv files whose last line has no
        end, and may be cut short) and what `quality.measure` returns.

    Raises
    ------
    InputError
        For a bad mapping, no file, one of another kind, in another encoding, damaged or cut short,
        without lines or the mapped columns, and when every line is rejected (the files are written
        then).
    """
    meaning = mapping.load(map_path)
    paths = files_of(source)
    folder, malformed = Path(folder), _Malformed()
    receipts_path = folder / "receipts.parquet"
    _write(receipts_path, paths, meaning, malformed)
    _write_malformed(folder / "malformed.parquet", malformed.rows)
    measured = quality.measure(receipts_path)
    summary = {
        "files": len(paths),
        "malformed": len(malformed.rows),
        "without_line_end": [path.name for path in paths if _without_line_end(path)],
        **measured,
    }
    quality_page.write(summary, folder)
    if measured["accepted"] == 0:
        found = ", ".join(f"{n} {reason}" for reason, n in measured["rejects"].items() if n)
        raise InputError(
            f"expected at least one valid line in {source}, but all {measured['lines']} would be "
            f"rejected ({found}); see {folder / 'quality.html'}, and compare {map_path}"
        )
    return summary


def files_of(source: str | Path) -> list[Path]:
    """Return the files of receipts at a path, sorted.

    Raises
    ------
    InputError
        When there is none.
    """
    source = Path(source)
    if source.is_dir():
        found = [path for path in source.rglob("*") if path.is_file() and _is_receipts(path)]
        if not found:
            raise InputError(f"expected files {', '.join(KINDS)} in {source}, but it has none")
        return sorted(found)
    if not source.is_file():
        raise InputError(f"expected receipts, but there is no file or folder {source}")
    if not _is_receipts(source):
        raise InputError(f"expected receipts as {', '.join(KINDS)}, got {source.name}")
    return [source]


def _is_receipts(path: Path) -> bool:
    return path.name.endswith(KINDS) and not path.name.startswith(".")


def _write(target: Path, paths: list[Path], meaning: Mapping, malformed: _Malformed) -> None:
    """Write all lines as one receipts file, block by block; none at all are an error."""
    n_lines = 0
    writer = None
    with canonical.writing(target) as part:
        try:
            for path in paths:
                for block in _blocks(path, meaning, malformed):
                    lines = translation.to_contract(block, meaning)
                    lines = lines.replace_schema_metadata({"currency": meaning.currency})
                    writer = writer or pq.ParquetWriter(part, lines.schema, compression="zstd")
                    writer.write_table(lines, row_group_size=BATCH_LINES)
                    n_lines += len(lines)
        finally:
            if writer is not None:
                writer.close()
        if n_lines == 0:
            raise InputError(
                f"expected lines of receipts in {', '.join(map(str, paths))}, but found none "
                f"({len(malformed.rows)} malformed rows)"
            )


def _blocks(path: Path, meaning: Mapping, malformed: _Malformed) -> Iterator[pa.Table]:
    """Yield the wanted columns of a file; what is wrong with the file is one error."""
    if path.stat().st_size == 0:
        raise InputError(f"expected lines of receipts in {path}, but it is empty")
    try:
        if path.suffix == ".parquet":
            mapping.check_columns(path, pq.read_schema(path).names, meaning)
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(BATCH_LINES, columns=meaning.wanted):
                    yield pa.Table.from_batches([batch])
        else:
            yield from _csv_blocks(path, meaning, malformed)
    except UnicodeDecodeError as error:
        raise InputError(
            f"expected {path} as {meaning.encoding}, but byte {error.object[error.start]:#04x} is "
            "none of it; name its encoding in the mapping"
        ) from error
    except (pa.ArrowException, OSError, EOFError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "invalid UTF8" in said:
            said += "; name the encoding in the mapping"
        raise InputError(f"{path} is damaged, cut short or of another kind: {said}") from error


def _csv_blocks(path: Path, meaning: Mapping, malformed: _Malformed) -> Iterator[pa.Table]:
    """Yield the wanted columns of a csv file as text; an empty field is null."""
    reading = pa.csv.ReadOptions(use_threads=False, block_size=8 << 20, encoding=meaning.encoding)
    parsing = pa.csv.ParseOptions(delimiter=meaning.delimiter, newlines_in_values=True)
    with pa.csv.open_csv(path, read_options=reading, parse_options=_skipping(parsing)) as file:
        names = file.schema.names
    mapping.check_columns(path, names, meaning)
    converting = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=meaning.wanted,
        strings_can_be_null=True,
        null_values=[""],
    )
    parsing.invalid_row_handler = malformed.of(path)
    with pa.csv.open_csv(
        path, read_options=reading, parse_options=parsing, convert_options=converting
    ) as file:
        yield from (pa.Table.from_batches([batch]) for batch in file)


def _skipping(parsing: Any) -> Any:
    """Return the same options that skip malformed rows without a note."""
    return pa.csv.ParseOptions(
        delimiter=parsing.delimiter,
        newlines_in_values=parsing.newlines_in_values,
        invalid_row_handler=lambda _: "skip",
    )


def _without_line_end(path: Path) -> bool:
    """Tell whether a plain csv file stops within a line."""
    if path.suffix != ".csv":
        return False
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) not in b"\r\n"


def _write_malformed(path: Path, rows: list[dict[str, Any]]) -> None:
    canonical.write_parquet(path, pa.Table.from_pylist(rows, MALFORMED))
