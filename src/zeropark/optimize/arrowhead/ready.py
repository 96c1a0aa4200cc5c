"""Which kernels to use: the compiled ones where their machine code is ready, the plain ones until then.

Compiling takes half a minute, once for each installation and kind of processor. No plan waits for it: the
first one that finds no machine code starts the compilation in another process and runs on numpy.
``python -m zeropark.optimize.arrowhead.ready`` compiles at once (the Makefile does so when it installs).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from zeropark.optimize.arrowhead import plain

_HERE = Path(__file__).parent
_SOURCES = ("lanes.py", "compiled.py", "backbone.py", "pattern.py", "state.py")
_STALE_SECONDS = 600
_CPU_FILE = Path("/proc/cpuinfo")


def kernels() -> ModuleType:
    """The compiled kernels, or the plain ones while those are not ready (or numba is not installed)."""
    if importlib.util.find_spec("numba") is None:
        return plain
    if _mark().exists():
        return importlib.import_module("zeropark.optimize.arrowhead.compiled")
    start_compiling()
    return plain


def start_compiling() -> None:
    """Compile in a process of its own, unless one is at it."""
    lock = _mark().with_suffix(".lock")
    with suppress(FileNotFoundError):
        if time.time() - lock.stat().st_mtime > _STALE_SECONDS:
            lock.unlink(missing_ok=True)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except OSError:
        return
    subprocess.Popen(
        [sys.executable, "-m", "zeropark.optimize.arrowhead.ready"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def compile_now() -> None:
    """Compile all kernels by solving a small problem with them, then say that they are ready."""
    exercise = importlib.import_module("zeropark.optimize.arrowhead.exercise")
    exercise.run(importlib.import_module("zeropark.optimize.arrowhead.compiled"))
    _mark().touch()
    _mark().with_suffix(".lock").unlink(missing_ok=True)


def _mark() -> Path:
    """A file that stands when the machine code of these sources, for this processor, is on disk."""
    key = hashlib.sha256()
    for name in _SOURCES:
        key.update((_HERE / name).read_bytes())
    key.update(f"{version('numba')} {sys.version} {platform.machine()} {_processor()}".encode())
    return _folder() / f"kernels-{key.hexdigest()[:16]}"


def _processor() -> str:
    with suppress(OSError):
        lines = _CPU_FILE.read_text(encoding="utf-8", errors="replace").splitlines()
        return "".join(line for line in lines[:30] if line.startswith(("model name", "flags")))
    return platform.processor()


def _folder() -> Path:
    """Where numba keeps the machine code: beside the sources where one may write there, else in a private place."""
    beside = _HERE / "__pycache__"
    with suppress(OSError):
        beside.mkdir(exist_ok=True)
        if os.access(beside, os.W_OK):
            return beside
    own = Path(tempfile.gettempdir()) / f"zeropark-{os.getuid() if hasattr(os, 'getuid') else 0}"
    own.mkdir(mode=0o700, exist_ok=True)
    return own


if __name__ == "__main__":
    compile_now()
