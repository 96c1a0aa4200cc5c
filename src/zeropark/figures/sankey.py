"""Where a carrier comes from and where it goes, summed over the period; losses are shown.

Energy carriers stand in one diagram, as wide as their energy; every other carrier has its own. A
storage and a market stand on both sides, so that the diagram runs one way; a connection carries its
net amount. What does not balance (meters) is shown as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from zeropark import units
from zeropark.figures.base import Drawing, drawing, nothing
from zeropark.figures.numbers import Language, amount
from zeropark.figures.palette import CARRIERS, LOSS, QUIET, colours_of, faded
from zeropark.figures.series import largest
from zeropark.figures.words import asset_title, carrier_title, node_title, plain, say
from zeropark.outcome import Outcome
from zeropark.park.assets import Connection, Converter, Market, Storage

ENERGY = "energy"
TALLEST = 1200
CROWDED = 24
TINY = 0.01
"""A point through which less than this share of the largest flows has no label; hovering tells it."""
MWH_PER_TCE = 29.3076 / 3.6
Point = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """An amount that goes from one point of the diagram to another.

    A point is ``("node", name)``, ``("asset", name)``, ``("in", name)`` or ``("out", name)`` of a
    storage or market, or ``("losses" | "stock-loss" | "surroundings" | "unbalanced", "")``. amount: in
    the carrier's unit; width: in MWh of energy, or the amount where the carrier has none.
    """

    start: Point
    end: Point
    carrier: str
    amount: float
    width: float


def energy_factor(outcome: Outcome, carrier: str) -> float | None:
    """MWh in one unit of the carrier: by its unit, else by its coal equivalent; None for materials."""
    declared = outcome.park.spec.carriers[carrier]
    if units.same_dimension(declared.unit, "MWh"):
        return units.factor(declared.unit, "MWh")
    return declared.coal_equivalent * MWH_PER_TCE if declared.coal_equivalent > 0 else None


def sankey_groups(outcome: Outcome) -> tuple[str, ...]:
    """What can be drawn: ``energy``, and every carrier without energy content that flows."""
    moved = {
        outcome.flows.carriers[node] for (_, node), flow in outcome.flows.net.items() if largest(flow) > 0
    }
    energy = any(energy_factor(outcome, c) is not None for c in moved)
    rest = [c for c in outcome.park.spec.carriers if c in moved and energy_factor(outcome, c) is None]
    return ((ENERGY,) if energy else ()) + tuple(rest)


def links_of(outcome: Outcome, group: str) -> tuple[Link, ...]:
    """All links of a group's diagram."""
    found: list[Link] = []
    for (asset, node), flow in outcome.flows.net.items():
        carrier = outcome.flows.carriers[node]
        scale = energy_factor(outcome, carrier) if group == ENERGY else 1.0
        if scale is None or (group != ENERGY and carrier != group):
            continue
        found += _at_node(outcome, asset, node, flow, scale)
    for node, carrier in outcome.flows.carriers.items():
        scale = energy_factor(outcome, carrier) if group == ENERGY else 1.0
        if scale is not None and (group == ENERGY or carrier == group):
            found += _unbalanced(node, carrier, found, scale)
    return (*found, *_losses(outcome, found, conversion=group == ENERGY))


def _at_node(outcome: Outcome, asset: str, node: str, flow: np.ndarray, scale: float) -> Iterator[Link]:
    hours = outcome.flows.clock.step_hours
    carrier = outcome.flows.carriers[node]
    declared = outcome.park.assets.get(asset)
    into = float(np.nansum(np.maximum(flow, 0))) * hours
    out = float(np.nansum(np.maximum(-flow, 0))) * hours
    if isinstance(declared, Connection):
        into, out = max(into - out, 0.0), max(out - into, 0.0)
    sides = isinstance(declared, (Storage, Market))
    if into > 0:
        yield Link(("in" if sides else "asset", asset), ("node", node), carrier, into, into * scale)
    if out > 0:
        yield Link(("node", node), ("out" if sides else "asset", asset), carrier, out, out * scale)


