"""What all figures share: fonts, margins, axes, and a figure with nothing in it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from zeropark.figures.numbers import Language
from zeropark.figures.palette import EMPTY, INK, QUIET, RULE
from zeropark.figures.words import say

FONTS = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'
)

_AXIS: dict[str, Any] = {
    "automargin": True,
    "gridcolor": RULE,
    "linecolor": RULE,
    "zerolinecolor": QUIET,
    "zerolinewidth": 1,
    "ticks": "",
    "title": {"standoff": 8, "font": {"size": 12, "color": QUIET}},
    "tickfont": {"size": 12},
}

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONTS, "size": 13, "color": INK},
        "title": {"font": {"size": 15}, "x": 0, "xref": "container", "pad": {"l": 8}},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 48, "b": 8},
        "hoverlabel": {"font": {"family": FONTS, "size": 12}, "align": "left", "namelength": -1},
        "legend": {
            "orientation": "h",
            "yanchor": "top",
            "y": -0.12,
            "x": 0,
            "font": {"size": 12},
            "traceorder": "normal",
        },
        "xaxis": {**_AXIS, "tickformat": ","},
        "yaxis": {**_AXIS, "tickformat": ","},
        "separators": ".,",
    }
)


def figure(title: str, height: int, **layout: Any) -> go.Figure:
    """An empty figure in the house style."""
    return go.Figure(layout={"template": TEMPLATE, "title": {"text": title}, "height": height, **layout})


def nothing(title: str, language: Language) -> go.Figure:
    """A figure that says that there is nothing to show."""
    empty = figure(title, 160, xaxis={"visible": False}, yaxis={"visible": False})
    empty.add_annotation(
        text=say("no-data", language), showarrow=False, font={"color": QUIET}, bgcolor=EMPTY, borderpad=6
    )
    return empty
