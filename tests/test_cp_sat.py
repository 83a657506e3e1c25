"""Do CP-SAT and TensorFlow work in one process, and is the order that kills it refused?"""

import subprocess
import sys

import pytest

SOLVE = """
from layoutlab.cp_sat import cp_model
model = cp_model.CpModel()
held = [model.new_bool_var(str(i)) for i in range(400)]
for first in range(0, 400, 20):
    model.add_exactly_one(held[first : first + 20])
model.maximize(sum(number % 7 * one for number, one in enumerate(held)))
print(int(cp_model.CpSolver().solve(model)) == int(cp_model.OPTIMAL))
"""


def answer(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_tensorflow_may_come_after_cp_sat() -> None:
    done = answer("import layoutlab.cp_sat\nimport tensorflow\n" + SOLVE)
    assert (done.returncode, done.stdout) == (0, "True\n")


@pytest.mark.parametrize("first", ["tensorflow", "keras"])
def test_tensorflow_first_is_refused_with_the_remedy(first: str) -> None:
    done = answer(f"import os; os.environ['KERAS_BACKEND'] = 'tensorflow'; import {first}\n{SOLVE}")
    assert done.returncode == 1
    assert "put `import layoutlab.cp_sat` above" in done.stderr
