"""The picture of growth: time and memory over steps, both axes logarithmic, as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.cells import Results
from harness.table import OURS, good
from peers import PEERS
from subjects.model import Subject

WIDTH, HEIGHT, TOP, BOTTOM, SIDE, NAMES = 960, 400, 46, 44, 62, 190
_COLOURS = ("#0f766e", "#b45309", "#1d4ed8", "#7c3aed", "#be123c", "#e07a8b", "#4d7c0f", "#64748b")
_TEXT = "#334155"


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis from ``low`` to ``high`` laid over pixels ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixel of a value."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Powers of ten within; their double and fivefold too where these are few."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        leading = (1, 2, 5) if self.high / self.low < 1000 else (1,)
        values = [digit * 10.0**power for power in powers for digit in leading]
        return [value for value in values if self.low <= value <= self.high]


@dataclass
class Line:
    """One peer: points that were measured, and one where it was stopped."""

    name: str
    colour: str
    points: list[tuple[float, float]] = field(default_factory=list)
    stopped: tuple[float, float] | None = None


def growth(results: Results, subject: Subject, peers: Sequence[str]) -> str:
    """Both panels, peers named at the right."""
    width = (WIDTH - NAMES) / 2
    panels = (
        _panel("Time to build and solve, s", _lines(results, subject, peers, "time"), 0, width),
        _panel("Memory, GB", _lines(results, subject, peers, "memory"), width, width),
    )
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *panels, _legend(peers), "</svg>\n",
    ))  # fmt: skip


def _lines(results: Results, subject: Subject, peers: Sequence[str], what: str) -> list[Line]:
    lines = []
    for name, colour in zip(peers, _COLOURS, strict=True):
        line = Line(name, colour)
        for _, case in subject.cases:
            cell = results.cell(case, name)
            if cell is None:
                continue
            seconds = cell.get("whole" if PEERS[name].whole else "solve")
            if good(cell):
                line.points.append((case.steps, cell["bytes"] / 1e9 if what == "memory" else seconds))
            elif cell["outcome"] == "stopped":
                line.stopped = (case.steps, cell["bytes"] / 1e9 if what == "memory" else cell["limit"])
        lines.append(line)
    return lines


def _panel(title: str, lines: Sequence[Line], left: float, width: float) -> str:
    points = [p for line in lines for p in [*line.points, *([line.stopped] if line.stopped else [])]]
    if not points:
        return ""
    x = Axis(min(p[0] for p in points) / 1.3, max(p[0] for p in points) * 1.3, left + SIDE, left + width - 14)
    y = Axis(min(p[1] for p in points) / 1.5, max(p[1] for p in points) * 1.5, HEIGHT - BOTTOM, TOP)
    steps = sorted({p[0] for p in points})
    parts = [_words(left + SIDE, TOP - 18, title, "start", 'font-weight="bold"')]
    for value in y.ticks():
        parts.append(f'<path d="M{x.start:.1f} {y.at(value):.1f}H{x.end:.1f}" stroke="#e2e8f0"/>')
        parts.append(_words(x.start - 8, y.at(value) + 4, f"{value:g}", "end"))
    for value in steps:
        parts.append(f'<path d="M{x.at(value):.1f} {y.start:.1f}v5" stroke="#94a3b8"/>')
        parts.append(_words(x.at(value), y.start + 20, f"{value:,.0f}", "middle"))
    parts.append(_words((x.start + x.end) / 2, y.start + 38, "steps", "middle"))
    return "\n".join([*parts, *(_drawn(line, x, y) for line in lines)])


def _drawn(line: Line, x: Axis, y: Axis) -> str:
    """Measured points joined; a dashed stretch and an arrow up to where it was stopped."""
    wide = 3 if line.name == OURS else 1.6
    at = [(x.at(steps), y.at(value)) for steps, value in line.points]
    parts = [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{wide + 1}" fill="{line.colour}"/>' for px, py in at]
    if len(at) > 1:
        path = "L".join(f"{px:.1f} {py:.1f}" for px, py in at)
        parts.append(f'<path d="M{path}" fill="none" stroke="{line.colour}" stroke-width="{wide}"/>')
    if line.stopped:
        px, py = x.at(line.stopped[0]), y.at(line.stopped[1])
        if at:
            dashed = f'fill="none" stroke="{line.colour}" stroke-width="{wide}" stroke-dasharray="4 4"'
            parts.append(f'<path d="M{at[-1][0]:.1f} {at[-1][1]:.1f}L{px:.1f} {py:.1f}" {dashed}/>')
        parts.append(
            f'<path d="M{px - 5:.1f} {py + 3:.1f}l5 -9l5 9z" fill="#ffffff" stroke="{line.colour}"/>'
        )
    return "\n".join(parts)


def _legend(peers: Sequence[str]) -> str:
    left, parts = WIDTH - NAMES + 6, []
    for row, (name, colour) in enumerate(zip(peers, _COLOURS, strict=True)):
        top = TOP + 14 + 24 * row
        parts.append(
            f'<path d="M{left} {top}h18" stroke="{colour}" stroke-width="{3 if name == OURS else 1.6}"/>'
        )
        weight = 'font-weight="bold"' if name == OURS else ""
        parts.append(_words(left + 24, top + 4, PEERS[name].title, "start", weight))
    top = TOP + 22 + 24 * len(peers)
    parts.append(f'<path d="M{left + 4} {top + 3}l5 -9l5 9z" fill="#ffffff" stroke="{_TEXT}"/>')
    parts.append(_words(left + 24, top + 4, "stopped after 600 s", "start"))
    return "\n".join(parts)


def _words(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_TEXT}" {more}>{text}</text>'
