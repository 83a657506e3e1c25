"""Bytes that depend on content alone, and files that are whole or not there."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from toy_project import names_in

from layoutlab import canonical, pins
from layoutlab.errors import InputError

FRAME = pd.DataFrame(
    {"sku": ["tea", "Käse", None], "price": [1.5, 0.1 + 0.2, np.nan], "n": [1, 2, 3]}
)
POINT = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
COLLECTION = {"type": "FeatureCollection", "features": [POINT]}


def drawing() -> Figure:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], [3, 1, 2], marker="o", label="a line")
    axes.set(title="A title", xlabel="time (s)", ylabel="length (m)")
    axes.legend()
    return figure


WRITERS: dict[str, Callable[[Path], None]] = {
    ".txt": lambda path: canonical.write_text(path, "one\r\ntwo ü\n"),
    ".json": lambda path: canonical.write_json(
        path, {"set": {"north", "south", "east", "west"}, "array": np.arange(3), "x": 0.1}
    ),
    ".geojson": lambda path: canonical.write_geojson(path, COLLECTION),
    ".parquet": lambda path: canonical.write_parquet(path, FRAME, {"b": "2", "a": "1"}),
    ".csv.gz": lambda path: canonical.write_csv_gz(path, FRAME),
    ".npz": lambda path: canonical.write_npz(path, y=np.eye(2), x=np.array(["a", "b"])),
    ".svg": lambda path: canonical.write_figure(path, drawing()),
    ".png": lambda path: canonical.write_figure(path, drawing()),
    ".pdf": lambda path: canonical.write_figure(path, drawing()),
}


def digests(folder: Path) -> dict[str, str]:
    """Write with every writer into a folder; return the bytes' hashes."""
    found = {}
    for suffix, write in WRITERS.items():
        path = folder / f"{folder.name}{suffix}"
        write(path)
        found[suffix] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


ELSEWHERE = """
import json, sys, time
from pathlib import Path
now = time.time
time.time = lambda: now() + 90_000
sys.path.insert(0, sys.argv[1])
import test_canonical
print(json.dumps(test_canonical.digests(Path(sys.argv[2]))))
"""


def test_bytes_depend_on_neither_name_nor_time_nor_process_nor_hash_seed(tmp_path: Path) -> None:
    other = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "86400"}
    arguments = [str(Path(__file__).parent), str(tmp_path / "second")]
    child = subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE, *arguments],
        env=os.environ | other,
        stdout=subprocess.PIPE,
        text=True,
    )
    here = digests(tmp_path / "a" / "first")
    again = digests(tmp_path / "b" / "third")
    out, _ = child.communicate(timeout=240)
    assert json.loads(out) == here
    assert again == here


