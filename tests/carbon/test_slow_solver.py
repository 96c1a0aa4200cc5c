"""Attribution of random small parks beside a slow solver in plain Python, written from the definition, step by step.

Three nodes: a farm with a load of its own and a one-way line to the bus; a works at a two-way line, with a roof; at the bus
grid, store and load. MWh or kWh, hours or quarters of an hour, both rules for stores, a contract of the works on the farm.
"""

from collections import defaultdict, deque

import numpy as np
import pytest
from tests.carbon.test_attribution import flows_of

from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.tenants import residuals

STEPS = 10
LOSS = {"up": 0.1, "tie": 0.05}


def drawn(make_park, seed):
    """A park and rates that balance, with the steps where each tenant's own load takes up what is left."""
    rng = np.random.default_rng(seed)
    hours, unit = float(rng.choice([0.25, 1.0])), rng.choice(["MWh", "kWh"])
    into, out_of, loss = *rng.uniform(0.8, 1, 2).tolist(), float(rng.choice([0.0, 0.03]))
    fifo, share = bool(rng.random() < 0.5), float(rng.uniform(0.1, 1.0))
    opening = float(rng.uniform(0, 5))
    farm, roof = rng.uniform(2, 9, STEPS), rng.uniform(0, 3, STEPS) * (rng.random(STEPS) < 0.7)
    sent = farm * rng.uniform(0, 1, STEPS) * (rng.random(STEPS) < 0.8)
    forth = rng.uniform(0, 4, STEPS) * (rng.random(STEPS) < 0.6)
    back = np.where(forth > 0, 0.0, roof * rng.uniform(0, 1, STEPS))
    bus = rng.uniform(1, 4, STEPS)
    charge, discharge, level = np.zeros(STEPS), np.zeros(STEPS), np.zeros(STEPS)
    there = opening
    for t in range(STEPS):
        there *= (1 - loss) ** hours
        if rng.random() < 0.5:
            charge[t] = rng.uniform(0, 3)
            there += hours * into * charge[t]
        else:
            discharge[t] = rng.uniform(0, 1) * there * out_of / hours
            there -= hours * discharge[t] / out_of
        level[t] = there
    need = bus + charge + forth - discharge - sent * (1 - LOSS["up"]) - back * (1 - LOSS["tie"])
    scale = 1000.0 if unit == "kWh" else 1.0
    rates = {
        ("farm", "output"): farm, ("roof", "output"): roof, ("up", "forward"): sent, ("tie", "forward"): forth,
        ("tie", "backward"): back, ("store", "charge"): charge, ("store", "discharge"): discharge,
        ("grid", "buy"): np.maximum(need, 0), ("grid", "sell"): np.maximum(-need, 0),
        ("load-a", "intake"): farm - sent, ("load-b", "intake"): bus,
        ("load-c", "intake"): roof + forth * (1 - LOSS["tie"]) - back,
    }  # fmt: skip
    big = {"existing": 1e9}
    park = make_park(
        {
            "farm": {"kind": "source", "node": "a", "capacity": big, "origin": "wind"},
            "roof": {"kind": "source", "node": "c", "capacity": big, "origin": "solar"},
            "up": {"kind": "connection", "from": "a", "to": "b", "capacity": big, "loss": LOSS["up"], "one_way": True},
            "tie": {"kind": "connection", "from": "b", "to": "c", "capacity": big, "loss": LOSS["tie"]},
            "grid": {"kind": "market", "node": "b", "buy": {"price": 1}, "sell": {"price": 0}, "origin": "grid"},
            "store": {"kind": "storage", "node": "b", "capacity": big, "charge_efficiency": into,
                      "discharge_efficiency": out_of, "standing_loss": loss, "initial": "free"},
            **{f"load-{n}": {"kind": "demand", "node": n, "profile": [0] * STEPS, "tenant": n} for n in "abc"},
        },
        dict.fromkeys("abc", "electricity"),
        steps=STEPS,
        hours=hours,
        carriers={"electricity": {"unit": unit, "kind": "electricity"}},
        tenants={n: {"name": n} for n in "abc"},
        carbon={"grid": {"location": 0.6, "residual": 0.8}, "storage": "first-in-first-out" if fifo else "proportional",
                "contracts": {"ppa": {"tenant": "c", "supply": "farm", "share": share}}},
    )  # fmt: skip
    told = {key: rate * scale for key, rate in rates.items()} | {("store", "level"): level * scale}
    store = (into, out_of, (1 - loss) ** hours, opening, fifo)
    return park, told, rates, hours, store, share


