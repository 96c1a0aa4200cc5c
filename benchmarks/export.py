"""Writes the matrix of a case, as zeropark builds it, for the solvers that work on it.

python export.py CASE.json MATRIX.npz
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from parks.case import Case
from peers.zeropark import export

if __name__ == "__main__":
    export(Case.from_data(json.loads(Path(sys.argv[1]).read_text())), Path(sys.argv[2]))
