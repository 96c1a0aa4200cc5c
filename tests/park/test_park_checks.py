"""Names, units and the graph: each case edits the tiny park and names the faults that must follow."""

import copy
from pathlib import Path

import pytest
import yaml

from zeropark.errors import Fault, InputError
from zeropark.park.checks import graph_faults, reference_faults, series_in
from zeropark.park.read import read_park, reading_of
from zeropark.park.spec import ParkFile

TINY = Path(__file__).parent / "tiny"


class Text(yaml.SafeLoader):
    """YAML with days as text, as zeropark reads them."""


Text.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
DATA = yaml.load((TINY / "park.yaml").read_text(encoding="utf-8"), Loader=Text)


def spec_of(**edits: object) -> ParkFile:
    """The tiny park with ``assets__pv__node="x"`` put in; the value None takes the key out."""
    data = copy.deepcopy(DATA)
    for dotted, value in edits.items():
        here = data
        *sections, last = dotted.split("__")
        for section in sections:
            here = here.setdefault(section, {})
        if value is None:
            del here[last]
        else:
            here[last] = copy.deepcopy(value)
    return ParkFile.model_validate(data, context=reading_of(data))


def faults_of(**edits: object) -> list[Fault]:
    faults = graph_faults(spec_of(**edits), lambda path: len(path), "park.yaml")
    for fault in faults:
        assert fault.file == "park.yaml"
        assert fault.line == len(fault.field.split(".")) or "." in fault.field
        assert fault.found
        assert fault.expected
    return faults


def only(**edits: object) -> Fault:
    faults = faults_of(**edits)
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


def test_the_tiny_park_is_fine():
    assert faults_of() == []
    park = read_park(TINY)
    assert len(park.assets) == 12
    assert [".".join(map(str, path)) for path, _ in series_in(park.spec)] == [
        "assets.pv.availability",
        "assets.smelter.profile",
        "assets.gas-supply.buy.price",
    ]


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "field", "found", "hint"),
    [
        ({"assets__pv__node": "hal"}, "assets.pv.node", "unknown node 'hal'", "did you mean 'hall'?"),
        ({"assets__line": {"kind": "connection", "from": "gird", "to": "hall", "capacity": 1}},
         "assets.line.from", "unknown node 'gird'", "did you mean 'grid'?"),
        ({"assets__line__to": "hal"}, "assets.line.to", "unknown node 'hal'", "did you mean 'hall'?"),
        ({"assets__battery__node": "zzz"}, "assets.battery.node", "unknown node 'zzz'", "there are grid"),
        ({"assets__furnace__inputs__boilerhouse": 1}, "assets.furnace.inputs.boilerhouse",
         "unknown node 'boilerhouse'", "did you mean 'boiler-house'?"),
        ({"assets__boiler__modes__gas__inputs": {"gass": 0.03}}, "assets.boiler.modes.gas.inputs.gass",
         "unknown node 'gass'", "did you mean 'gas'?"),
        ({"nodes__gas": "gass"}, "nodes.gas.carrier", "unknown carrier 'gass'", "did you mean 'gas'?"),
        ({"nodes__boiler-house__carrier": "stem"}, "nodes.boiler-house.carrier", "unknown carrier 'stem'",
         "did you mean 'steam'?"),
        ({"assets__pv__tenant": "冶炼"}, "assets.pv.tenant", "unknown tenant '冶炼'", "'冶炼厂'?"),
        ({"assets__grid__tariff": "industri"}, "assets.grid.tariff", "unknown tariff 'industri'",
         "'industry'"),
        ({"assets__pv__availability": None, "assets__pv__pv": {"weather": "her"}}, "assets.pv.pv.weather",
         "unknown weather 'her'", "did you mean 'here'?"),
        ({"assets__pv__availability__table": "load"}, "assets.pv.availability.table", "unknown table 'load'",
         "did you mean 'loads'?"),
        ({"assets__gas-supply__buy__price__table": ""}, "assets.gas-supply.buy.price.table",
         "unknown table ''", "there are loads"),
        ({"tariffs__industry": {"price": {"table": "spot", "column": "x"}}}, "tariffs.industry.price.table",
         "unknown table 'spot'", "there are loads"),
        ({"accounts__bought__terms": [{"part": "buy", "carrier": "electricty"}]},
         "accounts.bought.terms.0.carrier", "unknown carrier 'electricty'", "'electricity'"),
        ({"accounts__bought__terms": [{"part": "buy", "asset": "gird"}]}, "accounts.bought.terms.0.asset",
         "unknown asset 'gird'", "'grid'"),
        ({"accounts__bought__terms": [{"part": "buy", "kind": "markt"}]}, "accounts.bought.terms.0.kind",
         "unknown kind of asset 'markt'", "'market'"),
    ],
)  # fmt: skip
def test_unknown_names(edits, field, found, hint):
    fault = only(**edits)
    assert (fault.field, fault.found) == (field, found)
    assert hint in fault.hint


