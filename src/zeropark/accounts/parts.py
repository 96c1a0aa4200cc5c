"""What each part of an asset amounts to over the period, as a linear form.

A *piece* is an amount at one node, in the unit of that node's carrier (or a stated unit for parts
that no carrier measures). Amounts are rates × step length, summed over the steps.

A converter's ``output`` is what it gives beyond what it takes of the carriers asked for, and its
``input`` what it takes beyond what it gives: a transformer makes no electricity, it uses its loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from zeropark.clock import Clock
from zeropark.forms import Form, Weight
from zeropark.park.assets import AnyAsset, Connection, Converter, Demand, Market, Source, Storage, Target
from zeropark.park.model import Park, home_of
from zeropark.park.streams import activity_effects, needed

CARRIERLESS = {"land": "m2", "embodied": "tCO2e", "emissions": "tCO2", "investment": "{currency}"}
"""Parts that no carrier measures, with their unit; ``{currency}`` is the park's money."""

Measure = Callable[[str], float | None]
"""Node → what one unit of its carrier counts; None when the node is not asked for."""


@dataclass(frozen=True)
class Piece:
    """An amount at a node, in units of the node's carrier, or in ``CARRIERLESS`` units."""

    node: str
    form: Form


def part_form(park: Park, name: str, part: str, measure: Measure) -> Form:
    """Amount of one part of one asset, counted by ``measure`` at the nodes it acts on."""
    asset = park.assets[name]
    if isinstance(asset, Converter) and part in ("input", "output"):
        return _converted(park, name, asset, part, measure)
    form = Form()
    for piece in pieces(park, name, part):
        count = measure(piece.node)
        if count:
            form = form + piece.form * count
    return form


def pieces(park: Park, name: str, part: str) -> Iterator[Piece]:
    """The pieces of one part of an asset; none when the asset has no such part."""
    asset = park.assets[name]
    home = home_of(asset)
    if part in ("land", "embodied", "investment"):
        yield Piece(home, _sized(park, name, part))
    elif part == "emissions":
        yield Piece(home, _stated_emissions(park, name, asset))
    elif part == "available" and isinstance(asset, Source):
        hours = float(np.sum(park.availability(name))) * park.clock.step_hours
        yield Piece(home, Form({(name, "capacity"): hours}))
    elif part == "unserved" and isinstance(asset, Demand):
        yield Piece(home, unserved(park, name, asset))
    elif part == "loss" and isinstance(asset, (Storage, Connection)):
        yield Piece(home, _lost(park, name, asset))
    elif part == "activity" and isinstance(asset, Converter):
        h = park.clock.step_hours
        yield Piece(home, Form({(name, f"activity:{way}"): h for way in asset.ways}))
    elif part in _rates(asset):
        yield Piece(home, Form({(name, part): park.clock.step_hours}))


def _rates(asset: AnyAsset) -> tuple[str, ...]:
    """Parts of an asset that are one rate at its home node."""
    if isinstance(asset, Source):
        return ("output",)
    if isinstance(asset, Demand):
        return ("intake",)
    if isinstance(asset, Storage):
        return ("charge", "discharge")
    if isinstance(asset, Connection):
        return ("forward",) if asset.one_way else ("forward", "backward")
    if isinstance(asset, Market):
        there = (("buy", asset.buy), ("sell", asset.sell), ("certified", asset.certificates))
        return tuple(part for part, declared in there if declared is not None)
    return ()


def _converted(park: Park, name: str, asset: Converter, part: str, measure: Measure) -> Form:
    terms: dict[tuple[str, str], Weight] = {}
    wanted = 1.0 if part == "output" else -1.0
    for way in asset.ways:
        net: Weight = 0.0
        for effect in activity_effects(park, asset, way):
            count = measure(effect.node)
            if count:
                net = net + wanted * count * effect.amount
        most = np.maximum(net, 0.0) * park.clock.step_hours
        if np.any(most):
            terms[(name, f"activity:{way}")] = float(most) if np.ndim(most) == 0 else most
    return Form(terms)


def _sized(park: Park, name: str, part: str) -> Form:
    """Land of all there is; embodied emissions or investment of what is added."""
    form = Form()
    for key, sizing in park.sizings():
        if key[0] == name and getattr(sizing, part):
            each = float(getattr(sizing, part))
            form = form + Form({key: each}, 0.0 if part == "land" else -each * sizing.existing)
    return form


def _stated_emissions(park: Park, name: str, asset: AnyAsset) -> Form:
    """Operating CO2 that the asset itself states, tCO2; not the combustion of its carriers."""
    h = park.clock.step_hours
    if isinstance(asset, Source) and asset.emissions:
        return Form({(name, "output"): h * asset.emissions})
    if isinstance(asset, Converter):
        each = {way: h * (asset.emissions + mode.emissions) for way, mode in asset.ways.items()}
        return Form({(name, f"activity:{way}"): weight for way, weight in each.items() if weight})
    return Form()


def _lost(park: Park, name: str, asset: Storage | Connection) -> Form:
    """Losses on the way, or in a storage; standing losses count the level at the end of the step."""
    h = park.clock.step_hours
    if isinstance(asset, Connection):
        parts = _rates(asset) if asset.loss else ()
        return Form({(name, part): h * asset.loss for part in parts})
    weights = {
        "charge": h * (1.0 - asset.charge_efficiency),
        "discharge": h * (1.0 / asset.discharge_efficiency - 1.0),
        "level": 1.0 - (1.0 - asset.standing_loss) ** h,
    }
    return Form({(name, part): weight for part, weight in weights.items() if weight})


def unserved(park: Park, name: str, asset: Demand) -> Form:
    """What is needed less what is delivered, carrier units; zero where all must be delivered."""
    if asset.unserved_price is None:
        return Form()
    h = park.clock.step_hours
    target = asset.target
    wanted = target_amount(target, park.clock) if target else float(np.sum(needed(park, name))) * h
    return Form({(name, "intake"): -h}, wanted)


def target_amount(target: Target, clock: Clock) -> float:
    """Amount that a target asks for over the whole period; parts of a period count by their hours."""
    if target.per == "day":
        covered = np.bincount(clock.day_of_step) * clock.step_hours / clock.day_hours
    else:
        covered = clock.month_fraction if target.per == "month" else clock.year_fraction
    return target.amount * float(np.sum(covered))
