"""How does a nested metrics file look as one flat row?"""

from collections.abc import Iterator, Mapping
from typing import Any


def flat(metrics: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of nested mappings as (names joined by dots, value)."""
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
