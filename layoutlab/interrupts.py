"""When is an interrupt heard? Where nothing is half-done.

Python raises KeyboardInterrupt between any two instructions of the main thread. Inside a library's
clean-up it can be lost there, or leave half of what was being written. `Interrupts` notes the first
one instead, for its holder to raise where that is safe; a second one is raised at once.
"""

import os
import signal
import threading
from types import FrameType
from typing import Self


class Interrupts:
    """Interrupts of the main thread, noted while the block lasts.

    In another thread, or where interrupts are ignored (a job in the background), nothing changes.

    Attributes
    ----------
    ready : int
        A file descriptor to wait for: it becomes readable when an interrupt is noted.
    """

    def __init__(self) -> None:
        self.noted = False

    def __enter__(self) -> Self:
        """Note interrupts from now on."""
        self.ready, self._note = os.pipe()
        self._before = signal.getsignal(signal.SIGINT)
        main = threading.current_thread() is threading.main_thread()
        self._listens = main and callable(self._before)
        if self._listens:
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Raise from now on, as before; what was noted and not raised yet is raised now."""
        if self._listens:
            signal.signal(signal.SIGINT, self._before)
        os.close(self.ready)
        os.close(self._note)
        if self.noted and kind is None:
            raise KeyboardInterrupt

    def raise_noted(self) -> None:
        """Raise KeyboardInterrupt when one was noted."""
        if self.noted:
            self.noted = False
            os.read(self.ready, 1)
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.noted:
            raise KeyboardInterrupt
        self.noted = True
        os.write(self._note, b"!")
