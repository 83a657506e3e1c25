"""Who is at work here already? File locks that name their holder; the kernel frees a dead one's."""

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY_S = 0.2


def holder(lock: Path) -> str | None:
    """Name the process that holds a lock file (it keeps its id in it), or None when it is free."""
    import psutil
    import zc.lockfile

    try:
        zc.lockfile.LockFile(str(lock)).close()
    except zc.lockfile.LockError:
        try:
            pid = int(lock.read_text().split()[0])
            return f"process {pid} ({shlex.join(psutil.Process(pid).cmdline()[-4:])})"
        except (ValueError, IndexError, psutil.Error):
            return "another process"
    except FileNotFoundError:
        return None
    return None


@contextmanager
def held(lock: Path, what: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold a lock file; while another holds it, say who and wait."""
    import zc.lockfile

    lock.parent.mkdir(parents=True, exist_ok=True)
    told = False
    while True:
        try:
            mine = zc.lockfile.LockFile(str(lock))
            break
        except zc.lockfile.LockError:
            if not told:
                tell(f"waiting for {holder(lock) or 'another process'}, which holds {what}")
            told = True
            time.sleep(EVERY_S)
    try:
        yield
    finally:
        mine.close()
