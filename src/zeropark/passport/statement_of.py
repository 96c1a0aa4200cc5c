"""From a footprint and its attribution to a statement whose every line can be recomputed by a stranger

``product`` has the lines of the product itself, ``process.PROCESS.OUTPUT`` those of every output behind it. What is
carried along the chain (emissions inside the gate, of electricity, of primary data; energy by origin) follows the same
equations as the footprint, loops included.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from zeropark.errors import Defect
from zeropark.footprint.result import ChainLink, Contribution, ProductFootprint
from zeropark.park.assets import Storage
from zeropark.park.model import Park
from zeropark.passport.amounts import Graph
from zeropark.passport.book import Book
from zeropark.passport.choices import ENGINE, SHARING, Choices
from zeropark.passport.evidence import CLAIMS, PLANT, Evidence
from zeropark.passport.ledger import meter_of
from zeropark.passport.settled import mix_id, settled, solved
from zeropark.statement.bases import BASES
from zeropark.statement.claims import CERTIFICATES, LIMIT
from zeropark.statement.formula import ident
from zeropark.statement.inputs import Readings
from zeropark.statement.model import Line, Statement
from zeropark.texts import both, headed

ISO = "ISO 14067:2018"
SET = "set:"
"""Begins the fact that holds a value which was set for the run, by its path in the park file."""
_SAME = 1e-6
_BEFORE = both(
    "declared: attribution of the time before the period, which is in no input",
    "声明值：由期前归因得出，输入中不含期前数据",
)

Own = Callable[[Contribution], bool]


@dataclass(frozen=True)
class _Carried:
    """A quantity carried along the chain: name, title, unit; which own lines count, and by amount or by emissions."""

    name: str
    title: str
    unit: str
    own: Own
    by: str = "kgco2e"


@dataclass
class _Writer:
    """Writes one product's lines into a book; ``of`` and its links hold the settled numbers."""

    of: ProductFootprint
    book: Book
    formulas: Mapping[str, str]
    mixes: Sequence[tuple[ChainLink, float, str]]

    @property
    def links(self) -> dict[str, ChainLink]:
        """Links by id."""
        return {link.id: link for link in self.of.chain}

    def all(self) -> list[Contribution]:
        """Every line of the product and of what stands behind it."""
        return [*self.of.contributions, *(c for link in self.of.chain for c in link.contributions)]

    def chain(self) -> None:
        """Every output behind the product: what was made of it, its share, its lines, their sum."""
        for link in self.of.chain:
            unit = f"kgCO2e/{link.unit}"
            self._stated(
                f"{link.id}.made",
                headed(link.title, both("made in the period", "期内产量")),
                link.made,
                link.unit,
            )
            title = headed(link.title, both("share of the process's burden", "分摊份额"))
            self._stated(f"{link.id}.share", title, link.share, "1", SHARING)
            ids = [self.line(f"{link.id}.of", line, link.unit) for line in link.contributions]
            title = headed(link.title, both("footprint of this output", "该产出的足迹"))
            self.book.add(
                f"{link.id}.footprint",
                title,
                link.footprint,
                unit,
                [" + ".join(ids)],
                clause=ISO,
                source=ENGINE,
            )

    def _stated(self, name: str, title: str, value: float, unit: str, clause: str = "") -> str:
        return self.book.add(name, title, value, unit, [self.formulas[name]], clause=clause, source=ENGINE)

    def line(self, prefix: str, line: Contribution, unit: str) -> str:
        """Amount, factor and product of one line; the id of the product."""
        base = f"{prefix}.{line.id}"
        title = headed(line.title, both("amount", "数量"))
        self._stated(f"{base}.amount", title, line.amount, f"{line.amount_unit}/{unit}")
        self.book.add(
            f"{base}.factor", headed(line.title, both("factor", "因子")), line.factor_kgco2e,
            f"kgCO2e/{line.amount_unit}", [self.formulas[f"{base}.factor"]], source=line.source, mark=line.mark,
        )  # fmt: skip
        formula = f"{base}.amount*{base}.factor"
        return self.book.add(
            f"{base}.kgco2e", line.title, line.kgco2e, f"kgCO2e/{unit}", [formula], source=ENGINE
        )

    def product(self) -> None:
        """The product's own lines and their sum."""
        of = self.of
        self._stated("product.left", both("left the gate in the period", "期内出厂量"), of.amount, of.unit)
        for link, part, formula in self.mixes:
            title = headed(link.title, both("part of the product that comes from it", "在产品中的占比"))
            self.book.add(mix_id(link), title, part, "1", [formula], source=ENGINE)
        ids = [self.line("product", line, of.unit) for line in of.contributions]
        self.book.add(
            "total.kgco2e", both("Footprint, cradle to gate", "碳足迹（摇篮到大门）"),
            of.value, f"kgCO2e/{of.unit}", [" + ".join(ids)], clause=ISO, source=ENGINE,
        )  # fmt: skip

    def reached(self, what: _Carried) -> set[str]:
        """Links that carry the quantity at all."""
        found = {
            name
            for name, link in self.links.items()
            if any(what.own(c) and not c.behind for c in link.contributions)
        }
        while True:
            more = {
                name
                for name, link in self.links.items()
                if any(c.behind in found for c in link.contributions)
            }
            if more <= found:
                return found
            found |= more

    def carried(self, what: _Carried) -> float:
        """A quantity along the chain and for the product: own lines, and amounts times what they carry."""
        reached = self.reached(what)
        names = [name for name in self.links if name in reached]
        values = solved([self.links[name] for name in names], lambda line: _weighed(line, what))
        self.book.expect((f"{name}.{what.name}", value) for name, value in values.items())
        for name in names:
            link = self.links[name]
            formula = _formula(f"{name}.of", link.contributions, what, reached)
            title = headed(link.title, what.title)
            self.book.add(
                f"{name}.{what.name}",
                title,
                values[name],
                f"{what.unit}/{link.unit}",
                [formula],
                source=ENGINE,
            )
        lines = self.of.contributions
        total = sum(
            _weighed(c, what) if not c.behind else c.amount * values.get(c.behind, 0.0) for c in lines
        )
        formula = _formula("product", lines, what, reached)
        self.book.add(
            f"total.{what.name}", what.title, total, f"{what.unit}/{self.of.unit}", [formula], source=ENGINE
        )
        return float(total)


