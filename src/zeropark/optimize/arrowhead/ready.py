"""Which kernels to use: the compiled ones where their machine code is ready, the plain ones until then.

Compiling takes half a minute, once for each installation and kind of processor. No plan waits for it: the
first one that finds no machine code starts the compilation in another process and runs on numpy.
``python -m zeropark.optimize.arrowhead.exercise`` compiles at once (the Makefile does so when it installs).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
import time
from contextlib import suppress
from types import ModuleType

from zeropark.optimize.arrowhead import plain
from zeropark.optimize.arrowhead.machine import folder

READY, LOCK = "ready", "lock"
"""Files of the folder of machine code: that it is whole, and that a process is at it."""
_STALE_SECONDS = 600
_PACKAGE = "zeropark.optimize.arrowhead"


def is_ready() -> bool:
    """Whether the machine code of these kernels is on disk."""
    place = folder()
    return place is not None and (place / READY).exists()


def kernels() -> ModuleType:
    """The compiled kernels, or the plain ones while those are not ready (or numba is not installed)."""
    if is_ready():
        return importlib.import_module(f"{_PACKAGE}.compiled")
    if importlib.util.find_spec("numba") is not None:
        start_compiling()
    return plain


def start_compiling() -> None:
    """Compile in a process of its own, unless one is at it."""
    place = folder()
    if place is None:
        return
    lock = place / LOCK
    with suppress(FileNotFoundError):
        if time.time() - lock.stat().st_mtime > _STALE_SECONDS:
            lock.unlink(missing_ok=True)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except OSError:
        return
    subprocess.Popen(
        [sys.executable, "-m", f"{_PACKAGE}.exercise"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
