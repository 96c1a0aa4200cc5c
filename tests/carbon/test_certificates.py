"""The register of certificates: all faults at once, nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.carbon.test_attribution import GRID, RATES, flows_of, two_tenants
from tests.carbon.test_command import PARK
from typer.testing import CliRunner

from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.certificates import Certificate, double_claims, read_register
from zeropark.carbon.origins import CANCELLED, SAME_HOUR
from zeropark.carbon.tenants import tenants_of
from zeropark.cli.app import app
from zeropark.clock import Clock
from zeropark.errors import InputError

HEAD = "certificate,supply,from,to,mwh,cancelled_for,cancelled_on\n"
HOUR0 = "2025-01-01 00:00,2025-01-01 01:00"
DAY = "2025-01-01 00:00,2025-01-01 03:00"


def register(tmp_path, *rows):
    file = tmp_path / "certificates.csv"
    file.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return read_register(file, file.name, "UTC", ("a", "b"), ("pv", "grid"))


def faults_of(tmp_path, *rows):
    with pytest.raises(InputError) as error:
        register(tmp_path, *rows)
    return error.value.faults


def park_with(make_park, tmp_path, *rows, contracts=None):
    (tmp_path / "c.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    park = two_tenants(make_park, contracts)
    carbon = park.spec.carbon.model_copy(update={"certificates": "c.csv"})
    return replace(park, folder=tmp_path, spec=park.spec.model_copy(update={"carbon": carbon}))


def test_all_faults_are_told_at_once(tmp_path):
    faults = faults_of(
        tmp_path,
        f"c1,far,{HOUR0},2,a,2025-02-01",
        f"c1,far,{HOUR0},2,b,2025-02-02",
        f"c2,far,{HOUR0},-1,,",
        f"c3,pw,{HOUR0},1,aa,2025-02-01",
        "c4,far,2025-01-01 02:00,2025-01-01 01:00,1,a,",
    )
    text = "\n".join(map(str, faults))
    assert "certificates.csv:4: mwh: found '-1'" in text
    assert "certificates.csv:5: cancelled_for: found unknown tenant 'aa'" in text
    assert "certificates.csv:6: to:" in text
    assert "certificates.csv:6: cancelled_on: found nothing" in text
    assert "certificates.csv:3: certificate: found 'c1' cancelled again, for 'b'" in text


def test_a_certificate_bought_twice_is_told_from_one_cancelled_twice(tmp_path):
    (fault,) = faults_of(tmp_path, f"c1,far,{HOUR0},2,,", f"c1,far,{HOUR0},2,,")
    assert (fault.line, fault.found) == (3, "'c1' bought again")


def test_a_name_in_other_letters_is_the_same_certificate_and_the_same_plant(tmp_path):
    (fault,) = faults_of(tmp_path, f"c1,far,{HOUR0},2,a,2025-02-01", f"C 1,far,{HOUR0},2,b,2025-02-01")
    assert fault.found == "'C 1' cancelled again, for 'b'"
    (fault,) = faults_of(tmp_path, f"c1,PV,{HOUR0},2,a,2025-02-01")
    assert (fault.found, fault.hint) == ("'PV'", "did you mean 'pv'?")
    file = tmp_path / "certificates.csv"
    file.write_text(HEAD + f"c1,Solar farm Damao,{HOUR0},2,a,2025-02-01\n", encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'pv'"):
        read_register(file, file.name, "UTC", ("a",), ("pv",), {"Solar farm Damao": "pv"})


def test_a_certificate_cannot_be_cancelled_before_it_was_generated(tmp_path):
    (fault,) = faults_of(tmp_path, f"c1,far,{HOUR0},2,a,2024-12-31")
    assert (fault.field, fault.found) == ("cancelled_on", "2024-12-31")


def test_what_is_cancelled_in_days_to_come_does_not_count(tmp_path):
    (fault,) = faults_of(tmp_path, f"c1,far,{HOUR0},2,a,2199-01-01")
    assert (fault.field, fault.found) == ("cancelled_on", "2199-01-01")
    assert fault.expected.startswith("a day up to today, 20")


def test_check_reads_the_register(tmp_path):
    """So that the fault is told with all others, before anyone has meters."""
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    (tmp_path / "register.csv").write_text(
        HEAD + "C-1,outside,2025-03-01 00:00,2025-03-01 01:00,1,nobody,2025-03-02\n"
    )
    done = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert done.exit_code == 1
    assert "register.csv:2: cancelled_for: found unknown tenant 'nobody'" in " ".join(done.stderr.split())
    (tmp_path / "register.csv").unlink()
    assert "no readable file" in CliRunner().invoke(app, ["check", str(tmp_path)]).stderr


def test_an_hour_that_the_clock_repeats_needs_its_offset(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(HEAD + "c1,far,2025-10-26 02:00,2025-10-26 03:00,1,,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"c.csv:2: from: .*needs its offset"):
        read_register(file, file.name, "Europe/Berlin", (), ())
    file.write_text(HEAD + "c1,far,2025-10-26 02:00+02:00,2025-10-26 02:00+01:00,1,,\n", encoding="utf-8")
    (one,) = read_register(file, file.name, "Europe/Berlin", (), ())
    assert one.hours == 1


def test_a_load_has_no_certificates(make_park, tmp_path):
    park = park_with(make_park, tmp_path, f"c1,load-a,{HOUR0},2,a,2025-02-01", f"c2,pv,{HOUR0},1,,")
    with pytest.raises(InputError) as error:
        attribution_of(park, flows_of(park, RATES))
    assert [(f.line, f.field) for f in error.value.faults] == [(2, "supply"), (3, "mwh")]
    assert error.value.faults[0].found == "'load-a', which brings no electricity"
    assert error.value.faults[1].found == "1 MWh more than was metered: certificates for 1 MWh"
    assert error.value.faults[1].hint == "0 MWh from 2025-01-01 00:00 to 2025-01-01 01:00"


def test_a_missing_column_is_told_with_the_nearest(tmp_path):
    file = tmp_path / "r.csv"
    file.write_text("certificate,supply,from,to,MWH,cancelled_for,cancelled_on\n")
    with pytest.raises(InputError, match="mwh: found no such column"):
        read_register(file, file.name, "UTC", (), ())


def test_more_than_was_metered_is_a_double_claim(make_park, tmp_path):
    """The sun gave 0, 5 and 10: 16 over the three hours, or 6 in the second one, are too many."""
    for rows in (
        (f"c1,pv,{DAY},10,,", f"c2,pv,{DAY},6,,"),
        ("c1,pv,2025-01-01 01:00,2025-01-01 02:00,6,,",),
        ("c1,pv,2025-01-01 00:00,2025-01-01 02:00,4,,", "c2,pv,2025-01-01 01:00,2025-01-01 02:00,2,,"),
    ):
        park = park_with(make_park, tmp_path, *rows)
        with pytest.raises(InputError, match=r"1 MWh (claimed twice|more than was metered)"):
            attribution_of(park, flows_of(park, RATES))
    park = park_with(make_park, tmp_path, f"c1,pv,{DAY},10,,", "c2,pv,2025-01-01 01:00,2025-01-01 02:00,5,,")
    attribution_of(park, flows_of(park, RATES))


def test_what_others_were_given_cannot_be_cancelled_for_a_tenant(make_park, tmp_path):
    """B was given 5 × 2/6 + 10 × 2/9 of the sun and 3.33 were sold: 9 for B are too many."""
    park = park_with(make_park, tmp_path, f"c1,pv,{DAY},9,b,2025-02-01")
    with pytest.raises(InputError, match=r"1.77778 MWh of 'pv' for 'b' that others were given"):
        attribution_of(park, flows_of(park, RATES))


def test_certificates_cover_grid_electricity_over_the_period_or_in_their_hour_alone(make_park, tmp_path):
    """A has 4 of the grid in hour 0 and 1 in hour 1. A day's certificate of 3 covers 3 on the market basis and no hour;
    one of hour 0 covers both."""
    park = park_with(make_park, tmp_path, f"c1,far,{DAY},3,a,2025-02-01")
    found = attribution_of(park, flows_of(park, RATES))
    assert found.operating_co2("load-a", "market").tonnes == pytest.approx(2 * 0.8)
    assert found.operating_co2("load-a", "hourly").tonnes == pytest.approx(5 * 0.8)
    assert found.operating_co2("load-a", "location").tonnes == pytest.approx(5 * 0.6)
    park = park_with(make_park, tmp_path, f"c1,far,{HOUR0},3,a,2025-02-01")
    found = attribution_of(park, flows_of(park, RATES))
    assert found.operating_co2("load-a", "hourly").tonnes == pytest.approx(2 * 0.8)
    names = [o.name for o in found.origins]
    assert found.by_origin("load-a", "hourly")[names.index(SAME_HOUR)] == pytest.approx(3)
    assert found.by_origin("load-a", "market")[names.index(CANCELLED)] == pytest.approx(3)
    assert GRID["residual"] == 0.8
    (a,) = tenants_of(park, found, slice(None), "a")
    # load: 4 + 13/3 + 40/9; clean: 10/3 + 40/9 of the sun and 3 by certificates of that hour
    assert a.score == pytest.approx((10 / 3 + 40 / 9 + 3) / (4 + 13 / 3 + 40 / 9))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 5000))
def test_a_double_claim_is_found_where_no_way_of_giving_serves_all(seed):
    """Hall's condition over all intervals, checked beside the giving by earliest end."""
    park_clock = _clock()
    rng = np.random.default_rng(seed)
    generated = rng.integers(0, 5, 4).astype(float)
    times = park_clock.times_utc
    made = []
    for line in range(int(rng.integers(1, 5))):
        a = int(rng.integers(0, 4))
        b = int(rng.integers(a, 4))
        made.append((a, b, Certificate(f"c{line}", "pv", times[a], times[b] + park_clock.step,
                                       float(rng.integers(1, 6)), "", "", line + 2)))  # fmt: skip
    short = any(
        sum(c.mwh for x, y, c in made if a <= x and y <= b) > generated[a : b + 1].sum() + 1e-9
        for a in range(4) for b in range(a, 4)
    )  # fmt: skip
    faults = double_claims([c for _, _, c in made], {"pv": generated}, park_clock, "r.csv")
    assert bool(faults) == short


def _clock():
    return Clock(datetime(2025, 1, 1, tzinfo=UTC), timedelta(hours=1), 4, ZoneInfo("UTC"))
