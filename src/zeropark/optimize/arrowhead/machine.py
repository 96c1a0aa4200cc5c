"""Where the machine code of the compiled kernels is kept: a folder for these sources on this kind of processor."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_HERE = Path(__file__).parent
SOURCES = (
    "lanes.py", "touching.py", "measuring.py", "factoring.py", "moving.py", "backbone.py", "compiled.py", "pattern.py",
    "state.py",
)  # fmt: skip
_CPU_FILE = Path("/proc/cpuinfo")


@functools.cache
def folder() -> Path | None:
    """Beside the sources where one may write there, else in the user's cache; None where neither can be."""
    name = f"kernels-{_key()}"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    for place in (_HERE / "__pycache__", Path(cache) / "zeropark"):
        with suppress(OSError):
            (place / name).mkdir(parents=True, exist_ok=True)
            if os.access(place / name, os.W_OK):
                return place / name
    return None


def _key() -> str:
    """Changes with the sources, numba, Python and the processor: old machine code is never met again."""
    key = hashlib.sha256()
    for name in SOURCES:
        key.update((_HERE / name).read_bytes())
    with suppress(PackageNotFoundError):
        key.update(version("numba").encode())
    key.update(f"{sys.version} {platform.machine()} {_processor()}".encode())
    return key.hexdigest()[:16]


def _processor() -> str:
    with suppress(OSError):
        lines = _CPU_FILE.read_text(encoding="utf-8", errors="replace").splitlines()
        return "".join(line for line in lines[:40] if line.startswith(("model name", "flags")))
    return platform.processor()