def test_all_unknown_names_at_once():
    faults = faults_of(assets__pv__node="a", assets__grid__tariff="b", assets__pv__tenant="c", nodes__gas="d")
    assert [f.field for f in faults if "unknown" in f.found] == [
        "nodes.gas.carrier", "assets.pv.node", "assets.pv.tenant", "assets.grid.tariff",
    ]  # fmt: skip
    assert not any("nothing can" in f.found for f in faults)


def test_reference_faults_stand_alone():
    faults = reference_faults(spec_of(assets__pv__node="hal"), lambda path: 3, "p.yaml")
    assert [(f.field, f.line) for f in faults] == [("assets.pv.node", 3)]


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", " a", "a ", "", "  ", "a\nb", "x" * 101])
def test_bad_names(name):
    fault = only(**{f"tenants__{name}": {"name": "x"}})
    assert "name" in fault.expected


@pytest.mark.parametrize("name", ["a-b", "a_b", "a b", "一号电炉", "A1 (east)", "x" * 100])
def test_good_names(name):
    assert faults_of(**{f"tenants__{name}": {"name": "x"}}) == []


def test_bad_mode_name():
    mode = {"inputs": {"gas": 0.03}, "outputs": {"boiler-house": 1}}
    assert only(**{"assets__boiler__modes__a:b": mode}).field == "assets.boiler.modes.a:b"


# --- units ------------------------------------------------------------------------------------------


def test_units():
    fault = only(carriers__hydrogen__unit="MW", assets__electrolyser=None, assets__tank=None,
                 assets__filling={"kind": "market", "node": "hydrogen", "sell": {}})  # fmt: skip
    assert (fault.field, fault.expected) == ("carriers.hydrogen.unit", "a unit of amount such as MWh")
    fault = only(carriers__x={"unit": "t", "kind": "electricity"}, nodes__x="x", assets__x={
        "kind": "source", "node": "x", "capacity": 1})  # fmt: skip
    assert fault.expected == "a unit of energy for electricity, such as MWh"
    assert only(tables__loads__unit="MegaFoo").field == "tables.loads.unit"
    assert only(accounts__bought__unit="MegaFoo").field == "accounts.bought.unit"
    assert only(assets__smelter__shift__window=1.5).found == "a window of 1.5 h"


def test_tariff_needs_energy():
    fault = only(**{"assets__gas-supply__tariff": "industry"})
    assert fault.field == "assets.gas-supply.tariff"
    assert fault.found == "a tariff on 'gas', which is counted in kNm3"
    assert "buy.price" in fault.hint


# --- graph ------------------------------------------------------------------------------------------


def test_carrier_and_node_without_use():
    assert only(carriers__water={"unit": "t"}).found == "a carrier without nodes"
    assert only(nodes__cellar="steam").found == "a node without any asset"


def test_connections():
    loop = {"kind": "connection", "from": "grid", "to": "grid", "capacity": 1}
    fault = only(assets__x=loop)
    assert fault.field == "assets.x.to"
    assert fault.found == "node 'grid' at both ends"
    faults = faults_of(assets__x={"kind": "connection", "from": "grid", "to": "gas", "capacity": 1})
    assert faults[0].found == "'electricity' at 'grid' but 'gas' at 'gas'"


@pytest.mark.parametrize(
    ("edits", "field", "found"),
    [
        ({"assets__boiler": None}, "assets.furnace.inputs.boiler-house",
         "nothing can bring steam to node 'boiler-house'"),
        ({"assets__furnace__capacity": 0}, "assets.customers.node", "nothing can bring oxide to node 'yard'"),
        ({"assets__gas-supply": None}, "assets.boiler.modes.gas.inputs.gas",
         "nothing can bring gas to node 'gas'"),
        ({"assets__filling": None}, "assets.electrolyser.outputs.hydrogen",
         "nothing can take hydrogen from node 'hydrogen'"),
        ({"assets__x": {"kind": "source", "node": "hydrogen", "capacity": 1, "must_run": True},
          "assets__filling": None, "assets__electrolyser": None}, "assets.x.node",
         "nothing can take hydrogen from node 'hydrogen'"),
    ],
)  # fmt: skip
def test_what_cannot_be_brought_or_taken(edits, field, found):
    faults = faults_of(**edits)
    assert (faults[0].field, faults[0].found) == (field, found)


