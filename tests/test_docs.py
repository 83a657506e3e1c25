"""Is what the documentation says true? Its commands, options, parameters, schemas and links.

Every command of a page stands behind ``$`` in a ``console`` block. Each has to be in one of the
lists below, so that a new one fails here until somebody has decided how it is run or checked.
"""

import argparse
import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from toy_project import PATIENCE_S, Toy, write_notebook

from layoutlab import cli, report
from layoutlab.engine import check_parameters, default_parameters

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
REFERENCE = ROOT / "docs/reference"
RECEIPTS_PAGE = ROOT / "docs/guides/own-receipts.md"
STAGE_PAGE = ROOT / "docs/guides/new-notebook-and-stage.md"
LANGUAGES = {"console", "csv", "diff", "python", "text", "yaml"}
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

POINT = "notebooks/points/one-evolution.ipynb"
SWEEP = f"layoutlab sweep {POINT}"
FIRST = f"{SWEEP} -p generations=20 -g selection=roulette,tournament,rank -g seed=0:8 -o data/processed/first-sweep"  # noqa: E501
FAILING = (
    f"{SWEEP} -p generations=5 -g crossover_probability=0.5,1.5 -o data/processed/failing-sweep"
)
ONE = f"papermill --engine layoutlab {POINT} data/processed/one.ipynb"


@dataclass(frozen=True)
class Run:
    """A documented command that is run: with which changes, and the exit code it must have.

    What the page shows beneath it is compared unless the command was changed.
    """

    command: str
    code: int = 0
    changes: tuple[tuple[str, str], ...] = ()


# In this order, in one copy of the project with small parameters.
RUN = [
    Run("layoutlab --help"),
    Run("layoutlab data list"),
    Run("layoutlab data list --json"),
    Run("layoutlab data check groceries", code=1),
    Run("layoutlab data get omnichannel-grocery", code=2),
    Run("layoutlab retail affinity my-receipts.csv -o my-affinity --json"),
    Run(
        "python -c \"import pandas as pd; print(pd.read_parquet('my-affinity/rejects.parquet')"
        "[['line', 'reason', 'transaction_id', 'quantity']].to_string(index=False))\""
    ),
    Run("layoutlab retail stream my-receipts.csv -o my-stream --lateness 6h"),
    Run("layoutlab retail baskets my-receipts.csv -o my-baskets --returns match"),
    Run("layoutlab retail import my-till.csv --map my-till.yaml -o my-import"),
    Run("python -c \"from layoutlab import canonical; canonical.write_json('my-truth.json', {})\""),
    Run(
        "layoutlab plan generate --form grid --area 800 --seed 1 -o store.geojson",
        changes=(("-o store", "-o data/processed/store"),),
    ),
    Run(
        "layoutlab plan draw built-in -o store.svg",
        changes=(("built-in -o store", "data/processed/store.geojson -o data/processed/store"),),
    ),
    Run("layoutlab plan check built-in --rules ada,ibc,bavaria"),
    Run(f"{ONE} -p selektion tournament", code=2),
    Run(
        f"{ONE} -p selection tournament -p metrics data/processed/one.json",
        changes=(("-p selection", "-p generations 2 -p selection"),),
    ),
    Run(FIRST, changes=(("generations=20", "generations=2"), ("seed=0:8", "seed=0:2"))),
    Run(
        "python -c \"import pandas as pd; print(pd.read_parquet('data/processed/first-sweep/"
        "runs.parquet').groupby('selection', sort=False)['best_fitness']"
        ".agg(['mean', 'min', 'max']).round(3))\"",
        changes=(("round(3)", "round(2)"),),
    ),
    Run(
        "layoutlab floor evolve --selection tournament --seed 3 --draw my-floor.svg",
        changes=(("evolve", "evolve --generations 2"),),
    ),
    Run("layoutlab floor optimum", changes=(("optimum", "optimum --blocks 2"),)),
    Run("layoutlab repro", changes=(("layoutlab repro", "layoutlab deps && layoutlab repro"),)),
    Run("git add notebooks params.yaml dvc.yaml dvc.lock reports/metrics"),
    Run('git commit -m "Ask how large baskets are"'),
    Run("layoutlab verify"),
    Run("git checkout params.yaml"),
    Run("git status --short"),
]

