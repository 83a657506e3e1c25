"""Which modules does a notebook really import? Its stage depends on these, and on no others.

The answer is read from the code: the notebook's imports, and theirs in turn, within this package;
imports inside functions count, imports for type checkers do not. `layoutlab.tracking` is listed
but not followed: under the engine it does nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "layoutlab"
NOT_FOLLOWED = {"layoutlab.tracking"}
DATA = {".yaml", ".csv", ".json"}
NAME = re.compile(r"[\w.-]+")
TIMED = re.compile(r"\A\s*%%(time|timeit|prun|capture)\b.*")


def notebook_code(notebook: Path) -> str:
    """Return the code of a notebook as one module, magics and shell lines as IPython's calls."""
    import nbformat
    from IPython.core.inputtransformer2 import TransformerManager

    cells = nbformat.read(notebook, as_version=4).cells
    sources = [TIMED.sub("", cell.source) for cell in cells if cell.cell_type == "code"]
    return "\n".join(TransformerManager().transform_cell(source) for source in sources)


def modules_of_notebook(notebook: Path, root: Path) -> list[str]:
    """Return the package's modules that a notebook imports, directly or not, by dotted name."""
    codes = [notebook_code(source) for source in (notebook, *notebooks_named_in(notebook, root))]
    return sorted(
        _closure({name for code in codes for name in _own_modules(_imports(code), root)}, root)
    )


def sources_of_module(module: str, root: Path) -> list[Path]:
    """Return the source of a module of the package and of all that it imports of the package."""
    return sorted(_path(name, root) for name in _closure({module}, root))


def _closure(modules: set[str], root: Path) -> set[str]:
    waiting, found = modules, set[str]()
    while waiting:
        module = waiting.pop()
        found.add(module)
        if module not in NOT_FOLLOWED:
            waiting |= _imported_by(module, root) - found
    return found


def notebooks_named_in(notebook: Path, root: Path) -> list[Path]:
    """Return the notebooks that a notebook runs: those its code names by their path."""
    names = (
        node.value
        for node in ast.walk(ast.parse(notebook_code(notebook)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    paths = {root / name for name in names if name.endswith(".ipynb")}
    return sorted(path for path in paths if path.is_file())


def to_preload(notebooks: list[Path], root: Path) -> list[str]:
    """Return all that notebooks and their modules import: our modules first, then the libraries.

    Ours come first because some import a library in a way of their own (`layoutlab.flow`).
    """
    sources = [s for nb in notebooks for s in (nb, *notebooks_named_in(nb, root))]
    own = sorted({name for source in sources for name in modules_of_notebook(source, root)})
    codes = [notebook_code(source) for source in sources]
    codes += [_path(module, root).read_text() for module in own]
    names = {name for code in codes for name, _ in _imports(code)}
    return [*own, *sorted(name for name in names if name.partition(".")[0] != PACKAGE)]


def dependencies(notebook: Path, root: Path) -> list[str]:
    """Return the paths, from the root, of a notebook's code: notebooks first, then modules.

    Data that lies beside a module and that the module names, a file or a folder, is code too.
    """
    modules = [_path(module, root) for module in modules_of_notebook(notebook, root)]
    data = {path for module in modules for path in _named_beside(module)}
    paths = [notebook, *notebooks_named_in(notebook, root), *sorted([*modules, *data])]
    return [path.relative_to(root).as_posix() for path in paths]


def _named_beside(module: Path) -> Iterator[Path]:
    """Yield data files beside a module that it names, and those of folders that it names."""
    for node in ast.walk(ast.parse(module.read_text())):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if not NAME.fullmatch(node.value):
            continue
        path = module.parent / node.value
        if path.is_dir() and not (path / "__init__.py").exists():
            yield from (file for file in path.iterdir() if file.suffix in DATA)
        elif path.suffix in DATA and path.is_file():
            yield path


def _path(module: str, root: Path) -> Path:
    base = root.joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def _imported_by(module: str, root: Path) -> set[str]:
    return set(_own_modules(_imports(_path(module, root).read_text()), root))


def _own_modules(imports: Iterator[tuple[str, str | None]], root: Path) -> Iterator[str]:
    """Turn imports into this package's modules; importing one imports the packages around it."""
    for module, name in imports:
        if module.partition(".")[0] != PACKAGE:
            continue
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            yield ".".join(parts[:length])
        if name and _path(f"{module}.{name}", root).is_file():
            yield f"{module}.{name}"


def _imports(code: str) -> Iterator[tuple[str, str | None]]:
    """Yield (module, name) for every import in the code, but those under ``if TYPE_CHECKING``."""
    waiting: list[ast.AST] = [ast.parse(code)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)
        waiting.extend(ast.iter_child_nodes(node))
