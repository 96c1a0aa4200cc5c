"""What CBAM costs: embedded emissions less the adjustment for free allocation, times the price of certificates.

Certificates due for a tonne = specific embedded emissions − specific embedded free allocation (SEFA), not below zero.
SEFA = CBAM factor × cross-sectoral factor × benchmark: with default values column B of the good; with actual values
column A of the process plus, recursively, the SEFA of its precursors [R: the text of IR (EU) 2025/2620 is not in our
files; check its Annex, points 2 to 5, and Art. 31 of Reg. (EU) 2023/956]. A carbon price paid in the country of
origin lessens the certificates (Art. 9).
"""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.cbam.carbon_price import good_price, paid_in_euro, price_notes
from zeropark.cbam.countries import country_code
from zeropark.cbam.defaults import (
    Benchmark,
    DefaultValue,
    benchmark_of,
    default_of,
    figure,
    route_letters,
    shipped_for,
)
from zeropark.cbam.goods import CLINKER_CODES, content_of, digits
from zeropark.cbam.result import CbamResult, ProcessResult, ProductResult
from zeropark.cbam.terms import LARGEST
from zeropark.errors import Fault, InputError
from zeropark.texts import both

CODE_OF_CATEGORY = {
    "hydrogen": "28041000",
    "direct reduced iron": "72031000",
    "sintered ore": "26011200",
    "ammonia": "28141000",
    "nitric acid": "28080000",
    "cement clinker": "25231000",
}
"""Categories of one code (or of one benchmark), for links of the chain that are told without a code."""

LAST_BENCHMARKS = 2030
"""The last year that the benchmarks of IR (EU) 2025/2620 are told for."""
FREE_OF_THRESHOLD = ("280410", "2716")
"""Hydrogen and electricity: the 50 t threshold does not hold for them, Reg. (EU) 2025/2083 [O]."""


@dataclass(frozen=True)
class CostOptions:
    """year: of import. price_eur_per_t: of certificates; None: the last published. route: benchmark letter.

    paid_eur_per_t: carbon price paid in the country of origin for a tonne of the good, rebates deducted.
    paid_eur_per_tco2: the same for a tonne of its emissions, deducted from actual values only; the higher one counts.
    """

    year: int = 2026
    price_eur_per_t: float | None = None
    route: str = ""
    paid_eur_per_t: float = 0.0
    paid_eur_per_tco2: float = 0.0


@dataclass(frozen=True)
class Cost:
    """What one tonne of a good costs, on one basis (``actual`` or ``default``); emissions per tonne of the good."""

    basis: str
    see_tco2e_per_t: float
    free_allocation_tco2e_per_t: float
    certificates_per_t: float
    price_eur_per_t: float
    paid_eur_per_t: float
    eur_per_t: float

    def of(self, tonnes: float) -> tuple[float, float]:
        """Certificates and EUR of a consignment."""
        net = self.eur_per_t / self.price_eur_per_t if self.price_eur_per_t else self.certificates_per_t
        return net * tonnes, self.eur_per_t * tonnes


@dataclass(frozen=True)
class ProductCost:
    """Cost of a good by actual and by default value; None where it cannot be told, and ``notes`` say why."""

    row: int
    cn_code: str
    name: str
    actual: Cost | None
    default: Cost | None
    default_value: DefaultValue | None
    notes: tuple[str, ...]


def cost_of(see: float, free_allocation: float, price: float, paid: float, basis: str) -> Cost:
    """The cost of one tonne. Raises InputError for a price or deduction below zero."""
    for name, value in (("certificate price", price), ("carbon price paid", paid)):
        if not 0 <= value <= LARGEST:
            raise InputError([Fault("cost", None, name, f"{value:g}", "0 or more, and finite")])
    certificates = max(see - free_allocation, 0.0)
    due = certificates * price
    return Cost(basis, see, free_allocation, certificates, price, min(paid, due), due - min(paid, due))


def certificate_price(options: CostOptions) -> float:
    """The user's price, or the last that is published."""
    return (
        figure("certificate_price", "2026-Q2").value
        if options.price_eur_per_t is None
        else options.price_eur_per_t
    )