# Long, remote or interactive: the command line is given to our parser, and no further.
PARSED = {
    "layoutlab repro -f",
    "layoutlab verify public",
    "layoutlab verify --json",
    "layoutlab track",
    "layoutlab track --rebuild",
    "MLFLOW_TRACKING_URI=http://127.0.0.1:5001 layoutlab track",
    "layoutlab repro full",
    "layoutlab retail next-basket my-histories.json -o my-recommender",
    'layoutlab retail recommend my-recommender --history "3,7;7" --exclude 9',
    "layoutlab retail next-basket nbr-tafeng --json",
    "layoutlab retail stream kafka://127.0.0.1:9092/receipts -o my-live --group till --drain",
    "layoutlab retail stream my-receipts.csv -o my-stream --returns match --horizon 30d",
    "layoutlab retail stream no-numbers.csv -o my-visits --gap-min 30",
    "layoutlab track --promote my-recommender",
    "layoutlab track --promote models/layout_value/v1",
    "layoutlab track --promote models/layout_value",
    "layoutlab track --roll-back --name layout-value",
    "layoutlab track --roll-back",
    "layoutlab plan draw built-in --color-by type -o types.png",
    "layoutlab plan draw store.geojson --color-by sales.csv -o sales.svg",
    "layoutlab plan draw new.geojson --against store.geojson -o changes.svg",
    "layoutlab plan generate --form racetrack --area 3000 --departments departments.csv -o store.geojson",  # noqa: E501
    "layoutlab plan import shop.dxf --map layers.yaml -o shop.geojson",
    "layoutlab plan import racks.csv --units cm -o racks.geojson",
    "layoutlab plan import corner.txt -o corner.geojson",
    "layoutlab plan validate corner.geojson",
    "layoutlab plan export shop.geojson shop.dxf",
    "layoutlab plan export shop.geojson shop.svg",
    "layoutlab plan export shop.geojson map.yaml --cell 0.1",
    "layoutlab plan export shop.geojson shop.csv",
    "layoutlab plan export shop.geojson shop.txt",
    "layoutlab plan check my-store.geojson --rules ada,my-rules.yaml -o checked",
    "layoutlab store simulate store.geojson --receipts receipts.parquet --days 28 -o out",
    "layoutlab store optimise store.geojson --receipts receipts.parquet --constraints constraints.yaml --minutes 0.8 -o new",  # noqa: E501
    "layoutlab floor schemes --out my-schemes --seeds 51",
    "layoutlab floor assign my-store.dat --seconds 10 --fixed 1:4 --forbidden 2:1 --json",
    "layoutlab floor rows my-aisle.txt --seconds 10 --json",
    "layoutlab floor areas my-departments.json --seconds 10 --draw my-layout.svg",
    "layoutlab data get groceries",
    "layoutlab data get omnichannel-grocery --accept-licence",
    ".venv/bin/layoutlab data get omnichannel-grocery --accept-licence",
    FAILING,
    f"{FAILING} --retry-failed",
    f"{SWEEP} -p generations=20 -g seed=0:32 -o data/processed/cluster-sweep --on dask://127.0.0.1:8786",
}

# Long: the target has to be in the Makefile.
MADE = {
    *(f"make {name}" for name in ("setup", "repro", "repro-public", "test", "verify", "lint")),
    *(f"make {name}" for name in ("lab", "mlflow", "lock", "deps")),
    "make setup GPU=1",
    "LAYOUTLAB_DATA_MIRROR=DIR make repro-public",
    "LAYOUTLAB_DATA_MIRROR=DIR make test-public",
}

