"""How are hot functions compiled? By Numba, cached on disk until a source they rest on changes.

Numba's own cache looks at the file of a function alone; a change in a compiled function or a
constant that it takes from another file would leave it stale. Ours looks at every module of the
package that the function's module imports, directly or not.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache

from layoutlab.imports import sources_of_module

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function on its first call, without Python's lock, and keep the result on disk."""
    dispatcher = njit(nogil=True)(function)
    dispatcher._cache = _Cache(function)
    result: Function = dispatcher
    return result


class _CacheOfModules(CompileResultCacheImpl):  # type: ignore[misc]
    """Numba's cache of one function, stamped with the sources its module rests on."""

    def __init__(self, function: Callable[..., object]) -> None:
        super().__init__(function)
        self._locator.get_source_stamp = lambda: _stamp(function.__module__)


class _Cache(FunctionCache):  # type: ignore[misc]
    _impl_class = _CacheOfModules


@lru_cache
def _stamp(module: str) -> bytes:
    """Return a hash of the sources of a module and of all that it imports of the package."""
    sources = sources_of_module(module, Path(__file__).parent.parent)
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).digest()