def allocation_factor(year: int) -> float:
    """CBAM factor × cross-sectoral correction: how much of a benchmark is still allocated free in a year.

    Raises InputError before 2026; from 2034 on nothing is.
    """
    if year < 2026:
        raise InputError(
            [Fault("--year", None, "year", str(year), "2026 or later", "no certificates are due before")]
        )
    return figure("cbam_factor", str(min(year, 2034))).value * figure("cross_sectoral_factor", "2026").value


def below_threshold(cn_code: str, tonnes_in_year: float) -> bool:
    """Whether an importer's yearly mass stays within the 50 t below which nothing is due."""
    if digits(cn_code).startswith(FREE_OF_THRESHOLD):
        return False
    return tonnes_in_year <= figure("de_minimis", "2026").value


def product_cost(result: CbamResult, product: ProductResult, options: CostOptions) -> ProductCost:
    """What a tonne of a good costs, by actual and by default value."""
    notes: list[str] = []
    price, factor = certificate_price(options), allocation_factor(options.year)
    asked = options.route in route_letters(product.cn_code, max(min(options.year, LAST_BENCHMARKS), 2026))
    chosen = options.route if asked else _route_told(result, product)
    if options.route and not asked:
        notes.append(
            both(
                f"{product.cn_code} has no route {options.route}: the route that is told with the good was taken",
                f"{product.cn_code}无{options.route}路线：采用该产品自身所述路线",
            )
        )
    default = default_of(product.cn_code, chosen or None) if shipped_for(result.source.country) else None
    content = _content(result, product)
    by_default = None
    if not country_code(result.source.country):
        notes.append(
            both(
                "the country of the installation is not told: default values are those of China",
                "未注明设施所在国：缺省值按中国",
            )
        )
    if default is None:
        notes.append(_no_default(result.source.country))
    elif (line := _default_line(product, default, options, chosen if asked else "", chosen)) is not None:
        see = default.with_markup(options.year) * content
        by_default = cost_of(see, factor * line.b * content, price, options.paid_eur_per_t, "default")
    routes = chosen or _routes_of(result, product)
    free = _free_allocation(result, result.process(product.process), product, options, routes, notes)
    told = _paid_at_home(result, product, options, notes)
    actual = None
    if free is not None:
        see = product.see_declared * product.per_tonne_factor
        paid = max(options.paid_eur_per_t, options.paid_eur_per_tco2 * see, told)
        actual = cost_of(see, factor * free * content, price, paid, "actual")
    notes += recalled(options)
    return ProductCost(product.row, product.cn_code, product.name, actual, by_default, default, tuple(notes))


def _paid_at_home(
    result: CbamResult, product: ProductResult, options: CostOptions, notes: list[str]
) -> float:
    """Carbon price that the file itself tells, EUR per tonne; what the options say goes before it."""
    if options.paid_eur_per_t or options.paid_eur_per_tco2:
        return 0.0
    due = good_price(result.source, result.process(product.process), product.row)
    notes += price_notes(due, product.cn_code)
    return paid_in_euro(due, product.per_tonne_factor)


def _default_line(
    product: ProductResult, default: DefaultValue, options: CostOptions, asked: str, told: str
) -> Benchmark | None:
    """Benchmark of a default value: of the route that the default itself is told with, not of the maker's own."""
    year = min(options.year, LAST_BENCHMARKS)
    return benchmark_of(product.cn_code, year, asked or default.routes or told)


def _no_default(country: str | None) -> str:
    if shipped_for(country):
        return both("no default value for this code", "该编码无缺省值")
    return both(f"default values of {country} are not shipped", f"未收录 {country} 的缺省值")