def _unbalanced(node: str, carrier: str, links: list[Link], scale: float) -> Iterator[Link]:
    here: Point = ("node", node)
    arrives = sum(link.amount for link in links if link.end == here)
    leaves = sum(link.amount for link in links if link.start == here)
    gap = arrives - leaves
    if abs(gap) <= 1e-5 * max(arrives, leaves, 1e-12):
        return
    ends = (here, ("unbalanced", "out")) if gap > 0 else (("unbalanced", "in"), here)
    yield Link(ends[0], ends[1], carrier, abs(gap), abs(gap) * scale)


def _losses(outcome: Outcome, links: list[Link], conversion: bool) -> Iterator[Link]:
    for name, asset in outcome.park.assets.items():
        if isinstance(asset, Storage):
            charged = sum(link.width for link in links if link.end == ("out", name))
            given = sum(link.width for link in links if link.start == ("in", name))
            if charged > given * (1 + 1e-9) and given > 0:
                word = "losses" if asset.initial == "cyclic" else "stock-loss"
                carrier = outcome.park.carrier_at(asset.node)
                yield _loss(outcome, ("out", name), (word, ""), carrier, charged - given)
        elif isinstance(asset, Connection) or (
            conversion and isinstance(asset, Converter) and _only_energy(outcome, asset)
        ):
            here: Point = ("asset", name)
            taken = sum(link.width for link in links if link.end == here)
            given = sum(link.width for link in links if link.start == here)
            carrier = outcome.park.carrier_at(asset.start if isinstance(asset, Connection) else asset.rated)
            if given > 0 and taken > given * (1 + 1e-9):
                yield _loss(outcome, here, ("losses", ""), carrier, taken - given)
            elif taken > 0 and given > taken * (1 + 1e-9):
                yield _loss(outcome, ("surroundings", ""), here, carrier, given - taken)


def _loss(outcome: Outcome, start: Point, end: Point, carrier: str, width: float) -> Link:
    scale = energy_factor(outcome, carrier)
    return Link(start, end, carrier, width / scale if scale else width, width)


def _only_energy(outcome: Outcome, asset: Converter) -> bool:
    """Whether all that the converter gives has an energy content, so that the rest is lost."""
    given = [node for mode in asset.ways.values() for node in mode.outputs]
    carriers = (outcome.park.carrier_at(node) for node in given)
    return bool(given) and all(energy_factor(outcome, carrier) is not None for carrier in carriers)


def carrier_sankey(outcome: Outcome, group: str = ENERGY, language: Language = "en") -> go.Figure:
    """Sankey diagram of ``energy`` or of one carrier, amounts over the period."""
    return sankey_drawing(outcome, group, links_of(outcome, group), language).figure()


def sankey_drawing(outcome: Outcome, group: str, links: Sequence[Link], language: Language) -> Drawing:
    """The diagram of ``carrier_sankey`` from the group's links (``links_of``)."""
    park = outcome.park
    name = say(ENERGY, language) if group == ENERGY else plain(carrier_title(park, group, language))
    title = say("title-sankey", language, name=name)
    links = [link for link in links if link.width > 0]
    if not links:
        return nothing(title, language)
    least = 1e-5 * max(link.width for link in links)
    links = [link for link in links if link.width > least]
    points = list(dict.fromkeys(point for link in links for point in (link.start, link.end)))
    names = {point: _label(outcome, point, language) for point in points}
    crowded = len(points) > CROWDED
    drawn = drawing(
        title, min(max(200, 36 * len(points)), TALLEST), margin={"l": 8, "r": 8, "t": 44, "b": 16}
    )
    node = _boxes(outcome, group, links, names, language)
    drawn.data.append(
        {
            "type": "sankey",
            "arrangement": "snap",
            "node": {**node, "thickness": 14, "pad": 14 if crowded else 18, "line": {"width": 0}},
            "link": _bands(outcome, links, names, language),
            "textfont": {"size": 11 if crowded else 12},
        }
    )
    return drawn


