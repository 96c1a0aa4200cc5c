"""Charts of the CBAM page as inline SVG: build-up along the chain, cost by year; drawn without script"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from zeropark.figures.numbers import number

_WIDTH = 880
_LABELS, _RIGHT = 250, 70
_ROW = 26
_COLOURS = {"own": "#1f5f8b", "process": "#4f93bd", "precursor": "#b8860b", "total": "#1d2b36"}
_INDIRECT = "#9aa6ae"
_DEFAULT = "#d9a441"


@dataclass(frozen=True)
class Step:
    """One bar of the build-up: what it is, its kind, direct and indirect emissions per tonne."""

    title: str
    kind: str
    direct: float
    indirect: float


@dataclass(frozen=True)
class Line:
    """A vertical line to compare with."""

    title: str
    value: float
    colour: str


def build_up(steps: Sequence[Step], total: str, lines: Sequence[Line], label: str) -> str:
    """A waterfall from left to right: each bar begins where the one before ends; the last is the sum."""
    largest = max([sum(s.direct + s.indirect for s in steps), *(line.value for line in lines), 1e-9]) * 1.04
    scale = (_WIDTH - _LABELS - _RIGHT) / largest
    lines = sorted(lines, key=lambda one: one.value)
    top = 18 * len(lines) + 6
    height = top + _ROW * (len(steps) + 1) + 8
    parts = [_open(height, label)]
    for number_, line in enumerate(lines):
        x, y = _LABELS + line.value * scale, 13 + 18 * number_
        right = x > _WIDTH * 0.62
        anchor, shift = ("end", -5) if right else ("start", 5)
        ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{y - 10}" y2="{height - 4}"'
        parts.append(f'<line {ends} stroke="{line.colour}" stroke-dasharray="4 3"/>')
        words = f"{line.title} {number(line.value, 3)}"
        parts.append(_text(x + shift, y, words, anchor, f'fill="{line.colour}"'))
    at = 0.0
    for row, step in enumerate(steps):
        parts += _bar(step, at, top + _ROW * row, scale)
        at += step.direct + step.indirect
    whole = Step(total, "total", sum(s.direct for s in steps), sum(s.indirect for s in steps))
    parts += _bar(whole, 0.0, top + _ROW * len(steps), scale)
    return "".join([*parts, "</svg>"])


def _bar(step: Step, at: float, y: float, scale: float) -> list[str]:
    direct, indirect = max(step.direct, 0.0) * scale, max(step.indirect, 0.0) * scale
    x = _LABELS + at * scale
    weight = 'font-weight="650"' if step.kind == "total" else ""
    halo = f'{weight} paint-order="stroke" stroke="#fff" stroke-width="7" stroke-linejoin="round"'
    return [
        _text(_LABELS - 10, y + 17, _short(step.title), "end", weight),
        _rect(x, y + 4, max(direct, 0.8), 18, _COLOURS[step.kind]),
        _rect(x + direct, y + 4, indirect, 18, _INDIRECT),
        _text(x + direct + indirect + 6, y + 17, number(step.direct + step.indirect, 3), "start", halo),
    ]


def _text(x: float, y: float, words: str, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def _rect(x: float, y: float, wide: float, tall: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{colour}"/>'


def _short(text: str, most: int = 34) -> str:
    wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
    return text if wide <= most else text[: most // (2 if wide > len(text) else 1) - 1] + "…"


def by_year(
    years: Sequence[int],
    actual: Sequence[float | None],
    default: Sequence[float | None],
    words: tuple[str, str],
    label: str,
) -> str:
    """Two bars for each year: by actual and by default values."""
    height, floor, left = 202, 158, 44
    largest = max([value for value in (*actual, *default) if value is not None] + [1e-9])
    step = (_WIDTH - left - 10) / max(len(years), 1)
    wide = min(step * 0.36, 34)
    parts, quiet = [_open(height, label)], 'class="q"'
    for share in (0.0, 0.5, 1.0):
        y = floor - share * 130
        parts.append(f'<line x1="{left}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dfe4e8"/>')
        parts.append(_text(left - 6, y + 4, number(largest * share, 3), "end", quiet))
    for index, year in enumerate(years):
        middle = left + step * (index + 0.5)
        pair = ((actual[index], -wide, _COLOURS["own"]), (default[index], 0.0, _DEFAULT))
        for value, shift, colour in pair:
            if value is not None:
                tall = max(value / largest * 130, 0.8)
                parts.append(_rect(middle + shift, floor - tall, wide - 2, tall, colour))
        parts.append(_text(middle, floor + 16, str(year), "middle", quiet))
    for index, (word, colour) in enumerate(zip(words, (_COLOURS["own"], _DEFAULT), strict=True)):
        x = left + 160 * index
        parts.append(_rect(x, height - 11, 10, 10, colour))
        parts.append(_text(x + 15, height - 2, word, "start", quiet))
    return "".join([*parts, "</svg>"])


def _open(height: float, label: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}" '
        'xmlns="http://www.w3.org/2000/svg" font-size="13" fill="#1d2b36">'
    )