# A notebook run that costs too much here: notebook and names of parameters are checked.
BY_PAPERMILL = {
    (
        "papermill --engine layoutlab notebooks/02-baskets-affinity.ipynb "
        "my-affinity/notebook.ipynb -p receipts_file my-receipts.csv -p truth_file my-truth.json "
        "-p baskets_file my-affinity/baskets.parquet -p rejects_file my-affinity/rejects.parquet "
        "-p affinity_file my-affinity/affinity.npz -p figures my-affinity/figures "
        "-p metrics my-affinity/metrics.json"
    ),
    *(
        "papermill --engine layoutlab notebooks/19-does-the-promise-hold.ipynb out.ipynb "
        f"-p source {source}"
        for source in ("my-receipts.parquet", "groceries", "online-retail")
    ),
}

# Servers that run until they are ended: given to Dask's own parsers.
BY_DASK = {
    "dask scheduler --host 127.0.0.1 --port 8786",
    "dask worker tcp://127.0.0.1:8786 --host 127.0.0.1 --nworkers 2 --nthreads 1",
}

# What a fresh machine does before there is a clone or an environment: text to look for in a file.
SET_UP = {
    "git clone ADDRESS layoutlab": ("README.md", "# LayoutLab"),
    "cd layoutlab": ("README.md", "# LayoutLab"),
    ". .venv/bin/activate": ("Makefile", "$(PYTHON) -m venv .venv"),
    "conda env create -f environment.yml": ("environment.yml", "--requirement requirements.lock"),
    "pip install --no-deps --editable .": (
        "environment.yml",
        "pip install --no-deps --editable .",
    ),
}


def blocks(page: Path, language: str) -> list[str]:
    """Return the contents of a page's fenced blocks in one language, without their indent."""
    found = BLOCK.findall(page.read_text())
    return [
        "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))
        for indent, name, text in found
        if name == language
    ]


def examples() -> Iterator[tuple[Path, str, list[str]]]:
    """Yield page, command and the lines shown beneath it, for every command of every page."""
    for page in PAGES:
        for block in blocks(page, "console"):
            command, shown = "", list[str]()
            for line in [*block.splitlines(), "$ "]:
                if line.startswith("$ "):
                    if command:
                        yield page, command, shown
                    command, shown = line[2:].strip(), []
                else:
                    shown.append(line)