def _boxes(
    outcome: Outcome, group: str, links: Sequence[Link], names: Mapping[Point, str], language: Language
) -> dict[str, Any]:
    """The points: label, colour, and what hovering tells."""
    sizes = {point: _size(point, links) for point in names}
    labelled = {p for p in names if sizes[p] > TINY * max(sizes.values()) and not _is_line(outcome, p)}
    colours = colours_of(outcome.park.assets)
    return {
        "label": [_label(outcome, p, language, brief=True) if p in labelled else "" for p in names],
        "color": [_point_colour(outcome, p, colours) for p in names],
        "customdata": [
            f"{name}<br>{_through(outcome, sizes[p], group, language)}" for p, name in names.items()
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _bands(
    outcome: Outcome, links: Sequence[Link], names: Mapping[Point, str], language: Language
) -> dict[str, Any]:
    """The links between the points: width, colour, and what hovering tells."""
    index = {point: i for i, point in enumerate(names)}
    return {
        "source": [index[link.start] for link in links],
        "target": [index[link.end] for link in links],
        "value": [link.width for link in links],
        "color": [_link_colour(outcome, link) for link in links],
        "customdata": [
            f"{names[x.start]} → {names[x.end]}<br>{_amount_text(outcome, x, language)}" for x in links
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _size(point: Point, links: Sequence[Link]) -> float:
    into = sum(link.width for link in links if link.end == point)
    return max(into, sum(link.width for link in links if link.start == point))


def _brief(name: str, language: Language) -> str:
    most = 24 if language == "en" else 13
    return name if len(name) <= most else name[: most - 1].rstrip(" ,") + "…"


def _is_line(outcome: Outcome, point: Point) -> bool:
    return point[0] == "asset" and isinstance(outcome.park.assets.get(point[1]), Connection)


def _label(outcome: Outcome, point: Point, language: Language, brief: bool = False) -> str:
    """Words for a point; ``brief``: with a name short enough to stand beside its box."""
    kind, name = point

    def fit(title: str) -> str:
        return plain(_brief(title, language) if brief else title)

    if kind == "node":
        return fit(node_title(outcome.park, name, language))
    if kind not in ("asset", "in", "out"):
        return say(kind, language)
    title = fit(asset_title(outcome.park, name, language))
    if kind == "asset":
        return title
    stores = isinstance(outcome.park.assets[name], Storage)
    word = {("in", True): "discharging", ("out", True): "charging", ("in", False): "bought"}.get(
        (kind, stores), "sold"
    )
    return say(word, language, name=title)


def _through(outcome: Outcome, size: float, group: str, language: Language) -> str:
    unit = "MWh" if group == ENERGY else outcome.park.spec.carriers[group].unit
    return amount(size, unit, language)


def _amount_text(outcome: Outcome, link: Link, language: Language) -> str:
    declared = outcome.park.spec.carriers[link.carrier]
    name = carrier_title(outcome.park, link.carrier, language)
    text = f"{name} {amount(link.amount, declared.unit, language)}"
    if declared.unit != "MWh" and energy_factor(outcome, link.carrier) is not None:
        text += f" ({amount(link.width, 'MWh', language)})"
    return plain(text)


def _link_colour(outcome: Outcome, link: Link) -> str:
    if link.end[0] in ("losses", "stock-loss", "unbalanced") or link.start[0] == "unbalanced":
        return faded(LOSS, 0.6)
    return faded(CARRIERS[outcome.park.spec.carriers[link.carrier].kind], 0.38)


def _point_colour(outcome: Outcome, point: Point, colours: dict[str, str]) -> str:
    kind, name = point
    if _is_line(outcome, point):  # its box is not seen: the flow runs through
        line = outcome.park.assets[name]
        assert isinstance(line, Connection)
        kind_of = outcome.park.spec.carriers[outcome.park.carrier_at(line.start)].kind
        return faded(CARRIERS[kind_of], 0.38)
    if kind in ("asset", "in", "out"):
        return colours.get(name, QUIET)
    if kind == "node":
        return CARRIERS[outcome.park.spec.carriers[outcome.flows.carriers[name]].kind]
    return LOSS
