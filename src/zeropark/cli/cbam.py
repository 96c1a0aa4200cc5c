"""The command ``cbam``"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from zeropark.carbon.attribution import attribution_of
from zeropark.cbam.cost import CostOptions, product_cost
from zeropark.cbam.engine import assess
from zeropark.cbam.from_park import installation_of
from zeropark.cbam.levers import levers_of
from zeropark.cbam.model import DEFINITIVE, TRANSITIONAL, Installation, Regime
from zeropark.cbam.read_json import read_example
from zeropark.cbam.read_template import read_template
from zeropark.cbam.result import CbamResult
from zeropark.cbam.workbook import write_workbook
from zeropark.cbam.write import document_of
from zeropark.cli.given import PeriodOption, outcome_of
from zeropark.cli.options import AsJson, Overrides, pairs, require_writable
from zeropark.cli.progress import bar
from zeropark.cli.say_cbam import say_cbam
from zeropark.errors import Fault, InputError, nearest
from zeropark.park.cbam_spec import CbamSpec
from zeropark.park.period import period_of
from zeropark.passport.cbam_page import page_of

REGIME_WORDS: dict[str, Regime] = {
    "transitional": TRANSITIONAL,
    TRANSITIONAL: TRANSITIONAL,
    "2023/1773": TRANSITIONAL,
    "definitive": DEFINITIVE,
    DEFINITIVE: DEFINITIVE,
    "2025/2547": DEFINITIVE,
}


READ = (".json", ".xlsx", ".xlsm")
NOT_READ = (".xls", ".xlsb", ".ods", ".csv", ".pdf")

FileArgument = Annotated[
    Path,
    typer.Argument(
        help="The Commission's template, filled (.xlsx), a worked example (.json), or a park with its flows.",
        show_default=False,
    ),
]
RegimeOption = Annotated[
    str | None,
    typer.Option(help="transitional or definitive; default: what the file says.", show_default=False),
]
YearOption = Annotated[int, typer.Option(help="Year of import, for mark-ups, benchmarks and CBAM factor.")]
PriceOption = Annotated[
    float | None,
    typer.Option(
        "--price", help="EUR per certificate; default: the last published quarter.", min=0, show_default=False
    ),
]
PaidOption = Annotated[
    float,
    typer.Option("--paid", help="Carbon price paid in the country of origin, EUR per tonne of good.", min=0),
]
RouteOption = Annotated[str, typer.Option(help="Letter of the benchmark's production route, A to L.")]
TonnesOption = Annotated[
    float | None, typer.Option(help="Tonnes of a consignment.", min=0, show_default=False)
]
CbamFlowsOption = Annotated[
    Path | None,
    typer.Option("--flows", help="Park only: table of metered flows; default: planned.", show_default=False),
]
CbamOutOption = Annotated[
    Path | None, typer.Option("--out", help="Folder for JSON, workbook and page.", show_default=False)
]


def cbam_command(
    file: FileArgument,
    regime: RegimeOption = None,
    year: YearOption = 2026,
    price: PriceOption = None,
    paid: PaidOption = 0.0,
    route: RouteOption = "",
    tonnes: TonnesOption = None,
    flows: CbamFlowsOption = None,
    period: PeriodOption = None,
    overrides: Overrides = None,
    out: CbamOutOption = None,
    as_json: AsJson = False,
) -> None:
    """Embedded emissions under the EU's carbon border mechanism, and what they cost. 欧盟碳边境调节机制"""
    chosen = _regime(regime)
    if out is not None:
        require_writable(out)
    spec: CbamSpec | None = None
    if file.suffix.lower() in (*READ, *NOT_READ):
        installation = _from_file(file)
    else:
        installation, spec = _from_park(file, flows, period, pairs(overrides), as_json)
    options = CostOptions(year, price, route.upper(), paid)
    result = assess(replace(installation, regime=chosen) if chosen else installation)
    costs = tuple(product_cost(result, product, options) for product in result.products)
    document = document_of(result, costs)
    if out is not None:
        _write(
            out, result, document, page_of(result, levers_of(spec) if spec else None, options, tonnes), spec
        )
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        say_cbam(result, costs, tonnes)


def _from_park(
    park: Path, flows: Path | None, period: str | None, overrides: dict[str, str], quiet: bool
) -> tuple[Installation, CbamSpec | None]:
    """The installation of a park over a period, its electricity attributed hour by hour; and its section ``cbam``."""
    with bar(quiet=quiet) as progress:
        outcome = outcome_of(park, flows, overrides, progress, quiet)
        when = period_of(period, outcome.park.clock)
        progress("attribute electricity", 0.0)
        attribution = attribution_of(outcome.park, outcome.flows)
        found = installation_of(outcome.park, outcome.flows, when, attribution)
        return found, outcome.park.spec.cbam


def _regime(told: str | None) -> Regime | None:
    if told is None:
        return None
    found = REGIME_WORDS.get(told.strip().lower())
    if found is None:
        fault = Fault(
            "--regime", None, "regime", f"'{told}'", "transitional or definitive", nearest(told, REGIME_WORDS)
        )
        raise InputError([fault])
    return found


def _from_file(file: Path) -> Installation:
    if not file.is_file():
        raise InputError(
            [Fault(str(file), None, "file", "no such file", "a .json or .xlsx file, or a park folder")]
        )
    if file.suffix.lower() in NOT_READ:
        found, expected = (
            f"a file of the kind {file.suffix}",
            "the template as .xlsx, or a worked example as .json",
        )
        raise InputError([Fault(str(file), None, "file", found, expected, "save it as .xlsx")])
    return read_example(file) if file.suffix.lower() == ".json" else read_template(file)


def _write(
    out: Path, result: CbamResult, document: dict[str, object], page: str, spec: CbamSpec | None
) -> None:
    """``cbam.json``, ``cbam.xlsx`` and ``cbam.html``."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=2)
    (out / "cbam.json").write_text(text + "\n", encoding="utf-8")
    (out / "cbam.html").write_text(page, encoding="utf-8")
    write_workbook(result.source, result, out / "cbam.xlsx", _about(spec))


def _chinese(spec: CbamSpec | None) -> dict[str, str]:
    """Names of a park's installation, processes and goods, and what they are called in Chinese."""
    if spec is None:
        return {}
    found = {spec.installation.name: spec.installation.name_zh}
    found |= {process.name or key: process.name_zh for key, process in spec.processes.items()}
    found |= {good.name or key: good.name_zh for key, good in spec.goods.items()}
    return {name: chinese for name, chinese in found.items() if chinese}


def _about(spec: CbamSpec | None) -> dict[str, str]:
    """What sheet A of the workbook tells of a park's installation."""
    if spec is None:
        return {}
    told = {
        key: str(value) for key, value in spec.installation.model_dump().items() if value not in (None, "")
    }
    return {**told, "name_local": spec.installation.name_zh}
