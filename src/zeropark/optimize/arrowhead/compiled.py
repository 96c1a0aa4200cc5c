"""The inner loops, compiled: tiles of steps, each operation over the lanes of a tile.

``plain`` has the same functions in numpy, with each group of steps as one tile. A tile lies in one group.
Arrays are (rates, steps) and (rows, steps), so that the lanes of a tile lie side by side in memory.
"""

from __future__ import annotations

from zeropark.optimize.arrowhead.backbone import SpineFactor
from zeropark.optimize.arrowhead.factoring import factor_steps
from zeropark.optimize.arrowhead.measuring import missed_rows, residuals
from zeropark.optimize.arrowhead.moving import add, blocked, load_steps, move_steps

__all__ = [
    "SEGMENTS",
    "WHOLE",
    "SpineFactor",
    "add",
    "blocked",
    "factor_steps",
    "load_steps",
    "missed_rows",
    "move_steps",
    "residuals",
]

SEGMENTS = True
"""A chain may be cut into segments that run side by side."""
WHOLE = False
"""A tile is small, so that its matrix fits the cache."""
