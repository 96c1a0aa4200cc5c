"""Lines of a passport beside its value: what each factor brings, other choices, primary and biogenic part, draws"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zeropark.carbon.attribution import BASES
from zeropark.footprint.result import Contribution, ProductFootprint
from zeropark.passport.amounts import Graph
from zeropark.passport.book import Book
from zeropark.passport.evidence import FACTORS
from zeropark.passport.others import OtherChoice
from zeropark.passport.settled import Settled
from zeropark.passport.words import ALLOCATIONS, BASIS_TITLES
from zeropark.statement.formula import Call, ident, parse, parts, quoted
from zeropark.texts import both, headed

SHARING = "ISO 14044:2006, 4.3.4.2"
ENGINE = both("computed by zeropark from the same inputs", "由 zeropark 据同一输入计算")
_OTHER = both("computed by zeropark for another choice", "由 zeropark 按另一选择计算")
_FACTOR = "factor."


@dataclass
class Choices:
    """Writes them into a book that has the product's own lines already. variants: the product by other choices."""

    settled: Settled
    graph: Graph
    book: Book
    variants: Mapping[str, ProductFootprint]

    def all(self) -> None:
        """Every line."""
        self._behind()
        by_factor = self._by_factor()
        of = self.settled.of
        self._embodied(of)
        for basis in BASES:
            if basis in of.by_basis:
                title = headed(both("Electricity", "电力"), BASIS_TITLES[basis])
                own = ["total.kgco2e"] if basis == of.basis else self._other(f"basis.{basis}")
                self._state(f"choice.basis.{basis}", title, of.by_basis[basis], own)
        for way, shared in of.by_allocation.items():
            if shared is not None:
                title = headed(both("Co-products", "联产品"), ALLOCATIONS.get(way, way))
                own = ["total.kgco2e", *self._other(f"allocation.{way}")]
                self._state(f"choice.allocation.{way}", title, shared, own, clause=SHARING)
        ratio = ["total.primary/total.kgco2e"] if of.value else []
        title = both("Share of primary data", "初级数据占比")
        self._state("total.primary_share", title, of.primary_share, ratio, ENGINE)
        self._biogenic(of, by_factor)
        self._spread(of, by_factor)

    def _state(
        self,
        name: str,
        title: str,
        value: float,
        formulas: Sequence[str] = (),
        source: str = _OTHER,
        clause: str = "",
    ) -> None:
        unit = "1" if name.endswith("share") else f"kgCO2e/{self.settled.of.unit}"
        found, formula = self.book.settle(value, formulas)
        self.book.add(name, title, found, unit, [formula], source=source, clause=clause)

    def _other(self, name: str) -> list[str]:
        """Formulas of the product's footprint by another choice."""
        if name not in self.variants:
            return []
        return OtherChoice(name, self.variants[name], self.settled, self.graph, self.book).total()

    def _embodied(self, of: ProductFootprint) -> None:
        """The plant in and out: where it is in, its lines are the statement's own."""
        state, counted = self._state, of.value == of.with_embodied != of.without_embodied
        inside = of.with_embodied - of.without_embodied
        bare, added = (
            both("Without making the plant", "不含设备建造"),
            both("With making the plant", "含设备建造"),
        )
        title = both("Making of the plant", "设备建造（隐含碳）")
        if counted or "total.embodied" in self.book.lines:
            state("choice.embodied", title, inside, ["total.embodied"])
            state("choice.without_embodied", bare, of.without_embodied, ["total.kgco2e - choice.embodied"])
            state(
                "choice.with_embodied", added, of.with_embodied, ["choice.without_embodied + choice.embodied"]
            )
            return
        state("choice.without_embodied", bare, of.without_embodied, ["total.kgco2e"])
        formulas = ["total.kgco2e"] if not inside else self._other("embodied")
        state("choice.with_embodied", added, of.with_embodied, formulas)
        state("choice.embodied", title, inside, ["choice.with_embodied - choice.without_embodied"])

    def _behind(self) -> None:
        """How much of every output stands behind one unit of the product, all ways and loops included."""
        of = self.settled.of
        at = {link.id: i for i, link in enumerate(of.chain)}
        direct, passed = np.zeros(len(at)), np.zeros((len(at), len(at)))
        terms: dict[str, list[str]] = {name: [] for name in at}
        for line in of.contributions:
            if line.behind:
                direct[at[line.behind]] += line.amount
                terms[line.behind].append(f"product.{line.id}.amount")
        for link in of.chain:
            for line in link.contributions:
                if line.behind:
                    passed[at[line.behind], at[link.id]] += line.amount
                    terms[line.behind].append(f"behind.{link.id}*{link.id}.of.{line.id}.amount")
        nothing = {name for name, own in terms.items() if not own}
        for name, own in terms.items():
            terms[name] = [term for term in own if not any(term.startswith(f"behind.{n}*") for n in nothing)]
        values = np.linalg.solve(np.eye(len(at)) - passed, direct) if at else direct
        self.book.expect((f"behind.{name}", float(values[i])) for name, i in at.items())
        for link in of.chain:
            if not terms[link.id]:  # it makes the product itself, and none of it comes back
                continue
            title = headed(link.title, both("behind one unit of the product", "单位产品所含数量"))
            value, unit = float(values[at[link.id]]), f"{link.unit}/{of.unit}"
            self.book.add(
                f"behind.{link.id}", title, value, unit, [" + ".join(terms[link.id])], source=ENGINE
            )

    def _by_factor(self) -> dict[str, str]:
        """One line for each factor of the user's list: what it brings to the product. Factor → id of its line."""
        found: dict[str, list[str]] = {}
        values: dict[str, float] = {}
        of = self.settled.of

        def bring(line: Contribution, prefix: str, by: str) -> None:
            name = self._factor_of(f"{prefix}.{line.id}.factor")
            if name:
                much = self.book.value(by) if by else 1.0
                found.setdefault(name, []).append(
                    f"{by}*{prefix}.{line.id}.kgco2e" if by else f"{prefix}.{line.id}.kgco2e"
                )
                values[name] = values.get(name, 0.0) + much * line.kgco2e

        for line in of.contributions:
            bring(line, "product", "")
        for link in (one for one in of.chain if f"behind.{one.id}" in self.book.lines):
            for line in link.contributions:
                bring(line, f"{link.id}.of", f"behind.{link.id}")
        ids: dict[str, str] = {}
        for name, terms in found.items():
            key = f"by_factor.{ident(name)}"
            while key in ids.values():
                key += "_"
            title, unit = both(f"brought by the factor {name}", f"因子 {name} 的贡献"), f"kgCO2e/{of.unit}"
            ids[name] = self.book.add(key, title, values[name], unit, [" + ".join(terms)], source=ENGINE)
        return ids

    def _factor_of(self, name: str) -> str:
        """The entry of the user's list that a factor's line reads; empty for none."""
        for part in parts(parse(self.settled.formulas.get(name, "0"))):
            if isinstance(part, Call) and part.name == "cell" and part.arguments[0] == FACTORS:
                row = part.arguments[1]
                return row.removeprefix(_FACTOR) if row.startswith(_FACTOR) else ""
        return ""

    def _biogenic(self, of: ProductFootprint, by_factor: Mapping[str, str]) -> None:
        terms = [f"{line}*(1 - {_cell(name, 'fossil')})" for name, line in by_factor.items()]
        title = both("Not fossil, by the factors' own statement", "非化石部分（按因子声明）")
        self._state("total.biogenic", title, of.biogenic, [" + ".join(terms)] if terms else [], ENGINE)

    def _spread(self, of: ProductFootprint, by_factor: Mapping[str, str]) -> None:
        """Percentiles and mean of the draws, each factor drawn once: the draws are made again by whoever verifies."""
        if of.spread is None:
            return
        runs, seed = of.spread.runs, of.spread.seed
        source = both(f"Monte Carlo, {runs} draws, seed {seed}", f"蒙特卡洛，{runs} 次，种子 {seed}")
        certain = " - ".join(["total.kgco2e", *by_factor.values()])
        drawn = [f"{quoted(name)},{line},{_cell(name, 'spread')}" for name, line in by_factor.items()]
        titles = {
            "p2_5": both("2.5 % of draws lie below", "2.5% 分位"),
            "p50": both("half of the draws lie below", "中位数"),
            "p97_5": both("97.5 % of draws lie below", "97.5% 分位"),
            "mean": both("mean of the draws", "均值"),
        }
        for what, title in titles.items():
            formula = f"drawn({','.join([quoted(what), str(runs), str(seed), certain, *drawn])})"
            self._state(f"spread.{what}", title, getattr(of.spread, what), [formula], source)


def _cell(name: str, column: str) -> str:
    return f"cell({quoted(FACTORS)},{quoted(_FACTOR + name)},{quoted(column)})"
