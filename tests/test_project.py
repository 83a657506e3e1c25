"""The project's root is found from wherever we stand."""

import re
from pathlib import Path

import pytest

from layoutlab import project
from layoutlab.errors import InputError


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clone"
    (folder / "notebooks" / "deep").mkdir(parents=True)
    (folder / "public").mkdir()
    (folder / "dvc.yaml").write_text("stages: {}\n")
    (folder / "public" / "dvc.yaml").write_text("stages: {}\n")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize("here", [".", "notebooks", "notebooks/deep", "public"])
def test_root_is_the_same_from_every_folder(
    clone: Path, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.root(clone / here) == clone
    monkeypatch.chdir(clone / here)
    assert project.root() == clone
    project.enter()
    assert Path.cwd() == clone


def test_root_through_a_link_is_the_real_place(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(clone / "notebooks")
    assert project.root(tmp_path / "link") == clone


def test_outside_of_a_project_the_message_says_what_to_do(clone: Path, tmp_path: Path) -> None:
    message = (
        "expected to stand inside a LayoutLab project (a folder with dvc.yaml and notebooks/), "
        f"but found none from {tmp_path} upwards: change into your clone first"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        project.enter()
    assert Path.cwd() == tmp_path