def mixed(*parts):
    """Colours in amounts added up."""
    total = defaultdict(float)
    for colours in parts:
        for origin, amount in colours.items():
            total[origin] += amount
    return total


def times(colours, factor):
    return {origin: amount * factor for origin, amount in colours.items()}


def slow(rates, hours, store, share):
    """tenant → step → origin → MWh of generation; a layer of the store is [amount, colours]."""
    into, out_of, keeps, opening, fifo = store
    layers = deque([[opening, {"opening of store": opening}]])
    found = []
    for t in range(STEPS):
        now = {key: float(rate[t]) * hours for key, rate in rates.items()}
        for layer in layers:
            layer[0] *= keeps
        need, given = now["store", "discharge"] / out_of, {}
        while need > 1e-12 and layers:
            amount, colours = layers[0]
            part = min(1.0, need / amount)
            given = mixed(given, times(colours, part))
            layers[0] = [amount * (1 - part), times(colours, 1 - part)]
            need -= part * amount
            if part == 1.0:
                layers.popleft()
        a = {"farm": 1.0}  # all that enters at the farm is its own, so that a unit that leaves is too
        roof = {"roof": now["roof", "output"]}
        c_out = now["load-c", "intake"] + now["tie", "backward"]
        back = times(roof, now["tie", "backward"] / c_out) if now["tie", "backward"] else {}
        inflow = mixed(times(a, now["up", "forward"]), {"grid": now["grid", "buy"]}, given, back)
        outs = {
            out: now[out]
            for out in (("load-b", "intake"), ("store", "charge"), ("tie", "forward"), ("grid", "sell"))
        }
        b = times(inflow, 1 / sum(outs.values()))
        c = times(mixed(roof, times(b, now["tie", "forward"])), 1 / c_out if c_out else 0.0)
        if (charged := now["store", "charge"]) > 0:
            fresh = [charged * into, times(b, charged)]
            if fifo or not layers:
                layers.append(fresh)
            else:
                layers[0] = [layers[0][0] + fresh[0], mixed(layers[0][1], fresh[1])]
        arrived = {n: times(x, now[f"load-{n}", "intake"]) for n, x in (("a", a), ("b", b), ("c", c))}
        found.append(contracted(arrived, share))
    return found


def contracted(arrived, share):
    """The works takes its share of all wind that arrived, as far as it needs it; the rest stays where it arrived."""
    needs = {n: sum(x.values()) for n, x in arrived.items()}
    wind = sum(x.get("farm", 0.0) for x in arrived.values())
    claim = min(share * wind, needs["c"])
    wanting = {**needs, "c": needs["c"] - claim}
    kept = {}
    for n, x in arrived.items():
        mine = {o: v * (1 - claim / wind if o == "farm" and wind else 1.0) for o, v in x.items()}
        whole = sum(mine.values())
        kept[n] = times(mine, min(1.0, wanting[n] / whole) if whole else 0.0)
    free = mixed(*arrived.values(), {"farm": -claim}, *(times(x, -1) for x in kept.values()))
    short = {n: wanting[n] - sum(kept[n].values()) for n in kept}
    lacking = sum(short.values())
    result = {n: mixed(kept[n], times(free, short[n] / lacking if lacking > 1e-12 else 0.0)) for n in kept}
    result["c"]["farm"] += claim
    return result


@pytest.mark.parametrize("seed", range(24))
def test_attribution_is_what_the_definition_says(make_park, seed):
    park, told, rates, hours, store, share = drawn(make_park, seed)
    found = attribution_of(park, flows_of(park, told))
    expected = slow(rates, hours, store, share)
    names = [o.name for o in found.origins]
    for n in "abc":
        row = found.consumers.index(f"load-{n}")
        want = np.array([[expected[t][n].get(name, 0.0) for name in names] for t in range(STEPS)])
        assert found.supplied_mwh[row] == pytest.approx(want, rel=1e-7, abs=1e-9)
        during = slice(4, 8)
        grid = want[during][
            :, [k for k, name in enumerate(names) if name in ("grid", "opening of store")]
        ].sum()
        assert found.operating_co2(f"load-{n}", "hourly", during).tonnes == pytest.approx(
            grid * 0.8, rel=1e-7, abs=1e-9
        )
        assert found.use_mwh[row] == pytest.approx(rates[f"load-{n}", "intake"] * hours, rel=1e-9, abs=1e-12)
    for during in (slice(0, STEPS), slice(3, 7)):
        assert max(map(abs, residuals(found, during).values())) < 1e-9