def recalled(options: CostOptions) -> list[str]:
    """Every figure behind the cost whose official text was not read, with the clause to check."""
    factor = figure("cbam_factor", str(min(options.year, 2034)))
    cross = figure("cross_sectoral_factor", "2026")
    notes = [
        both(
            f"adjustment for free allocation (formula, cross-sectoral factor {cross.value:g}) as recalled, unverified:"
            " check IR (EU) 2025/2620, Annex, and Reg. (EU) 2023/956 Art. 31",
            f"免费配额调整公式及跨行业系数{cross.value:g}未核实，请核对(EU) 2025/2620附件与(EU) 2023/956第31条",
        )
    ]
    if factor.mark == "R":
        notes.append(
            both(
                f"CBAM factor {factor.value:g} for {options.year} as recalled, unverified: check Directive 2003/87/EC"
                " Art. 10a(1a)",
                f"{options.year}年CBAM系数{factor.value:g}未核实，请核对2003/87/EC指令第10a条第1a款",
            )
        )
    if options.year > LAST_BENCHMARKS:
        notes.append(
            both(
                f"benchmarks for {options.year} are not in our files: those of {LAST_BENCHMARKS} were taken",
                f"文件中无{options.year}年基准值：采用{LAST_BENCHMARKS}年的",
            )
        )
    if options.price_eur_per_t is None:
        last = figure("certificate_price", "2026-Q2")
        notes.append(
            both(
                f"certificate price {last.value:g} EUR of {last.period}, second-hand: check the Commission's page, or give"
                " --price",
                f"证书价格{last.value:g}欧元（{last.period}）为二手数据，请核对欧委会网页或用--price指定",
            )
        )
    return notes


def _route_told(result: CbamResult, product: ProductResult) -> str:
    """The letter that the good itself is told with."""
    told = next(good for good in result.source.products if good.row == product.row)
    return str(told.parameters.get("benchmark_route", "")).upper().strip("()")


def _routes_of(result: CbamResult, product: ProductResult) -> str:
    """Letters that fit what is told of reducing agent and route; none where nothing is: then the dearest line counts.

    Letters: IR (EU) 2025/2547 Annex I: C, F blast furnace; D, G direct reduction; E, H, J scrap; K, L aluminium.
    """
    good = next(good for good in result.source.products if good.row == product.row)
    agent = str(good.parameters.get("main_reducing_agent", "")).lower()
    routes = " ".join(
        route.route.lower() for route in result.source.process(product.process).production if route.amount
    )
    told = (
        (agent.startswith("coal") or "basic oxygen" in routes or "blast furnace" in routes, "CF"),
        (agent.startswith(("natural gas", "hydrogen", "biogas")), "DG"),
        ("electric arc" in routes, "DEGHJ"),
        ("primary" in routes, "K"),
    )
    return next((letters for fits, letters in told if fits), "")


def _content(result: CbamResult, product: ProductResult) -> float:
    """Clinker in a tonne: default values and benchmarks of cement are per tonne of it (Art. 4(5))."""
    if digits(product.cn_code) not in CLINKER_CODES:
        return 1.0
    told = next(good for good in result.source.products if good.row == product.row)
    return content_of(told) or 1.0


def _free_allocation(
    result: CbamResult,
    process: ProcessResult,
    product: ProductResult,
    options: CostOptions,
    routes: str,
    notes: list[str],
) -> float | None:
    """Benchmark of the process, and of what stands behind it; None where the code has no benchmark."""
    year = min(options.year, LAST_BENCHMARKS)
    line = benchmark_of(product.cn_code, year, routes)
    if line is None:
        notes.append(both("no benchmark for this code", "该编码无基准值"))
        return None
    if result.source.process(process.id).bubble_precursors:
        notes.append(
            both(
                "precursors are made in the same process: benchmark with precursors (column B)",
                "前体在同一工序生产：采用含前体基准值（B列）",
            )
        )
        return line.b
    total = line.a
    for part in process.contributions:
        if part.kind == "own":
            continue
        found = _behind(result, part.id, part.kind, year, routes)
        if found is None:
            notes.append(
                both(
                    f"{part.id} has no CN code: no free allocation counted for it",
                    f"{part.id}无CN编码：未计免费配额",
                )
            )
            continue
        total += part.mass_share * found
    return total


def _behind(result: CbamResult, id_: str, kind: str, year: int, routes: str) -> float | None:
    """Benchmark of one link: column A of a process of the installation, column B of what is bought."""
    if kind == "process":
        codes = [product.cn_code for product in result.products if product.process == id_]
        category = result.process(id_).goods_category
        line = _line_of(codes[0] if codes else None, category, year, routes)
        return None if line is None else line.a
    bought = next(precursor for precursor in result.source.precursors if precursor.id == id_)
    line = _line_of(bought.cn_code, bought.goods_category, year, routes)
    return None if line is None else line.b


def _line_of(code: str | None, category: str, year: int, routes: str) -> Benchmark | None:
    known = code or CODE_OF_CATEGORY.get(category.strip().lower())
    return benchmark_of(known, year, routes) if known else None
