"""What stands where in a store? The verbs of the `plan_*` modules."""

from typing import Any

from layoutlab.commands import add_group, plan_drawing, plan_formats, plan_rules


def add(verbs: Any) -> None:
    """Add the verbs."""
    actions = add_group(verbs, "plan", "a store's plan: read, checked, drawn and made up")
    plan_formats.add(actions)
    plan_rules.add(actions)
    plan_drawing.add(actions)
