"""Both versions in a real MLflow store: v2 takes the place of v1 only when ahead, and back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from layoutlab import canonical, cli
from layoutlab.retail.layout_value import applicability, forest, model_files, scores, set_value
from layoutlab.tracking import registry, store

STORES = np.arange(2000, 2024)
V1 = np.linspace(0.70, 0.80, 24)
WOBBLE = 0.03 * np.resize([1.0, -1.0], 24)


@dataclass(frozen=True)
class Project:
    """A project of its own with models; `run` is the command line in it."""

    root: Path
    run: Callable[..., tuple[int, object]]


@pytest.fixture(scope="module")
def write(taught):
    """Write both versions of a score with what each measured by store."""
    recipe = set_value.Recipe(members=2, width=4, code=2, head=3, epochs=1)
    model = set_value.fit_set(taught, recipe=recipe, rng=np.random.default_rng(5))[0]
    grown = forest.fit_forest(taught, rng=np.random.default_rng(5), trees=2)
    trust = scores.Trust(np.ones(3), np.ones(3))
    known = applicability.learn(taught * 5)

    def into(folder, second, numbers=STORES):
        figures = {"v1 forest": {"metres": 0.7}, "v2 set model": {"metres": float(second.mean())}}
        model_files.write(
            folder, model, grown, trust, known, figures=figures, data={"stores": 2},
            measures=(numbers, V1, second),
        )  # fmt: skip

    return into


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    canonical.write_text(tmp_path / "dvc.yaml", "stages: {}\n")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words):
        capsys.readouterr()
        code = cli.main(["track", *words, "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out) if code == 0 else said.err.strip().splitlines()[-1]

    return Project(tmp_path, run)


def test_v2_replaces_v1_only_when_it_is_ahead_and_v1_can_come_back(project, write):
    write("tie", V1 + WOBBLE)
    write("ahead", V1 + 0.05 + WOBBLE)
    code, first = project.run("--promote", "tie/v1")
    assert (code, first["name"], first["champion"]) == (0, "layout-value", 1)
    assert first["reason"] == "version 1 is the first champion of layout-value"

    _, tie = project.run("--promote", "tie")
    assert (tie["promoted"], tie["champion"]) == (False, 1)
    assert tie["interval"][0] < 0 < tie["interval"][1]
    assert tie["reason"].startswith("version 2 is not clearly ahead of version 1: +0.0000 (-0.01")
    assert tie["reason"].endswith(") on 24 stores")

    _, ahead = project.run("--promote", "ahead")
    assert (ahead["promoted"], ahead["champion"]) == (True, 3)
    assert ahead["gain"] == pytest.approx(0.05)
    assert 0 < ahead["interval"][0] < 0.05 < ahead["interval"][1]

    _, back = project.run("--roll-back", "--name", "layout-value")
    assert back["reason"] == "version 1 is champion of layout-value again, version 3 is not"
    opened = store.prepare(project.root)
    assert registry.champion("layout-value", opened) == 1
    code, error = project.run("--roll-back", "--name", "layout-value")
    assert (code, error) == (
        2, "layoutlab: layout-value: version 1 took no other champion's place"
    )  # fmt: skip
    _, again = project.run("--promote", "ahead")  # the same files are the same version
    assert (again["promoted"], again["champion"]) == (True, 3)

    client = opened.client()
    measured = {
        version: client.get_run(client.get_model_version("layout-value", version).run_id).data
        for version in ("1", "2", "3")
    }
    agreed = [data.metrics["agreed_measure"] for data in measured.values()]
    assert agreed == pytest.approx([V1.mean(), V1.mean(), V1.mean() + 0.05])
    assert measured["3"].metrics["v2 set model.metres"] == pytest.approx(V1.mean() + 0.05)
    kept = client.list_artifacts(client.get_model_version("layout-value", "1").run_id, "kept")
    assert {"kept/forest.npz", "kept/card.json"} <= {file.path for file in kept}


def test_other_test_stores_are_refused_with_the_reason(project, write):
    write("one", V1)
    project.run("--promote", "one/v1")
    write("other", V1 + 0.05, STORES + 12)
    (project.root / "other/model.keras").unlink()  # the forest of other stores, to be quick
    code, error = project.run("--promote", "other/v1")
    assert code == 2
    assert error == (
        "layoutlab: expected two models measured on the same stores, got 24 and 24, "
        "of whom 12 are the same"
    )
    assert registry.champion("layout-value", store.prepare(project.root)) == 1
    code, error = project.run("--promote", "other")
    assert code == 2
    assert error == "layoutlab: other: expected model.keras beside the card, got none"
    canonical.write_json("other/v1/card.json", {"figures": {}, "model_file": "forest.npz"})
    code, error = project.run("--promote", "other/v1")
    assert (code, error) == (
        2, "layoutlab: other/v1/card.json: expected the model's name, got None"
    )  # fmt: skip