def test_what_has_no_capacity_may_stand_idle():
    assert faults_of(assets__furnace__capacity=0, assets__customers__unserved_price=1) == []
    assert faults_of(**{"assets__gas-supply__capacity": 0}) == []


def test_island_behind_connections_and_a_storage():
    island = {
        "nodes__a": "steam", "nodes__b": "steam",
        "assets__pipe": {"kind": "connection", "from": "a", "to": "b", "capacity": 1},
        "assets__store": {"kind": "storage", "node": "a", "capacity": 5},
        "assets__use": {"kind": "demand", "node": "b", "profile": 1},
    }  # fmt: skip
    assert only(**island).found == "nothing can bring steam to node 'b'"
    assert faults_of(**{**island, "assets__store__initial": 0.5}) == []
    assert (
        faults_of(
            **island, assets__in={"kind": "connection", "from": "boiler-house", "to": "a", "capacity": 1}
        )
        == []
    )
    wrong_way = {"kind": "connection", "from": "a", "to": "boiler-house", "capacity": 1, "one_way": True}
    assert only(**island, assets__in=wrong_way).field == "assets.use.node"


def test_cause_is_named_before_what_follows():
    faults = faults_of(assets__boiler=None)
    assert [f.field for f in faults] == ["assets.furnace.inputs.boiler-house", "assets.customers.node"]
    assert faults[1].hint == "furnace could, but cannot run"


def test_a_closed_loop_of_converters_is_fine():
    edits = {
        "carriers__condensate": {"unit": "t", "kind": "water"}, "nodes__condensate": "condensate",
        "assets__boiler__modes": None, "assets__boiler__inputs": {"gas": 0.03, "condensate": 0.4},
        "assets__boiler__outputs": {"boiler-house": 1},
        "assets__furnace__outputs": {"yard": 1, "condensate": 0.8},
    }  # fmt: skip
    assert faults_of(**edits) == []


def test_rated_amount():
    fault = only(assets__furnace__outputs__yard=2)
    assert (fault.field, fault.found) == ("assets.furnace.outputs.yard", "amount 2")
    fault = only(assets__boiler__modes__gas__outputs={"boiler-house": {"table": "loads", "column": "sun"}})
    assert (fault.field, fault.found) == ("assets.boiler.modes.gas.outputs.boiler-house", "a series")
    fault = only(assets__furnace__inputs__yard=1)
    assert fault.expected == "the rated node on one side only"


def test_free_and_unlimited():
    tank = {"kind": "storage", "node": "hydrogen", "capacity": {"max": "unlimited"}}
    assert only(assets__tank=tank).found == "free, lossless and unlimited storage"
    assert only(assets__tank={**tank, "standing_loss": 0.01}).found == "free and unlimited storage"
    assert (
        faults_of(assets__tank={**tank, "capacity": {"max": "unlimited", "fixed_cost": "1 CNY/kg/year"}})
        == []
    )
    line = {"kind": "connection", "from": "grid", "to": "hall", "capacity": {"max": "unlimited"}}
    assert only(assets__line=line).found == "a free, lossless and unlimited way in circles"
    assert faults_of(assets__line={**line, "one_way": True}) == []
    assert faults_of(assets__line={**line, "loss": 0.01}) == []


# --- all together -----------------------------------------------------------------------------------


def test_lines_come_from_the_file(tmp_path):
    text = (TINY / "park.yaml").read_text(encoding="utf-8")
    (tmp_path / "loads.csv").write_bytes((TINY / "loads.csv").read_bytes())
    (tmp_path / "park.yaml").write_text(
        text.replace("node: hall\n    tenant", "node: hal\n    tenant"), encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_park(tmp_path)
    fault = caught.value.faults[0]
    assert fault.field == "assets.smelter.node"
    assert text.splitlines()[(fault.line or 0) - 1].strip() == "node: hall"
    assert len(caught.value.faults) == 1


def test_one_column_used_twice(tmp_path):
    """Two series of one column, scaled differently, keep their own values."""
    park = read_park(
        TINY, {"assets.second": "{kind: demand, node: hall, profile: {table: loads, column: 冶炼厂}}"}
    )
    profiles = [park.values(park.assets[name].profile)[0] for name in ("smelter", "second")]
    assert profiles == pytest.approx([4.4, 4.0])