def words(command: str) -> list[str]:
    """Split a command; variables set before it are left out."""
    found = shlex.split(command)
    while re.match(r"\w+=", found[0]):
        found = found[1:]
    return found


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A copy of the project whose pipeline is one quick stage: the one the guide adds."""
    root = tmp_path_factory.mktemp("docs") / "layoutlab"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    results = ("reports/", "dvc.lock", "public/dvc.lock")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(results):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
    make_quick(root)
    (root / "my-receipts.csv").write_text(blocks(RECEIPTS_PAGE, "csv")[0])
    (root / "my-till.csv").write_text(blocks(RECEIPTS_PAGE, "csv")[1])
    (root / "my-till.yaml").write_text(blocks(RECEIPTS_PAGE, "yaml")[0])
    copied = Toy(root)
    copied.well("git", "init", "-q", ".")
    copied.commit()
    return copied


def make_quick(root: Path) -> None:
    """Write the guide's notebook, section and stage, word for word but for the baskets' place."""
    parameters, enter, work, track = blocks(STAGE_PAGE, "python")
    section, stage = blocks(STAGE_PAGE, "yaml")
    here = ("data/processed/baskets.parquet", "my-affinity/baskets.parquet")
    cells = (parameters.replace(*here), enter, work, track)
    write_notebook(root / "notebooks/07-basket-sizes.ipynb", *cells)
    (root / "dvc.yaml").write_text("stages:\n" + stage.replace(*here))
    (root / "params.yaml").write_text(section)


def test_every_command_is_run_or_checked() -> None:
    documented = {command for _, command, _ in examples()}
    known = [run.command for run in RUN]
    known += [*PARSED, *MADE, *BY_PAPERMILL, *BY_DASK, *SET_UP]
    assert len(known) == len(set(known))
    assert documented - set(known) == set(), "commands that no list of this test knows"
    assert set(known) - documented == set(), "commands in a list that no page has any more"


def begin(run: Run, scratch: Toy) -> "subprocess.Popen[str]":
    """Start a documented command, with its changes."""
    command = run.command
    for old, new in run.changes:
        assert old in command
        command = command.replace(old, new)
    return scratch.start("bash", "-c", command, COLUMNS="100", LAYOUTLAB_DATA_MIRROR="")


@pytest.fixture(scope="module")
def begun(scratch: Toy) -> dict[str, "subprocess.Popen[str]"]:
    """The sweep, started first: it takes longest, and none of the others waits for it."""
    return {run.command: begin(run, scratch) for run in RUN if run.command == FIRST}


@pytest.mark.parametrize("run", RUN, ids=lambda run: run.command[:60])
def test_command_does_what_the_page_shows(
    run: Run, scratch: Toy, begun: dict[str, "subprocess.Popen[str]"]
) -> None:
    process = begun.get(run.command) or begin(run, scratch)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == run.code, out + err
    if run.changes:
        return
    for page, documented, shown in examples():
        lines = iter((out + err).splitlines())
        for line in shown if documented == run.command else []:
            assert any(same(line, real) for real in lines), f"{page}: {line}"


def same(shown: str, real: str) -> bool:
    """Tell whether a shown line is a real one; one that ends in … is the beginning of it."""
    shown, real = shown.strip(), real.strip()
    return real.startswith(shown[:-1]) if shown.endswith("…") else real == shown


def test_results_of_the_commands(scratch: Toy) -> None:
    """The files that the pages promise; runs after the commands above, which wrote them."""
    locked = yaml.safe_load((scratch.root / "dvc.lock").read_text())["stages"]
    assert locked.keys() == {"basket_sizes"}
    written = json.loads((scratch.root / "reports/metrics/basket_sizes.json").read_text())
    assert written == {"baskets": 4, "large": 0, "mean": 1.5}
    listed = yaml.safe_load((scratch.root / "dvc.yaml").read_text())["stages"]["basket_sizes"]
    assert "layoutlab/canonical.py" in listed["deps"]
    assert json.loads((scratch.root / "data/processed/one.json").read_text())["evaluations"] > 0
    assert not (scratch.root / "data/processed/one.failed.ipynb").exists()
    table = pq.read_table(scratch.root / "data/processed/first-sweep/runs.parquet")
    assert table["status"].to_pylist() == ["done"] * 6


def test_made_commands_name_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    for command in MADE:
        _, target, *given = words(command)
        assert target in targets
        for variable in given:
            assert f"$({variable.partition('=')[0]})" in makefile or f"if $({variable}" in makefile


@pytest.mark.parametrize("command", sorted(PARSED))
def test_parsed_command_is_understood(command: str) -> None:
    options = cli.parser().parse_args(words(command)[1:])
    assert callable(options.run)
    if hasattr(options, "notebook"):
        known = default_parameters(nbformat.read(ROOT / options.notebook, as_version=4))
        named = {text.partition("=")[0] for text in [*options.fixed, *options.grid]}
        assert named <= known.keys()


@pytest.mark.parametrize("command", sorted(BY_PAPERMILL))
def test_notebook_knows_the_documented_parameters(command: str) -> None:
    _, engine, name, source, target, *options = words(command)
    assert (engine, name, Path(target).suffix) == ("--engine", "layoutlab", ".ipynb")
    assert set(options[::3]) == {"-p"}
    known = default_parameters(nbformat.read(ROOT / source, as_version=4))
    check_parameters(known, dict(zip(options[1::3], options[2::3], strict=True)))


def test_dask_understands_the_documented_commands() -> None:
    from distributed.cli import dask_scheduler, dask_worker

    programs = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
    for command in BY_DASK:
        _, name, *given = words(command)
        programs[name].make_context(name, given)


def test_set_up_is_what_the_files_say() -> None:
    for name, text in SET_UP.values():
        assert text in (ROOT / name).read_text()


def test_blocks_are_of_known_languages() -> None:
    for page in PAGES:
        text = page.read_text()
        fences = [line for line in text.splitlines() if line.strip().startswith("```")]
        assert len(fences) == 2 * len(BLOCK.findall(text)), page
        assert {name for _, name, _ in BLOCK.findall(text)} <= LANGUAGES, page


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            there = (page.parent / path).resolve() if path else page
            assert there.exists(), f"{page}: {target}"
            if anchor:
                titles = re.findall(r"^#+ (.*)$", there.read_text(), re.MULTILINE)
                assert anchor in {
                    re.sub(r"[^\w -]", "", t).lower().replace(" ", "-") for t in titles
                }


def test_inline_commands_and_paths_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        text = BLOCK.sub("", page.read_text())
        for code in re.findall(r"`([^`\n]+)`", text):
            if re.match(r"(layoutlab|tests|benchmarks)/[\w/]+\.(py|yaml)$", code):
                assert (ROOT / code).is_file(), f"{page}: {code}"
            elif code.startswith("make ") and code != "make lab`":
                assert f"\n{code.split()[1]}:" in makefile, f"{page}: {code}"
            elif code.startswith("layoutlab ") and code != "layoutlab COMMAND":
                assert verb(code.split()[1:]) is not None, f"{page}: {code}"


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return a parser's subcommands by name."""
    found = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def verb(given: list[str]) -> argparse.ArgumentParser | None:
    """Return the parser of the command that words begin with."""
    parser = cli.parser()
    while subcommands(parser):
        if not given or given[0] not in subcommands(parser):
            return None
        parser, given = subcommands(parser)[given[0]], given[1:]
    return parser


