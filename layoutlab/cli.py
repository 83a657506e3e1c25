"""What can be asked of `layoutlab` in a terminal? What a verb needs is imported when it runs."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from layoutlab.commands import (
    BAD_INPUT,
    FAILED,
    INTERRUPTED,
    data,
    floor,
    pipeline,
    plan,
    retail,
    runs,
    say,
    store,
)

WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 well, 1 failed, 2 bad input, 130 interrupted."""
    options = parser().parse_args(arguments)
    if "run" not in options:
        options.help()
        return BAD_INPUT
    json_alone = getattr(options, "json", False)
    out, sys.stdout = sys.stdout, sys.stderr if json_alone else sys.stdout
    try:
        result, code = options.run(options)
    except KeyboardInterrupt:
        say("interrupted; what was finished is kept, and the same command goes on from there")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        message, code = _in_words(error)
        if message is None:
            raise
        say(message)
        return code
    finally:
        sys.stdout = out
    if json_alone:
        from layoutlab import canonical

        sys.stdout.write(canonical.to_json(result))
    return int(code)


def _in_words(error: Exception) -> tuple[str | None, int]:
    """Return one message for an error that is the user's to mend, and the exit code."""
    from layoutlab.errors import InputError

    if isinstance(error, InputError):
        return str(error), BAD_INPUT
    if isinstance(error, OSError) and error.errno in WRITING:
        return f"cannot write {error.filename or ''}: {error.strerror}; nothing was lost", FAILED
    if type(error).__module__.startswith("dvc."):
        return f"DVC says: {error}", FAILED
    if type(error).__module__.startswith("yaml."):
        return f"expected YAML: {' '.join(str(error).split())}", BAD_INPUT
    return None, FAILED


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="layoutlab", description="Where should things stand?")
    top.set_defaults(help=top.print_help)
    verbs = top.add_subparsers(title="commands", metavar="COMMAND")
    for group in (pipeline, runs, data, floor, plan, retail, store):
        group.add(verbs)
    return top


if __name__ == "__main__":
    sys.exit(main())