def _weighed(line: Contribution, what: _Carried) -> float:
    if not what.own(line):
        return 0.0
    return line.kgco2e if what.by == "kgco2e" else line.amount


def _formula(prefix: str, lines: Sequence[Contribution], what: _Carried, reached: Collection[str]) -> str:
    terms = [
        f"{prefix}.{line.id}.amount*{line.behind}.{what.name}"
        if line.behind
        else f"{prefix}.{line.id}.{'kgco2e' if what.by == 'kgco2e' else 'amount'}"
        for line in lines
        if (line.behind in reached if line.behind else what.own(line))
    ]
    return " + ".join(terms) or "0"


def statement_of(
    footprint: ProductFootprint,
    park: Park,
    evidence: Evidence,
    previous: str = "",
    variants: Mapping[str, ProductFootprint] | None = None,
) -> Statement:
    """The statement of one product's footprint. evidence: its inputs, written already. variants: the product by other
    choices; without them what these give is declared.
    """
    readings = Readings(evidence.inputs, evidence.folder, evidence.facts)
    ledger = evidence.claims.table if evidence.claims is not None else None
    pairs = ledger[["origin", "claimant"]].drop_duplicates().astype(str) if ledger is not None else None
    claimed = (
        frozenset(zip(pairs["origin"], pairs["claimant"], strict=True)) if pairs is not None else frozenset()
    )
    book = Book(evidence)
    meters = {origin: meter_of(park, origin) for origin in sorted({origin for origin, _ in claimed})}
    stores = stores_of(park, readings, evidence)
    graph = Graph(park, readings.rates(), claimed, meters, stores, _on_basis(readings, evidence))
    found = settled(footprint, graph, book)
    writer = _Writer(found.of, book, found.formulas, found.mixes)
    book.expect((f"{link.id}.footprint", link.footprint) for link in found.of.chain)
    writer.product()
    writer.chain()
    _along(writer, found.of)
    Choices(found, graph, book, variants or {}).all()
    for origin, mwh in (evidence.claims.carried if evidence.claims is not None else {}).items():
        title = headed(origin, both("in stores before the period, or not metered", "期初储存或未计量的电量"))
        book.add(LIMIT + ident(origin), title, mwh, "MWh", source=_BEFORE)
    names = {one.name for one in evidence.inputs}
    return Statement(
        kind="passport",
        subject=footprint.product,
        period=footprint.period.text,
        park=park.spec.name,
        lines=_in_order(book),
        inputs=evidence.inputs,
        previous=previous,
        claims=CLAIMS if CLAIMS in names else "",
        facts={**evidence.facts, **_facts(footprint, park, CERTIFICATES in names)},
    )


