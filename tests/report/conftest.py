"""A hand-made park and what a plan of it would say: plausible arrays that obey every balance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import yaml

from zeropark.accounts.bill import Bill, BillLine
from zeropark.clock import Clock
from zeropark.flows import Flows
from zeropark.forms import Account, Array, Form, Key
from zeropark.optimize.answer import Certificate, SolverRecord
from zeropark.outcome import Capacity, Outcome, Reading
from zeropark.park.fields import Reading as UnitReading
from zeropark.park.model import Assumption, Park
from zeropark.park.spec import ParkFile
from zeropark.park.streams import net_flows
from zeropark.park.tariffs import Pack
from zeropark.rules.judge import Rule, Verdict

HERE = Path(__file__).parent


def _park_data(start: str, days: int, step: int, zone: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((HERE / "park.yaml").read_text(encoding="utf-8"))
    return data | {"time": {"start": start, "days": days, "step": step, "zone": zone}}


def _clock(start: str, days: int, step: int, zone: str) -> Clock:
    first = pd.Timestamp(start).tz_localize(zone)
    last = (pd.Timestamp(start) + pd.Timedelta(days=days)).tz_localize(zone)
    steps = round((last - first) / pd.Timedelta(minutes=step))
    return Clock(first.tz_convert("UTC").to_pydatetime(), timedelta(minutes=step), steps, ZoneInfo(zone))


def _profiles(clock: Clock, seed: int = 7) -> dict[str, Array]:
    random = np.random.default_rng(seed)
    hour, day = clock.hour_of_day, clock.times_local.day_of_year.to_numpy()
    season = np.cos(2 * np.pi * (day - 172) / 365)
    height = np.sin(np.pi * (hour - 6 + season) / (12 + 2 * season))
    cloud = np.repeat(random.beta(4, 1.5, clock.day_of_step[-1] + 1), np.bincount(clock.day_of_step))
    pv = np.clip(height, 0, 1) ** 1.3 * cloud * 0.92
    pv[(hour < 5) | (hour > 20)] = 0.0
    noise = np.zeros(clock.steps)
    for i in range(1, clock.steps):
        noise[i] = 0.97 * noise[i - 1] + random.normal(0, 0.25)
    wind = 1 / (1 + np.exp(-(noise - 0.55 - 0.3 * season)))
    smelter = 180 + 12 * np.sin(2 * np.pi * (hour - 9) / 24) + random.normal(0, 3, clock.steps)
    magnets = 60 + 45 * ((hour >= 8) & (hour < 22)) + random.normal(0, 2, clock.steps)
    steam = 210 + 90 * -season + random.normal(0, 8, clock.steps)
    return {"pv": pv, "wind": np.clip(wind, 0, 0.97), "smelter": smelter, "magnets": magnets, "steam": steam}


def _battery(surplus: Array, hours: float, power: float, size: float) -> tuple[Array, Array, Array]:
    level, charge, discharge, held = (
        size / 2,
        np.zeros_like(surplus),
        np.zeros_like(surplus),
        np.zeros_like(surplus),
    )
    for i, spare in enumerate(surplus):
        charge[i] = min(max(spare, 0), power, (size - level) / 0.95 / hours)
        discharge[i] = min(max(-spare, 0), power, level * 0.95 / hours)
        level += (charge[i] * 0.95 - discharge[i] / 0.95) * hours
        held[i] = level
    return charge, discharge, held


def _rates(clock: Clock, profiles: dict[str, Array]) -> dict[Key, Array]:
    steps, hours = clock.steps, clock.step_hours
    pv, wind = 520.0 * profiles["pv"], np.minimum(430.0 * profiles["wind"], 700)
    e_steam = np.clip(profiles["steam"] - 120, 0, 200)
    h2 = np.full(steps, 1000.0)
    shape = np.clip(pv + wind - 150, 15, 110)
    power_to_h2 = shape * (h2.sum() / 18.2) / shape.sum()
    need = profiles["smelter"] + profiles["magnets"] + power_to_h2 + e_steam * 0.2806
    surplus = pv + wind * 0.98 - need
    charge, discharge, held = _battery(surplus, hours, 160.0, 640.0)
    rest = surplus - charge + discharge
    tank = np.cumsum(power_to_h2 * 18.2 - h2) * hours
    oxide = np.full(steps, 1.25)
    return {
        ("pv", "output"): pv,
        ("wind", "output"): wind,
        ("direct-line", "forward"): wind,
        ("grid", "buy"): np.maximum(-rest, 0),
        ("grid", "sell"): np.maximum(rest, 0),
        ("battery", "charge"): charge,
        ("battery", "discharge"): discharge,
        ("battery", "level"): held,
        ("electrolyser", "activity:"): power_to_h2,
        ("h2-tank", "level"): tank - tank.min(),
        ("h2-tank", "charge"): np.maximum(power_to_h2 * 18.2 - h2, 0),
        ("h2-tank", "discharge"): np.maximum(h2 - power_to_h2 * 18.2, 0),
        ("e-boiler", "activity:"): e_steam,
        ("gas-boiler", "activity:"): profiles["steam"] - e_steam,
        ("gas", "buy"): (profiles["steam"] - e_steam) * 0.031,
        ("smelter", "intake"): profiles["smelter"],
        ("magnets", "intake"): profiles["magnets"],
        ("steam-users", "intake"): profiles["steam"],
        ("h2-users", "intake"): h2,
        ("separation", "output"): oxide,
        ("oxide-buyers", "sell"): oxide,
    }


def _pack(name: str, name_zh: str, mark: str) -> Pack:
    data = {
        "name": name,
        "name_zh": name_zh,
        "region": "CN",
        "version": "2025",
        "source": "https://example.org/pack",
        "mark": mark,
        "date": "2025-07",
        "status": "in force",
        "rules": {
            "r": {
                "name": "r",
                "left": "a",
                "sense": "at most",
                "limit": [{"value": 1}],
                "clause": "1",
                "source": "s",
                "mark": mark,
            }
        },
    }
    return Pack.model_validate(data, context=UnitReading())


PACKS = {
    "cn-910": ("Zero-carbon park, national (910)", "国家级零碳园区（910 号文）", "O"),
    "cn-650": ("Direct green power (650)", "绿电直连（650 号文）", "2"),
    "cn-nm": ("Inner Mongolia zero-carbon park", "内蒙古零碳园区", "R"),
}


def _verdict(
    pack: str,
    rule: str,
    titles: tuple[str, str],
    sense: str,
    value: float | None,
    limit: float,
    unit: str = "1",
    core: bool = True,
    mode: str = "measure",
    shadow: float | None = None,
) -> Verdict:
    margin = None if value is None else (limit - value if sense == "at most" else value - limit)
    met = None if margin is None else margin >= 0
    mark = PACKS[pack][2] if pack in PACKS else ""
    declared = Rule(
        pack,
        rule,
        *titles,
        sense,
        "left",
        None,
        limit,
        unit,
        mode,
        Form(),
        core,
        "§ 3.2 (1)",
        "https://example.org/rule",
        mark,
        "2025-07",
    )
    words = f"{titles[0]} is {value if value is not None else 'not known'}; {sense} {limit} is asked for."
    asked = "不高于" if sense == "at most" else "不低于"
    words_zh = f"{titles[1]}为 {value if value is not None else '未知'}；要求{asked} {limit}。"
    cost = None if shadow is None else 21.4e6
    return Verdict(declared, value, met, margin, shadow, cost, words, words_zh)


def _rules() -> tuple[Verdict, ...]:
    return (
        _verdict(
            "cn-910",
            "intensity",
            ("CO2 per tce used", "单位能耗碳排放"),
            "at most",
            0.161,
            0.2,
            "tCO2/tce",
            mode="enforce",
            shadow=61234567.0,
        ),
        _verdict("cn-910", "clean-share", ("Clean energy share", "清洁能源占比"), "at least", 0.934, 0.9),
        _verdict(
            "cn-650",
            "self-use",
            ("Self-used share of own green power", "新能源自发自用电量占比"),
            "at least",
            0.871,
            0.6,
        ),
        _verdict(
            "cn-650", "green-share", ("Green share of all use", "绿电占总用电量比例"), "at least", 0.742, 0.3
        ),
        _verdict(
            "cn-650", "export", ("Share sold to the grid", "上网电量占比"), "at most", 0.129, 0.2, core=False
        ),
        _verdict("cn-nm", "slag", ("Slag reused", "固废综合利用率"), "at least", None, 0.8, core=False),
        _verdict("cn-nm", "export", ("Share sold to the grid", "上网电量占比"), "at most", 0.129, 0.1),
        _verdict("limits", "peak", ("Grid peak", "最大需量"), "at most", 296.3, 300, "MW"),
    )


def _bill(clock: Clock, rates: dict[Key, Array]) -> Bill:
    lines = []
    for m, month in enumerate(clock.months):
        here = clock.month_of_step == m
        bought = float(rates["grid", "buy"][here].sum() * clock.step_hours)
        sold = float(rates["grid", "sell"][here].sum() * clock.step_hours)
        gas = float(rates["gas", "buy"][here].sum() * clock.step_hours)
        peak = float(rates["grid", "buy"][here].max())
        for asset, item, item_zh, amount, unit, price, price_unit in (
            ("grid", "Energy", "电度电费", bought, "MWh", 421.7, "CNY/MWh"),
            ("grid", "Transmission", "输配电费", bought, "MWh", 98.2, "CNY/MWh"),
            ("grid", "Demand charge", "需量电费", peak, "MW", 31200.0, "CNY/MW"),
            ("grid", "Sales to the grid", "上网售电收入", sold, "MWh", -210.0, "CNY/MWh"),
            ("gas", "Natural gas", "天然气", gas, "kNm3", 3200.0, "CNY/kNm3"),
        ):
            lines.append(
                BillLine(asset, month, item, item_zh, amount, unit, price, price_unit, amount * price, "§ 5")
            )
    for asset, item, item_zh, size, unit, price in (
        ("pv", "Annuity PV", "光伏年金", 470.0, "MW", 226_800.0),
        ("wind", "Annuity wind", "风电年金", 430.0, "MW", 366_200.0),
        ("battery", "Annuity battery", "储能年金", 640.0, "MWh", 92_660.0),
        ("electrolyser", "Annuity electrolyser", "电解槽年金", 121.0, "MW", 305_100.0),
    ):
        lines.append(BillLine(asset, "all", item, item_zh, size, unit, price, f"CNY/{unit}", size * price))
    keys = {
        "Energy": "energy",
        "Transmission": "transmission",
        "Demand charge": "demand",
        "Natural gas": "fuel",
        "Sales to the grid": "sales",
    }
    terms: dict[str, float] = {}
    for line in lines:
        term = keys.get(line.item, "investment")
        terms[term] = terms.get(term, 0.0) + line.amount
    titles = {
        "energy": ("Electricity bought", "购电费"),
        "transmission": ("Transmission", "输配电费"),
        "demand": ("Capacity charge", "容（需）量电费"),
        "fuel": ("Fuels", "燃料费"),
        "sales": ("Sales", "销售收入"),
        "investment": ("Investment (annuity)", "投资年金"),
    }
    return Bill("CNY", tuple(lines), terms, titles)


def _accounts(flows: Flows) -> dict[str, Reading]:
    hours = flows.clock.step_hours
    bought = float(flows.rates["grid", "buy"].sum() * hours)
    gas = float(flows.rates["gas", "buy"].sum() * hours)
    listed = (
        ("grid_energy", "MWh", "Bought from the grid", "网购电量", bought, "O"),
        ("co2_grid", "tCO2", "CO2 of grid power", "外购电碳排放", bought * 0.7, "2"),
        ("co2_fuel", "tCO2", "CO2 of fuels", "化石燃料碳排放", gas * 2.16, "R"),
        ("energy_use", "tce", "Energy used", "综合能耗", bought * 0.1229 + gas * 1.33, "O"),
        ("green_share", "1", "Green share", "绿电占比", 0.742, ""),
    )
    return {
        n: Reading(Account(n, u, Form(), t, z, "§ 2", "https://example.org/factor", m), v)
        for n, u, t, z, v, m in listed
    }


CAPACITIES = (
    Capacity("pv", "capacity", 50, 470, "MW"),
    Capacity("wind", "capacity", 0, 430, "MW"),
    Capacity("battery", "capacity", 0, 640, "MWh"),
    Capacity("battery", "power", 0, 160, "MW"),
    Capacity("electrolyser", "capacity", 0, 121, "MW"),
    Capacity("h2-tank", "capacity", 0, 71234.5, "kg"),
    Capacity("gas-boiler", "capacity", 500, 0, "GJ/h"),
    Capacity("e-boiler", "capacity", 0, 200, "GJ/h"),
    Capacity("direct-line", "capacity", 700, 0, "MW"),
    Capacity("grid", "capacity", 400, 0, "MW"),
)
ASSUMPTIONS = (
    Assumption(
        "assets.pv.capacity.investment",
        "2.9 CNY/W",
        "CPIA roadmap 2024 https://example.org/cpia",
        "2",
        "2024-02",
        "EPC",
    ),
    Assumption("tariffs.industrial.flat_price", "420 CNY/MWh", "Grid company notice", "O", "2025-06", ""),
    Assumption(
        "assets.battery.capacity.investment",
        "900 CNY/kWh",
        "",
        "R",
        "2025-01",
        "recalled <script>alert(1)</script>",
    ),
    Assumption("assets.h2-tank.capacity.investment", "3000 CNY/kg", "", "", "", ""),
)


def build_outcome(
    start: str = "2025-01-01",
    days: int = 365,
    step: int = 60,
    zone: str = "Asia/Shanghai",
    status: str = "optimal",
) -> Outcome:
    """The sample park over any period; ``read`` leaves out what only a plan has."""
    data = _park_data(start, days, step, zone)
    carriers = {name: carrier["unit"] for name, carrier in data["carriers"].items()}
    context = UnitReading(carriers, {name: node["carrier"] for name, node in data["nodes"].items()}, "CNY")
    spec = ParkFile.model_validate(data, context=context)
    clock = _clock(start, days, step, zone)
    profiles = _profiles(clock)
    used = {"pv": spec.assets["pv"].availability, "wind": spec.assets["wind"].availability}
    used |= {
        n: spec.assets[a].profile for n, a in (("smelter",) * 2, ("magnets",) * 2, ("steam", "steam-users"))
    }
    arrays = {series.key: profiles[name] for name, series in used.items()}
    packs = {name: _pack(*titles) for name, titles in PACKS.items()}
    notes = ("profiles.csv: synthetic (seed 7)", "weather.csv: 3 gaps filled by interpolation")
    park = Park(Path("sample"), spec, clock, arrays, packs, ASSUMPTIONS, notes)
    rates = _rates(clock, profiles)
    flows = Flows(clock, rates, net_flows(park, rates), park.carriers_by_node)
    short = rates["grid", "buy"] > 0
    peak = (clock.hour_of_day >= 17) & (clock.hour_of_day < 22)
    prices = {
        "bus": np.where(short, np.where(peak, 640.0, 430.0), 210.0),
        "plateau": np.where(short, 421.4, 205.8),
        "steam": np.where(short, 103.0, 60.0),
        "h2-main": np.where(short, 21.3, 14.9),
    }
    bill = _bill(clock, rates)
    planned = status == "optimal"
    return Outcome(
        park,
        status,
        flows,
        CAPACITIES,
        _accounts(flows),
        bill,
        _rules(),
        prices if planned else {},
        Certificate(3.1e-7, 2.2e-13, 4.0e-9, bill.total, bill.total * (1 - 3.1e-7)) if planned else None,
        SolverRecord("highs-ipx", 41.3, 97, 412345, 298765, 1534567, 2.1) if planned else None,
        ("capacity charge by contracted kVA instead of monthly peak: 3.1 million CNY dearer",)
        if planned
        else (),
    )


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    """A planned year."""
    return build_outcome()


@pytest.fixture(scope="session")
def read_outcome() -> Outcome:
    """Ten days of accounts over given flows: no prices, no certificate."""
    return build_outcome(days=10, status="read")


@pytest.fixture(scope="session")
def build() -> Callable[..., Outcome]:
    """The builder itself, for other periods."""
    return build_outcome