def verbs(parser: argparse.ArgumentParser, before: str = "layoutlab") -> Iterator[tuple[str, set]]:
    """Yield every command with its options and arguments, but help."""
    if not subcommands(parser):
        actions = [a for a in parser._actions if a.dest != "help"]
        yield before, {name for a in actions for name in (a.option_strings or [a.dest])}
    for name, below in subcommands(parser).items():
        yield from verbs(below, f"{before} {name}")


def sections(page: Path, level: int) -> dict[str, str]:
    """Return a page's sections of one level: title and text."""
    parts = re.split(rf"^{'#' * level} (.*)$", page.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[list[str]]:
    """Return the cells of the tables in a text, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def named(cell: str) -> list[str]:
    """Return what stands in backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def test_reference_of_commands_equals_the_parser() -> None:
    page = sections(REFERENCE / "cli.md", 2)
    documented = {
        title: {name for row in rows(text) for name in named(row[0])}
        for title, text in page.items()
        if title.startswith("layoutlab ")
    }
    assert documented == dict(verbs(cli.parser()))


@pytest.mark.parametrize("pipeline", ["dvc.yaml", "public/dvc.yaml"])
def test_reference_of_parameters_equals_the_files(pipeline: str) -> None:
    folder = (ROOT / pipeline).parent
    given = yaml.safe_load((folder / "params.yaml").read_text())
    stages = yaml.safe_load((ROOT / pipeline).read_text())["stages"]
    page = sections(REFERENCE / "params.md", 3)
    for stage, values in given.items():
        documented = {
            named(name)[0]: (next(iter(named(value)), ""), kind)  # an empty text shows nothing
            for name, value, kind, _ in rows(page[stage])
        }
        assert documented == {k: (str(v), type(v).__name__) for k, v in values.items()}, stage
        source = stages[stage]["cmd"].split()[3]
        assert f"`{source}`" in page[stage]
        if pipeline == "dvc.yaml":
            more = named(page[stage].partition("also knows:")[2].partition("\n#")[0])
            known = default_parameters(nbformat.read(ROOT / source, as_version=4))
            assert {*more, *values} == known.keys()
    other = "public/dvc.yaml" if pipeline == "dvc.yaml" else "dvc.yaml"
    assert (
        page.keys()
        == given.keys() | yaml.safe_load((ROOT / other).with_name("params.yaml").read_text()).keys()
    )


def test_reference_of_schemas_equals_what_is_written(scratch: Toy) -> None:
    """Baskets, rejects and affinity as the documented command wrote them; visits by contract."""
    from layoutlab.retail.browsing import visits

    page = {
        title: [(named(row[0])[0], row[1]) for row in rows(text)]
        for title, text in sections(REFERENCE / "schemas.md", 2).items()
    }
    names = {title: [name for name, _ in columns] for title, columns in page.items()}
    folder = scratch.root / "my-affinity"
    header = next(csv.reader(io.StringIO(blocks(RECEIPTS_PAGE, "csv")[0])))
    assert names["Receipts"] == header[:-1]
    assert names["Rejects"] == pq.read_schema(folder / "rejects.parquet").names
    assert names["Baskets"] == pq.read_schema(folder / "baskets.parquet").names
    assert names["Visits"] == list(visits.COLUMNS)
    with np.load(folder / "affinity.npz") as arrays:
        assert set(names["Affinity"]) == set(arrays.files)


def test_reference_of_metrics_equals_what_is_committed() -> None:
    table = rows(sections(REFERENCE / "schemas.md", 2)["Metrics"])
    documented = {named(file)[0]: named(keys) for file, keys in table}
    for file, keys in documented.items():
        written = json.loads((ROOT / "reports/metrics" / file).read_text())
        assert sorted(written) == keys, file
    stages = yaml.safe_load((ROOT / "params.yaml").read_text())
    assert documented.keys() == {f"{stage}.json" for stage in stages}


def test_reasons_of_rejection_are_the_packages() -> None:
    from layoutlab.retail.preparation.lines import REASONS

    section = sections(RECEIPTS_PAGE, 2)["What is rejected, and why"]
    documented = {named(row[0])[0]: row[1].replace("`", "") for row in rows(section)}
    assert documented == REASONS


def main_figures(pipeline: str) -> dict[str, str]:
    """Return the main figures of each stage's committed metrics, as the table shows them."""
    stages = yaml.safe_load((ROOT / pipeline).read_text())["stages"]
    return {
        name: ", ".join(
            f"{figure} {report.number(value)}"
            for figure, value in report.main_figures(ROOT, pipeline, stage).items()
        )
        for name, stage in stages.items()
    }


def test_main_figures_are_those_of_the_committed_metrics() -> None:
    table = [line.split("│") for line in (ROOT / "README.md").read_text().splitlines()]
    shown = {row[1].strip(): row[4].strip() for row in table if len(row) == 6}
    shown.pop("stage")
    expected = main_figures("dvc.yaml")
    assert shown.keys() == expected.keys()
    for stage, figures in shown.items():
        assert same(figures, expected[stage]), stage
    public = rows((ROOT / "docs/guides/public-data.md").read_text().partition("\n## What")[0])
    assert {named(stage)[0]: figures for stage, figures in public} == main_figures(
        "public/dvc.yaml"
    )


def test_tutorial_changes_what_is_there() -> None:
    page = ROOT / "docs/tutorial.md"
    kept = [line[1:] for line in blocks(page, "diff")[0].splitlines() if not line.startswith("+")]
    assert "\n".join(kept) in (ROOT / "params.yaml").read_text()
    best = json.loads((ROOT / "reports/metrics/floor_plan.json").read_text())["best"]
    said = f"{best['fitness']:.3f} ({best['covered_cells']} cells covered)"
    assert said in " ".join(page.read_text().split())


def test_data_sets_are_the_registered_ones() -> None:
    from layoutlab import datasets

    table = rows(sections(ROOT / "docs/guides/public-data.md", 2)["What there is"])
    documented = {
        named(name)[0]: sorted(filter(None, tables.split(", "))) for name, _, tables, _ in table
    }
    assert documented == {entry["name"]: entry["tables"] for entry in datasets.listing()}


def test_pages_hold_no_path_of_a_machine() -> None:
    for page in PAGES:
        found = re.search(r"(?<![\w.])/(home|Users|root|tmp|work|mnt|opt|var)/", page.read_text())
        assert found is None, f"{page}: {found}"


def test_figure_is_whole_and_described() -> None:
    figure = ET.parse(ROOT / "docs/flow.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    labels = figure.attrib["aria-labelledby"].split()
    texts = {
        e.attrib.get("id"): e.text
        for e in figure.iter()
        if e.tag in (f"{space}title", f"{space}desc")
    }
    assert all(texts[label] for label in labels)
    assert os.fspath(ROOT) not in (ROOT / "docs/flow.svg").read_text()
