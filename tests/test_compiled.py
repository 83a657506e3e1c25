"""A copy of the compiler and two toy modules, one calling the other's compiled function."""

import shutil
import subprocess
import sys

import pytest
from toy_project import PACKAGE

RUN = """
from layoutlab.front import answer
print(answer(2), sum(answer.stats.cache_hits.values()))
"""
BACK = """
from layoutlab.compiled import compiled
from layoutlab.constants import FACTOR


@compiled
def inner(x):
    return FACTOR * x
"""
FRONT = """
from layoutlab.back import inner
from layoutlab.compiled import compiled


@compiled
def answer(x):
    return inner(x) + 1
"""


@pytest.fixture
def root(tmp_path):
    package = tmp_path / "layoutlab"
    package.mkdir()
    for name in ("__init__", "compiled", "imports"):
        shutil.copy(PACKAGE / f"{name}.py", package)
    (package / "constants.py").write_text("FACTOR = 10\n")
    (package / "back.py").write_text(BACK)
    (package / "front.py").write_text(FRONT)
    return tmp_path


def told(root):
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_a_compiled_function_is_kept_on_disk_until_a_source_it_rests_on_changes(root):
    assert told(root) == ["21", "0"]
    assert told(root) == ["21", "1"]
    (root / "layoutlab" / "other.py").write_text("# nothing that it imports\n")
    assert told(root) == ["21", "1"]
    (root / "layoutlab" / "back.py").write_text(BACK.replace("* x", "* x + 5"))
    assert told(root) == ["26", "0"]
    (root / "layoutlab" / "constants.py").write_text("FACTOR = 20\n")
    assert told(root) == ["46", "0"]
    assert told(root) == ["46", "1"]
