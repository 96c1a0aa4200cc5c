"""The command ``cbam``"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from zeropark.carbon.attribution import attribution_of
from zeropark.cbam.cost import CostOptions, ProductCost, allocation_factor, product_cost
from zeropark.cbam.engine import assess
from zeropark.cbam.from_park import about_of, chinese_of, installation_of
from zeropark.cbam.levers import levers_of
from zeropark.cbam.model import Installation, Regime
from zeropark.cbam.plausible import import_controls
from zeropark.cbam.read_json import read_example
from zeropark.cbam.read_template import read_template
from zeropark.cbam.result import CbamResult
from zeropark.cbam.routes import route_faults
from zeropark.cbam.terms import regime_of
from zeropark.cbam.workbook import write_workbook
from zeropark.cbam.write import document_of
from zeropark.cbam.write_json import digest_of, write_json
from zeropark.cli.console import console
from zeropark.cli.given import CapacitiesOption, Given, LevelsOption, PeriodOption, outcome_of
from zeropark.cli.options import AsJson, Overrides, pairs, require_writable
from zeropark.cli.progress import bar
from zeropark.cli.say_cbam import say_cbam
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.park.model import Park
from zeropark.park.period import period_of
from zeropark.passport.cbam_page import page_of

WRITTEN = ("cbam.html", "cbam.xlsx", "cbam.json")
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
RouteOption = Annotated[
    str,
    typer.Option(help="Letter of the benchmark's production route, A to L, as the CN code has it."),
]
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
    levels: LevelsOption = None,
    capacities: CapacitiesOption = None,
    period: PeriodOption = None,
    overrides: Overrides = None,
    out: CbamOutOption = None,
    as_json: AsJson = False,
) -> None:
    """Embedded emissions under the EU's carbon border mechanism, and what they cost. 欧盟碳边境调节机制"""
    chosen = _regime(regime)
    allocation_factor(year)  # raises for a year without certificates
    if out is not None:
        require_writable(out)
    of_park: Park | None = None
    if file.suffix.lower() in (*READ, *NOT_READ):
        _require_no_park_options(file, flows, levels, capacities, period, overrides)
        installation = _from_file(file)
    else:
        installation, of_park = _from_park(
            file, Given(flows, levels, capacities, period), period, pairs(overrides), as_json
        )
    options = _costing(CostOptions(year, price, route.strip(" ()").upper(), paid), of_park)
    result = assess(replace(installation, regime=chosen) if chosen else installation)
    fail_if(route_faults(result, options))
    result = replace(result, controls=(*result.controls, *import_controls(result.source, year)))
    costs = tuple(product_cost(result, product, options) for product in result.products)
    document = document_of(result, costs)
    if out is not None:
        _write(out, result, costs, _page(result, options, tonnes, of_park), of_park)
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    say_cbam(result, costs, tonnes)
    if out is not None:
        for name in WRITTEN:
            console.print(escape(str(out / name)), soft_wrap=True)


def _require_no_park_options(
    file: Path,
    flows: Path | None,
    levels: Path | None,
    capacities: Path | None,
    period: str | None,
    overrides: list[str] | None,
) -> None:
    """A file says all of its period itself: options of a park beside it would be passed over. Raises InputError."""
    given = {
        "--flows": flows,
        "--levels": levels,
        "--capacities": capacities,
        "--period": period,
        "--set": " ".join(overrides or ()),
    }
    hint = f"{file.name} says all of its period itself; leave it out, or give a park folder"
    fail_if(
        Fault(
            option,
            None,
            option.lstrip("-"),
            f"'{value}' beside {file.name}",
            "a park: it belongs to one",
            hint,
        )
        for option, value in given.items()
        if value
    )


def _from_park(
    park: Path, given: Given, period: str | None, overrides: dict[str, str], quiet: bool
) -> tuple[Installation, Park]:
    """The installation of a park over a period, its electricity attributed hour by hour; and the park."""
    with bar(quiet=quiet) as progress:
        outcome = outcome_of(
            park, given, overrides, progress, quiet, lambda found: _require_section_and_period(found, period)
        )
        when = period_of(period, outcome.park.clock)
        progress("attribute electricity", 0.0)
        attribution = attribution_of(outcome.park, outcome.flows)
        found = installation_of(outcome.park, outcome.flows, when, attribution)
        return found, outcome.park


def _require_section_and_period(park: Park, period: str | None) -> None:
    """Raises InputError for a park without the section ``cbam``, and for a period that it does not cover."""
    if park.spec.cbam is None:
        raise InputError([Fault("park.yaml", None, "cbam", "no such section", "the section `cbam`")])
    period_of(period, park.clock)


def _costing(asked: CostOptions, park: Park | None) -> CostOptions:
    """What the command was asked, and what the park file says where it was not."""
    spec = park.spec.cbam if park is not None else None
    if spec is None:
        return asked
    price = spec.certificate_price if asked.price_eur_per_t is None else asked.price_eur_per_t
    return replace(asked, price_eur_per_t=price, paid_eur_per_tco2=spec.carbon_price_paid)


def _page(result: CbamResult, options: CostOptions, tonnes: float | None, park: Park | None) -> str:
    """The page, with a park's own levers and Chinese names."""
    spec = park.spec.cbam if park is not None else None
    return page_of(
        result,
        levers_of(spec) if spec is not None else None,
        options,
        tonnes,
        digest=digest_of(result.source),
        paid_eur_per_tco2=options.paid_eur_per_tco2,
        chinese=chinese_of(park) if park is not None else None,
    )


def _regime(told: str | None) -> Regime | None:
    if told is None:
        return None
    found = regime_of(told)
    if found is None:
        hint = nearest(told, ("transitional", "definitive"))
        fault = Fault("--regime", None, "regime", f"'{told}'", "transitional or definitive", hint)
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
    out: Path, result: CbamResult, costs: tuple[ProductCost, ...], page: str, park: Park | None
) -> None:
    """``cbam.json`` with the installation that its figures follow from, ``cbam.xlsx`` and ``cbam.html``."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_json(result, out / "cbam.json", costs)
        (out / "cbam.html").write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError([Fault("--out", None, "out", str(error), "a folder that can be written")]) from error
    about = about_of(park) if park is not None else {}
    write_workbook(result.source, result, out / "cbam.xlsx", about, digest_of(result.source))