def stores_of(park: Park, readings: Readings, evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Node → stores at it whose stock changed, as the inputs tell."""
    if PLANT not in {one.name for one in evidence.inputs}:
        return {}
    rows = readings.table(PLANT)
    found: dict[str, tuple[str, ...]] = {}
    for name, asset in park.assets.items():
        if isinstance(asset, Storage) and f"store.{name}" in rows:
            found[asset.node] = (*found.get(asset.node, ()), name)
    return found


def _on_basis(readings: Readings, evidence: Evidence) -> frozenset[tuple[str, str, str]]:
    if BASES not in {one.name for one in evidence.inputs}:
        return frozenset()
    table = readings.frame(BASES)[["basis", "origin", "claimant"]].astype(str)
    return frozenset(table.itertuples(index=False, name=None))


def _in_order(book: Book) -> tuple[Line, ...]:
    """Totals first, then the product, then what stands behind it."""
    order = {
        "total": 0,
        "choice": 1,
        "spread": 2,
        "product": 3,
        "process": 4,
        "behind": 5,
        "by_factor": 6,
        "other": 7,
    }
    return tuple(sorted(book.lines.values(), key=lambda line: order.get(line.id.partition(".")[0], 8)))


def _along(writer: _Writer, of: ProductFootprint) -> None:
    """Parts of the footprint by kind, inside the gate, of primary data; energy by origin."""
    kinds = (
        _Carried("gate", both("Inside the gate (gate to gate)", "门到门（厂内直接排放）"), "kgCO2e", lambda c: c.gate),
        _Carried("electricity", both("Of electricity", "电力"), "kgCO2e", lambda c: c.kind == "electricity"),
        _Carried("upstream", both("Of what is bought", "外购原辅料"), "kgCO2e", lambda c: c.kind == "upstream"),
        _Carried("embodied", both("Of making the plant", "设备建造（隐含碳）"), "kgCO2e", lambda c: c.kind == "embodied"),
        _Carried("primary", both("Of primary data", "初级数据部分"), "kgCO2e", lambda c: c.primary),
    )  # fmt: skip
    for what in kinds:
        if what.name in ("gate", "primary") or any(what.own(c) for c in writer.all() if not c.behind):
            value = writer.carried(what)
            if what.name == "gate" and abs(value - of.gate_to_gate) > _SAME * max(abs(of.value), 1e-9):
                raise Defect(
                    f"gate to gate of '{of.product}': {value} from its lines, {of.gate_to_gate} stated"
                )
    origins = dict.fromkeys(
        c.id.partition(".")[2] for c in writer.all() if c.kind == "electricity" and c.amount_unit == "MWh"
    )
    titles = {c.id.partition(".")[2]: c.title for c in writer.all() if c.kind == "electricity"}
    for origin in origins:
        writer.carried(
            _Carried(f"mwh.{origin}", titles[origin], "MWh", _only(f"electricity.{origin}"), "amount")
        )


def _only(wanted: str) -> Own:
    def own(line: Contribution) -> bool:
        return line.id == wanted

    return own


def _facts(of: ProductFootprint, park: Park, register: bool) -> dict[str, str]:
    zone = park.clock.zone
    begin, end = (park.clock.times_utc[i] for i in (of.period.first, of.period.last - 1))
    spec = park.spec.footprint
    product = spec.products.get(of.product) if spec is not None else None
    spread = of.spread is not None and of.spread.stated
    tenant = park.spec.tenants.get(product.tenant) if product is not None and product.tenant else None
    return {
        "title": of.title,
        "unit": of.unit,
        "basis": of.basis,
        "allocation": of.allocation,
        "boundary": "cradle-to-gate",
        "begins": begin.isoformat(),
        "ends": (end + park.clock.step).isoformat(),
        "zone": str(zone),
        "tenant": (tenant.name or str(product.tenant)) if tenant is not None and product is not None else "",
        "tenant_zh": tenant.name_zh if tenant is not None else "",
        "spread": "stated" if spread else "not stated",
        "cn_code": product.cn_code if product is not None else "",
        "notes": "\n".join((*park.override_notes, *park.flow_notes, *of.notes)),
        "certificates": "listed" if register else "none",
        **{SET + path: value for path, value in park.overrides.items()},
    }