def test_a_user_s_svg_salt_does_not_matter_and_stays(tmp_path: Path) -> None:
    canonical.write_figure(tmp_path / "a.svg", drawing())
    with mpl.rc_context({"svg.hashsalt": "mine"}):
        canonical.write_figure(tmp_path / "b.svg", drawing())
        assert mpl.rcParams["svg.hashsalt"] == "mine"
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("suffix", WRITERS)
def test_writing_again_replaces_and_leaves_nothing_beside(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "deep" / "folder" / f"x{suffix}"
    path.parent.mkdir(parents=True)
    path.write_text("old")
    WRITERS[suffix](path)
    assert path.read_bytes() != b"old"
    assert names_in(path.parent) == [path.name]


def test_parquet_reads_back_equal_without_index_with_metadata(tmp_path: Path) -> None:
    path = tmp_path / "receipts.parquet"
    canonical.write_parquet(path, FRAME.set_index(FRAME.index + 7), {"currency": "GBP"}, 2)
    pd.testing.assert_frame_equal(pd.read_parquet(path), FRAME)
    stored = pq.ParquetFile(path)
    assert stored.schema_arrow.metadata == {b"currency": b"GBP"}
    assert [stored.metadata.row_group(i).num_rows for i in range(2)] == [2, 1]


def test_an_arrow_table_s_own_metadata_is_replaced(tmp_path: Path) -> None:
    table = pa.table({"x": [1, 2]}).replace_schema_metadata({"made": "yesterday"})
    canonical.write_parquet(tmp_path / "t.parquet", table)
    assert pq.read_table(tmp_path / "t.parquet").schema.metadata is None
    assert pq.read_table(tmp_path / "t.parquet").equals(pa.table({"x": [1, 2]}))


def test_csv_npz_and_geojson_read_back_equal(tmp_path: Path) -> None:
    canonical.write_csv_gz(tmp_path / "f.csv.gz", FRAME)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "f.csv.gz"), FRAME)
    arrays = {"b": np.arange(6).reshape(2, 3), "a": np.array([0.1, np.inf]), "t": np.array(["x"])}
    canonical.write_npz(tmp_path / "a.npz", **arrays)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as stored:
        assert stored.files == ["a", "b", "t"]
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], array)
    canonical.write_geojson(tmp_path / "p.geojson", COLLECTION)
    assert json.loads((tmp_path / "p.geojson").read_text()) == COLLECTION


def test_npz_bytes_do_not_depend_on_the_order_of_the_names(tmp_path: Path) -> None:
    canonical.write_npz(tmp_path / "1.npz", a=np.ones(2), b=np.zeros(2))
    canonical.write_npz(tmp_path / "2.npz", b=np.zeros(2), a=np.ones(2))
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()


def test_json_takes_numpy_sets_and_paths() -> None:
    content = {"i": np.int64(3), "f": np.float32(0.5), "b": np.bool_(True), "s": {3, 1, 2}}
    read = json.loads(canonical.to_json({**content, "p": Path("data/x"), "a": np.eye(2)}))
    assert read == {
        "i": 3, "f": 0.5, "b": True, "s": [1, 2, 3], "p": "data/x", "a": [[1.0, 0.0], [0.0, 1.0]],
    }  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
    .filter(lambda x: abs(x) != float("inf")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_json_reads_back_the_same_value_and_gives_the_same_text(content: object) -> None:
    text = canonical.to_json(content)
    assert json.loads(text) == content
    assert canonical.to_json(json.loads(text)) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), np.float64("nan")])
def test_json_refuses_what_is_not_finite_and_keeps_the_old_file(
    tmp_path: Path, number: float
) -> None:
    path = tmp_path / "metrics.json"
    path.write_text("old")
    with pytest.raises(InputError, match=r"^expected finite numbers for JSON: "):
        canonical.write_json(path, {"auc": [0.5, number]})
    assert path.read_text() == "old"


def test_json_refuses_other_objects() -> None:
    with pytest.raises(InputError, match=r"^expected values JSON can hold, got complex: 2j$"):
        canonical.to_json({"x": 2j})


def test_npz_refuses_objects(tmp_path: Path) -> None:
    message = r"^expected arrays of numbers or fixed-width text, got objects in \['names'\]$"
    with pytest.raises(InputError, match=message):
        canonical.write_npz(tmp_path / "x.npz", names=np.array(["a", None]), n=np.ones(1))
    assert names_in(tmp_path) == []


def test_figures_refuse_another_suffix(tmp_path: Path) -> None:
    message = r"^expected a figure named \.svg, \.png or \.pdf, got flow\.jpeg$"
    with pytest.raises(InputError, match=message):
        canonical.write_figure(tmp_path / "flow.jpeg", drawing())


@pytest.mark.parametrize("collection", [{}, POINT, {"type": "FeatureCollection"}])
def test_geojson_refuses_what_is_no_collection(tmp_path: Path, collection: dict) -> None:  # type: ignore[type-arg]
    with pytest.raises(InputError, match=r"^expected a GeoJSON FeatureCollection, got type "):
        canonical.write_geojson(tmp_path / "x.geojson", collection)


