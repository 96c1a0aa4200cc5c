"""Every limit and every correction beside a case worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.efficiency.plants import CARRIERS, NODES, at_rate, only, plant

from zeropark.park.limits import limits, standards
from zeropark.park.model import Park

CASES = {
    f"{path.stem}/{case['limit']}": []
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
}
for _path in sorted((Path(__file__).parent / "cases").glob("*.yaml")):
    for _case in yaml.safe_load(_path.read_text(encoding="utf-8")):
        CASES[f"{_path.stem}/{_case['limit']}"].append(_case)
FLAT = [(limit, case) for limit, cases in CASES.items() for case in cases]
OUTPUT_T_PER_H = 10.0


@pytest.mark.parametrize(("limit", "case"), FLAT, ids=[limit for limit, _ in FLAT])
def test_limit_beside_hand_work(make_park: Callable[..., Park], limit: str, case: dict[str, Any]) -> None:
    process = {"limit": limit, "corrections": case.get("corrections", {})}
    assets, sections = plant(case["taken"], case.get("given", {}), process)
    carriers = {**CARRIERS, "product": {**CARRIERS["product"], **case.get("product", {})}}
    park = make_park(assets, {**NODES, "out": "product"}, steps=24, carriers=carriers, **sections)
    found = only(park, at_rate(park, {"works": OUTPUT_T_PER_H}))
    expect = case["expect"]
    assert found.levels == pytest.approx(expect["levels"], abs=1e-9)
    assert found.indicator == pytest.approx(expect["indicator"], abs=1e-9)
    assert found.level == expect["level"]
    assert found.level_1.per_tonne == pytest.approx(expect["gap_1"], abs=1e-9)
    assert found.level_2.per_tonne == pytest.approx(expect["gap_2"], abs=1e-9)
    to_kgce = 1 if found.unit == "kgce/t" else 1000
    assert found.level_2.kgce_per_t == pytest.approx(expect["gap_2"] * to_kgce, abs=1e-6)
    assert found.level_2.tce_per_year == pytest.approx(
        expect["gap_2"] * to_kgce / 1000 * OUTPUT_T_PER_H * 8760, abs=1e-6
    )


def test_every_limit_and_correction_has_a_case() -> None:
    missing = set(limits()) - set(CASES)
    assert not missing
    assert set(CASES) == set(limits())
    for name, chosen in limits().items():
        for key, correction in chosen.limit.corrections.items():
            shares = [float(str(case["corrections"][key]).rstrip(" %")) / 100 for case in CASES[name]]
            assert any(correction.of(share) != 0 for share in shares), f"no case moves {name} by {key}"
            if correction.most is not None:
                assert any(
                    correction.of(share) == pytest.approx(correction.of(0.0)) for share in shares if share
                )


def test_days_in_force() -> None:
    steel = standards()["gb-21256-2025"]
    assert steel.in_force_on(date(2026, 6, 30)) is False
    assert steel.in_force_on(date(2026, 7, 1)) is True
    assert standards()["gb-47835-2026"].in_force_on(date(2030, 1, 1)) is None


def test_every_standard_says_where_it_comes_from() -> None:
    assert set(standards()) == {
        "gb-21256-2025", "gb-21342-2025", "gb-29435-2025", "gb-29447-2026", "gb-47835-2026"
    }  # fmt: skip
    for standard in standards().values():
        assert standard.mark == "2"
        assert standard.source
        assert standard.date
        assert standard.electricity == pytest.approx(0.1229)
