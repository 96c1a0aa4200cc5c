"""What enters a park leaves it with its products, or stays in store: on random parks with loops, co-products, losses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.footprint.random_parks import Made, draw_park
from tests.footprint.small import footprints

from zeropark.footprint.amounts import Amounts
from zeropark.footprint.electricity import supplied_of
from zeropark.footprint.of_park import inventory_of
from zeropark.footprint.solved import KINDS, Solved, solved_of
from zeropark.park.assets import Converter, Market
from zeropark.park.period import whole

SEEDS = st.integers(0, 10**6)


def entering(made: Made) -> float:
    """kgCO2e that enters with purchases, electricity of processes from outside, and processes' own gases.

    Reckoned from rates and the park file alone, with none of the code under test.
    """
    park, flows, att = made.park, made.flows, made.attribution
    total = 0.0
    for name, asset in park.assets.items():
        if isinstance(asset, Market) and asset.node != "bus":
            total += park.spec.factors[asset.upstream].footprint * flows.rates[name, "buy"].sum()
        if isinstance(asset, Converter):
            activity = flows.rates[name, "activity:"].sum()
            total += activity * (asset.emissions + asset.other_ghg)
            burnt = -float(np.minimum(flows.net.get((name, "n1"), np.zeros(1)), 0).sum())
            total += 1.7 * burnt
    for row, consumer in enumerate(att.consumers):
        if consumer == "office":
            continue
        for column, origin in enumerate(att.origins):
            if origin.life_cycle is not None:
                total += origin.life_cycle.tco2e_per_unit * att.supplied_mwh[row, :, column].sum()
    return 1000 * float(total)


def leaving(made: Made, found) -> float:
    """Footprint × amount at every gate, and of the generator's electricity that no process uses."""
    total = sum(
        f.value * float(made.flows.rates[f"gate-{name}", "intake"].sum()) for name, f in found.items()
    )
    used = {o.name: n for n, o in enumerate(made.attribution.origins)}
    own = next((link for f in found.values() for link in f.chain if link.node == "electricity:c1"), None)
    row = made.attribution.consumers.index("office")
    return total + (own.footprint * made.attribution.supplied_mwh[row, :, used["c1"]].sum() if own else 0.0)


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_what_enters_leaves_with_the_products(seed: int) -> None:
    made = draw_park(seed)
    found = footprints(made.park, made.flows, made.attribution)
    behind = {link.process for f in found.values() for link in f.chain}
    assert behind == {name for name, asset in made.park.assets.items() if isinstance(asset, Converter)}
    assert leaving(made, found) == pytest.approx(entering(made), rel=1e-9)


def solved(made: Made) -> Solved:
    amounts = Amounts(made.park, made.flows, whole(made.park.clock))
    supplied = supplied_of(amounts, made.attribution)["hourly"]
    inventory = inventory_of(amounts, made.attribution, "hourly", supplied)
    return solved_of(made.park, inventory, [p.node for p in made.park.spec.footprint.products.values()])


@given(SEEDS, st.booleans())
@settings(max_examples=25, deadline=None)
def test_stock_that_stays_or_was_there_is_counted(seed: int, embodied: bool) -> None:
    """Stores end fuller or emptier: left with products + kept in store = brought in + drawn from what was there."""
    made = draw_park(seed, stock=True, embodied=embodied)
    found = solved(made)
    kinds = slice(0, len(KINDS))
    each = found.footprints[:, kinds].sum(axis=1)
    at, inventory = found.at, found.shared.inventory
    stored = Amounts(made.park, made.flows, whole(made.park.clock)).stored("stock", made.park.assets["stock"])
    assert stored.opening > 0 or stored.kept > 0
    leaves = 0.0
    for product in found.shared.products:
        left = inventory.handed_on[product] - sum(
            amount
            for (p, process), amount in inventory.use.items()
            if p == product and process in found.place
        )
        if product == "n2" and "stock" in found.place:
            left += stored.opening  # it is used, but was not brought in
        leaves += each[at[product]] * left
    opening = stored.opening * each[at["n2"]] if "stock" in found.place else 0.0
    entered = found.direct[:, kinds].sum() + opening
    assert leaves == pytest.approx(entered, rel=1e-9)


@given(SEEDS, st.booleans())
@settings(max_examples=15, deadline=None)
def test_lines_add_to_every_footprint(seed: int, embodied: bool) -> None:
    made = draw_park(seed, stock=True, embodied=embodied)
    for found in footprints(made.park, made.flows, made.attribution).values():
        assert sum(line.kgco2e for line in found.contributions) == pytest.approx(
            found.value, rel=1e-9, abs=1e-9
        )
        assert sum(line.gate_kgco2e for line in found.contributions) == pytest.approx(
            found.gate_to_gate, rel=1e-9, abs=1e-9
        )
        assert len({line.id for line in found.contributions}) == len(found.contributions)
        assert found.value == pytest.approx(found.with_embodied if embodied else found.without_embodied)
        assert 0 <= found.primary_share <= 1
        links = {link.id: link for link in found.chain}
        for link in found.chain:
            assert sum(x.kgco2e for x in link.contributions) == pytest.approx(
                link.footprint, rel=1e-9, abs=1e-9
            )
        for line in (*found.contributions, *(x for link in found.chain for x in link.contributions)):
            if line.kind == "process":
                assert links[line.behind].footprint == pytest.approx(line.factor_kgco2e, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", [1, 5, 8])
def test_amounts_in_the_chain_are_all_that_stands_behind_a_unit(seed: int) -> None:
    """A tonne more of other gases for each unit that a converter runs raises each footprint by its activity behind it."""
    made = draw_park(seed)
    before = footprints(made.park, made.flows, made.attribution)
    for name in ("c0", "c1"):
        asset = made.park.assets[name]
        more = asset.model_copy(update={"other_ghg": asset.other_ghg + 1.0})
        spec = made.park.spec.model_copy(update={"assets": {**made.park.assets, name: more}})
        after = footprints(replace(made.park, spec=spec), made.flows, made.attribution)
        activity = float(made.flows.rates[name, "activity:"].sum())
        for product, found in before.items():
            run = sum(
                link.amount * link.share * activity / link.made
                for link in found.chain
                if link.process == name
            )
            assert after[product].value - found.value == pytest.approx(1000 * run, rel=1e-7, abs=1e-7)
