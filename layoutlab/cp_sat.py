"""How do CP-SAT and TensorFlow live in one process? CP-SAT is loaded first.

Both bring the Abseil library. When TensorFlow is loaded before OR-tools, the solver calls into
TensorFlow's copy and the process dies without a word; the other way round both work. Import the
solver from here: warm workers and tests load this module before all others that matter.
"""

import sys

if "tensorflow" in sys.modules and "ortools" not in sys.modules:
    raise ImportError(
        "expected OR-tools to be loaded before TensorFlow, got TensorFlow first: "
        "put `import layoutlab.cp_sat` above what imports Keras or TensorFlow"
    )

from ortools.sat.python import cp_model

__all__ = ["cp_model"]