def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")

    def half_way() -> None:
        with canonical.writing(path) as part:
            part.write_text("ne")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        half_way()
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["x.txt"]


KILLED = """
import sys, time
from layoutlab import canonical
with canonical.writing(sys.argv[1]) as part:
    with part.open("w") as stream:
        stream.write("half")
        stream.flush()
        print("half-way", flush=True)
        time.sleep(600)
"""


@pytest.mark.parametrize("old", ["old", None])
def test_killed_while_writing_leaves_the_old_file_or_none(tmp_path: Path, old: str | None) -> None:
    path = tmp_path / "data" / "x.parquet"
    path.parent.mkdir()
    if old is not None:
        path.write_text(old)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "half-way\n"
    child.kill()
    child.wait()
    child.stdout.close()
    assert (path.read_text() if path.exists() else None) == old
    left = [name for name in names_in(path.parent) if name != path.name]
    assert [canonical.PART in name for name in left] == [True]
    canonical.write_text(path, "new")
    assert path.read_text() == "new"


@pytest.mark.parametrize("suffix", WRITERS)
def test_no_disk_space_is_said_and_the_old_file_stays(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    with canonical.writing(path) as probe:
        probe.write_text("old")
    probe.symlink_to("/dev/full")  # writing there fails as on a full disk: ENOSPC, by the kernel
    with pytest.raises(OSError, match="No space left on device") as raised:
        WRITERS[suffix](path)
    assert raised.value.errno == errno.ENOSPC
    assert path.read_text() == "old"
    assert names_in(tmp_path) == [path.name]


UNWRITABLE = """
import os, sys
from layoutlab import canonical
if os.geteuid() == 0:
    os.seteuid(65534)  # root may write anywhere
try:
    canonical.write_text(sys.argv[1], "new")
except PermissionError as error:
    print(error.strerror)
"""


def test_a_folder_that_cannot_be_written_is_said_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "closed" / "x.txt"
    path.parent.mkdir()
    path.write_text("old")
    path.parent.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", UNWRITABLE, str(path)], capture_output=True, text=True
    )
    path.parent.chmod(0o755)
    assert done.stdout == "Permission denied\n"
    assert path.read_text() == "old"
    assert names_in(path.parent) == ["x.txt"]


KERAS = """
import hashlib, sys
from pathlib import Path
import keras
import numpy as np
from layoutlab import canonical

def build():
    keras.backend.clear_session()  # names are numbered per session
    keras.utils.set_random_seed(3)
    inputs = keras.Input((4,), name="x")
    shared = keras.layers.Dense(3, activation="relu", name="shared")
    hidden = keras.layers.Add(name="sum")([shared(inputs), shared(inputs)])
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid", name="p")(hidden))
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
    return model

folder = Path(sys.argv[1])
x = np.random.default_rng(1).normal(size=(8, 4)).astype("float32")
model = build()
canonical.write_keras(folder / "one.keras", model)
other = build()
canonical.write_keras(folder / "two.keras", other)
loaded = keras.models.load_model(folder / "one.keras")
kept = [model.predict_on_batch(x), loaded.predict_on_batch(x)]
assert np.array_equal(kept[0], kept[1]), kept
other.layers[-1].bias.assign([0.25])
canonical.write_keras(folder / "three.keras", other)
for path in ("one", "two", "three"):
    print(hashlib.sha256((folder / f"{path}.keras").read_bytes()).hexdigest())
"""


def test_keras_archives_depend_on_the_model_alone_and_load(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KERAS, str(tmp_path)],
        capture_output=True,
        text=True,
        env=pins.environment(),
    )
    assert done.returncode == 0, done.stderr
    one, two, three = done.stdout.split()
    assert one == two
    assert three != one
    assert names_in(tmp_path) == ["one.keras", "three.keras", "two.keras"]
