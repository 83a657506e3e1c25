"""Run one verb of ``layoutlab`` in this process, on words as they are typed."""

import argparse

from layoutlab.commands import add_group


def run(module, group, verb, *words):
    """Return what the verb's function returns: what it says, and its exit code."""
    parser = argparse.ArgumentParser()
    module.add(add_group(parser.add_subparsers(), group, group))
    options = parser.parse_args([group, verb, *map(str, words)])
    return options.run(options)
