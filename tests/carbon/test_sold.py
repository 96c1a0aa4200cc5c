"""Certificates of the park's own plants that somebody outside has: what they stood for is nobody's green power here."""

from dataclasses import replace

import pytest
from tests.carbon.test_attribution import RATES, flows_of, two_tenants
from tests.carbon.test_certificates import DAY, HOUR0

from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.certificates import read_register
from zeropark.carbon.from_park import sold_of
from zeropark.carbon.tenants import residuals, tenants_of
from zeropark.errors import InputError

HEAD = "certificate,supply,from,to,mwh,cancelled_for,cancelled_on,sold_to,sold_on\n"
A_HAS, B_HAS, EXPORTED = 70 / 9, 35 / 9, 10 / 3
"""Of the sun's 0, 5 and 10 MWh: A 5 · 2/3 + 10 · 4/9, B half of that, the rest is sold with the mix of the bus."""


def attributed(make_park, tmp_path, *rows, contracts=None):
    (tmp_path / "c.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    park = two_tenants(make_park, contracts)
    carbon = park.spec.carbon.model_copy(update={"certificates": "c.csv"})
    park = replace(park, folder=tmp_path, spec=park.spec.model_copy(update={"carbon": carbon}))
    return park, attribution_of(park, flows_of(park, RATES))


def test_what_was_sold_counts_as_green_for_nobody(make_park, tmp_path):
    """9 MWh sold, 3.33 of them left the park; 5.67 of the 11.67 that stayed are no green power, for A and B alike."""
    park, found = attributed(make_park, tmp_path, f"c1,pv,{DAY},9,,,Trader Ltd,2025-02-01")
    share = (9 - EXPORTED) / (A_HAS + B_HAS)
    for load, grid, sun in (("load-a", 5, A_HAS), ("load-b", 2.5, B_HAS)):
        for basis in ("market", "hourly"):
            assert found.operating_co2(load, basis).tonnes == pytest.approx((grid + sun * share) * 0.8)
        assert found.operating_co2(load, "location").tonnes == pytest.approx(grid * 0.6)
        assert found.co2_910(load).tonnes == pytest.approx((grid + sun * share) * 0.8325)
    at = [o.name for o in found.origins].index(sold_of("pv"))
    inside = sum(found.by_origin(load, "market")[at] for load in found.consumers)
    assert inside == pytest.approx(9 - EXPORTED)
    assert max(abs(gap) for gap in residuals(found, slice(None)).values()) < 1e-9
    a, _ = tenants_of(park, found, slice(None))
    assert a.score == pytest.approx(A_HAS * (1 - share) / (A_HAS + 5))


def test_certificates_of_what_left_the_park_take_nothing_from_those_who_stay(make_park, tmp_path):
    _, found = attributed(make_park, tmp_path, f"c1,pv,{DAY},3,,,Trader Ltd,2025-02-01")
    assert found.operating_co2("load-a", "market").tonnes == pytest.approx(5 * 0.8)


def test_who_holds_certificates_keeps_its_green_power(make_park, tmp_path):
    """B's own were cancelled for it: all of the 5.67 is A's."""
    rows = (f"c1,pv,{DAY},9,,,Trader Ltd,2025-02-01", f"c2,pv,{DAY},{B_HAS:.12f},b,2025-02-01,,")
    _, found = attributed(make_park, tmp_path, *rows)
    for basis in ("market", "hourly"):
        assert found.operating_co2("load-b", basis).tonnes == pytest.approx(2.5 * 0.8)
        assert found.operating_co2("load-a", basis).tonnes == pytest.approx((5 + 9 - EXPORTED) * 0.8)


def test_a_contract_without_the_certificate_is_no_green_power(make_park, tmp_path):
    """All of the sun is contracted to B; half of what stays is sold."""
    stays = A_HAS + B_HAS
    row = f"c1,pv,{DAY},{EXPORTED + stays / 2:.12f},,,Trader Ltd,2025-02-01"
    _, found = attributed(make_park, tmp_path, row, contracts={"ppa": {"tenant": "b", "supply": "pv"}})
    need = (
        2 + 6.5 / 3 + 20 / 9
    )  # over the period all of B's need is met by its contract, half of it without certificate
    assert found.operating_co2("load-b", "market").tonnes == pytest.approx(need / 2 * 0.8)


def test_the_same_kilowatt_hour_is_not_sold_and_kept(make_park, tmp_path):
    """15 were generated."""
    rows = (f"c1,pv,{DAY},12,,,Trader Ltd,2025-02-01", f"c2,pv,{DAY},4,b,2025-02-01,,")
    with pytest.raises(InputError, match=r"1 MWh claimed twice: certificates for 16 MWh"):
        attributed(make_park, tmp_path, *rows)
    with pytest.raises(InputError, match=r"'grid', which is no green power"):
        attributed(make_park, tmp_path, f"c1,grid,{DAY},1,,,Trader Ltd,2025-02-01")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            f"c1,pv,{HOUR0},1,a,2025-02-01,Trader Ltd,2025-02-01",
            "sold_to: found 'Trader Ltd', and cancelled for 'a'",
        ),
        (f"c1,pv,{HOUR0},1,,,b,2025-02-01", "sold_to: found 'b', a tenant of the park"),
        (f"c1,pv,{HOUR0},1,,,Trader Ltd,", "sold_on: found nothing, but sold_to Trader Ltd"),
        (f"c1,pv,{HOUR0},1,,,,2025-02-01", "sold_to: found nothing, but sold_on 2025-02-01"),
        (
            f"c1,pv,{HOUR0},1,,,Trader Ltd,2024-12-31",
            "sold_on: found 2024-12-31; expected a day from 2025-01-01 on",
        ),
        (f"c1,far,{HOUR0},1,,,Trader Ltd,2025-02-01", "supply: found 'far', which is no asset of the park"),
        (f"c0,pv,{HOUR0},1,,,Trader Ltd,2025-02-01", "'c0' sold again, to 'Trader Ltd'"),
        (f"c0,pv,{HOUR0},1,a,2025-02-01,,", "'c0' cancelled for 'a'"),
    ],
)
def test_faults_of_a_sale(tmp_path, row, told):
    file = tmp_path / "c.csv"
    file.write_text(HEAD + f"c0,pv,{HOUR0},1,,,Other Ltd,2025-02-01\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_register(file, file.name, "UTC", ("a", "b"), ("pv", "grid"))
    assert any(told in str(fault) for fault in error.value.faults), str(error.value)
