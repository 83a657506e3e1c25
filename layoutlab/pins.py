"""What must be the same everywhere for two runs to give the same bytes? All of it, in one place.

Thread counts are fixed numbers, not "as many as there are cores": a sum taken by two threads is
the same sum on a machine with one core. oneDNN chooses its kernels by CPU, so it is off, and
OpenBLAS is told one CPU family. What remains (another compiler's libm, another cache size seen by
Eigen) is what ``layoutlab verify`` measures.
"""

import os

PINS = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Haswell",
    "NUMBA_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2",
    "TF_DETERMINISTIC_OPS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONUTF8": "1",
    "COLUMNS": "100",
    "LINES": "40",
    "NO_COLOR": "1",
}

UNDER_ENGINE = "LAYOUTLAB_ENGINE"


def environment() -> dict[str, str]:
    """Return this process's environment with the pins set, for an interpreter that runs cells."""
    return {**os.environ, **PINS, UNDER_ENGINE: "1"}
