"""Does the wheel hold all that the package reads: rule packs, schemas, tables, effects, pages?"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHES = ("__pycache__", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints")


def in_wheel() -> set[str]:
    """Return what the build says the wheel will hold; nothing is built, nothing fetched."""
    command = [Path(sys.executable).with_name("uv"), "build", "--wheel", "--list", "--offline"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    lines = done.stdout.splitlines() + done.stderr.splitlines()
    return {line.split(" (")[0] for line in lines if line.startswith("layoutlab/")}


def test_the_wheel_holds_every_file_of_the_package_and_no_cache() -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "layoutlab").rglob("*")
        if path.is_file() and not any(part in CACHES for part in path.parts)
    }
    assert any(name.endswith("packs/ada.yaml") for name in files)
    assert {name for name in in_wheel() if "dist-info" not in name} == files
