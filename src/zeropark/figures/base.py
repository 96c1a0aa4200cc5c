"""What all figures share: fonts, margins, axes; a figure as plain data, and one with nothing in it."""

from __future__ import annotations

from dataclasses import dataclass, field
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

TEMPLATE: dict[str, Any] = {
    "layout": {
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
}


@dataclass
class Drawing:
    """A figure as plain data, in plotly's names: traces, and the layout without the template.

    A report holds hundreds of them; plotly checks what a figure holds at a cost of milliseconds each, so
    it is asked only for the figure that somebody wants to hold (``figure``). The page draws them as they are.
    """

    layout: dict[str, Any]
    data: list[dict[str, Any]] = field(default_factory=list)

    def figure(self) -> go.Figure:
        """The same as a figure of plotly, checked by it."""
        return go.Figure(data=self.data, layout={"template": TEMPLATE, **self.layout})

    def as_json(self) -> dict[str, Any]:
        """What the page's script hands to plotly, which adds the template."""
        return {"data": self.data, "layout": self.layout}


def drawing(title: str, height: int, **layout: Any) -> Drawing:
    """An empty drawing in the house style."""
    return Drawing({"title": {"text": title}, "height": height, **layout})


def figure(title: str, height: int, **layout: Any) -> go.Figure:
    """An empty figure in the house style."""
    return drawing(title, height, **layout).figure()


def nothing(title: str, language: Language) -> Drawing:
    """A drawing that says that there is nothing to show."""
    words: dict[str, Any] = {"text": say("no-data", language), "showarrow": False, "font": {"color": QUIET}}
    return drawing(
        title,
        160,
        xaxis={"visible": False},
        yaxis={"visible": False},
        annotations=[words | {"bgcolor": EMPTY, "borderpad": 6}],
    )
