"""What do shoppers do in a store, and how can it be better? The verbs of the `store_*` modules."""

from typing import Any

from layoutlab.commands import add_group, store_optimise, store_simulate


def add(verbs: Any) -> None:
    """Add the verbs."""
    actions = add_group(verbs, "store", "shoppers in a store, and better layouts")
    store_simulate.add(actions)
    store_optimise.add(actions)
