"""Colours: one for each origin and kind, told apart by people with any colour vision.

The hues are those of Okabe and Ito (2008), set a little quieter for paper. Nothing is told by
colour alone: verdicts carry a sign, supply and use stand on two sides of zero.
"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.park.assets import AnyAsset, Connection, Converter, Demand, Market, Source, Storage

INK = "#1d2b36"
QUIET = "#66737e"
RULE = "#dfe4e8"
EMPTY = "#e9ecee"
GOOD = "#0b7a5b"
BAD = "#c4451c"
UNTOLD = "#8a949c"
ACCENT = "#1f5f8b"
EXISTING = "#9fb3c1"
LOSS = "#b9bfc4"

ORIGINS: Mapping[str, str] = {
    "solar": "#e8a317",
    "wind": "#56a5d8",
    "hydro": "#0072b2",
    "biomass": "#7d9a2c",
    "nuclear": "#c977a4",
    "fossil": "#7a4b2a",
    "recovered": "#d55e00",
    "grid": "#80868b",
    "other": "#b3a77d",
}
KINDS: Mapping[type, str] = {
    Storage: "#009e73",
    Converter: "#7b68b0",
    Demand: "#3f5a73",
    Connection: "#aab4bb",
}
CARRIERS: Mapping[str, str] = {
    "electricity": "#e2b93b",
    "heat": "#d55e00",
    "fuel": "#7a4b2a",
    "hydrogen": "#4aa3a2",
    "material": "#7b68b0",
    "water": "#0072b2",
    "waste": "#8d8d6b",
}
SERIES = ["#1f5f8b", "#e8a317", "#009e73", "#d55e00", "#56a5d8", "#c977a4", "#7a4b2a", "#7b68b0"]
SEQUENTIAL = ["#f4f7f9", "#cfe0ec", "#94bfda", "#4f94c0", "#1f6699", "#0a3a63"]
DIVERGING = ["#7f3b08", "#c9761d", "#f2c48d", "#f7f7f5", "#a9c9e0", "#3f87b5", "#0a3a63"]
REST = "#d3d9de"
DEMANDS = ("#3f5a73", "#8ba6bd", "#8c6d8f", "#c3b1c8", "#5d7f6b", "#a9c3ad", "#27323c", "#b58a6a", "#dcc3aa")
_SHADES = (0.0, 0.38, -0.28, 0.6, -0.5, 0.2)


def mixed(colour: str, towards_white: float) -> str:
    """The colour mixed with white, or with black where the share is negative."""
    target = 255 if towards_white >= 0 else 0
    share = abs(towards_white)
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(p + (target - p) * share):02x}" for p in parts)


def faded(colour: str, opacity: float) -> str:
    """The colour as ``rgba(…)``."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def base_colour(asset: AnyAsset) -> str:
    """Colour of an asset's origin where it brings something in, else of its kind."""
    if isinstance(asset, (Source, Market)):
        return ORIGINS.get(asset.origin, ORIGINS["other"])
    return KINDS[type(asset)]


def colours_of(assets: Mapping[str, AnyAsset]) -> dict[str, str]:
    """A colour for every asset: shades of its origin's or kind's hue; demands take quiet hues in turn."""
    seen: dict[str, int] = {}
    colours = {}
    for name, asset in assets.items():
        base = base_colour(asset)
        turn = seen.get(base, 0)
        seen[base] = turn + 1
        quiet = isinstance(asset, Demand)
        colours[name] = DEMANDS[turn % len(DEMANDS)] if quiet else mixed(base, _SHADES[turn % len(_SHADES)])
    return colours
