"""Environments of the peers: made from the package index when first needed, one for each set that fits together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".env"
"""Not in the repository."""


@dataclass(frozen=True)
class Environment:
    """What to install, and the oldest Python that its packages run on."""

    packages: tuple[str, ...]
    python: tuple[int, int] = (3, 11)


_HIGHS = ("highspy>=1.15,<1.16", "highspy-extras>=1.15,<1.16")
ENVIRONMENTS = {
    "matrix": Environment(("clarabel>=0.11", "numpy", "scipy", *_HIGHS)),
    "pypsa": Environment(("pypsa>=1.4", *_HIGHS)),
    "oemof": Environment(("oemof.solph>=0.6.5", *_HIGHS)),
    "calliope": Environment(("calliope>=0.7", *_HIGHS), (3, 12)),
}


def python_of(name: str) -> Path:
    """The interpreter of an environment, installed if need be; "" is this one, where zeropark is.

    Raises SystemExit when no Python is new enough or the packages cannot be installed.
    """
    if not name:
        return _ours()
    wanted, folder = ENVIRONMENTS[name], FOLDER / name
    stamp, python = folder / ".installed", folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == json.dumps(wanted.packages):
        return python
    print(f"Installing {', '.join(wanted.packages)} ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([_interpreter(wanted.python), "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted.packages]
    if subprocess.run(pip, check=False).returncode:
        raise SystemExit(f"cannot install {', '.join(wanted.packages)}")
    stamp.write_text(json.dumps(wanted.packages))
    return python


@lru_cache(maxsize=1)
def _ours() -> Path:
    """This interpreter, once zeropark's kernels are compiled: their cold compile is nobody's to measure."""
    subprocess.run(
        [sys.executable, "-m", "zeropark.optimize.arrowhead.exercise"], check=True, capture_output=True
    )
    return Path(sys.executable)


def _interpreter(least: tuple[int, int]) -> str:
    """A Python of at least this version: this one, one on the path, or one of pyenv's."""
    ask = f"import sys; sys.exit(sys.version_info < {least})"
    for candidate in _candidates():
        found = subprocess.run([candidate, "-c", ask], check=False, capture_output=True)
        if found.returncode == 0:
            return candidate
    raise SystemExit(f"no Python {least[0]}.{least[1]} or newer was found")


def _candidates() -> Iterator[str]:
    yield sys.executable
    for name in ("python3.12", "python3.13", "python3.14"):
        found = shutil.which(name)
        if found:
            yield found
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(str(path) for path in root.glob("versions/3.1*/bin/python"))
