"""What another choice gives, as lines that a stranger can compute: the chain once more, where it differs

For every output behind the product that another basis, way of sharing or the making of the plant changes, one line
``other.CHOICE.process.PROCESS.OUTPUT``: its footprint under that choice, a sum over the statement's own lines where they
are the same, and amounts times factors of its own where not. An amount that nothing beside the statement gives is a line
of its own, declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from zeropark.footprint.result import ChainLink, Contribution, ProductFootprint
from zeropark.passport.amounts import Graph
from zeropark.passport.book import Book
from zeropark.passport.settled import Settled, footprints, mix_id, quiet
from zeropark.statement.formula import is_declared, parse
from zeropark.texts import both, headed

OTHER = "other."
_SOURCE = both("computed by zeropark for another choice", "由 zeropark 按另一选择计算")
_SAME = 1e-9


@dataclass
class OtherChoice:
    """Writes the lines of one choice. formulas of ``settled`` are those of the statement's own lines."""

    name: str
    of: ProductFootprint
    settled: Settled
    graph: Graph
    book: Book
    _terms: dict[str, list[str]] = field(default_factory=dict)

    def total(self) -> list[str]:
        """Candidate formulas of the product's footprint under the choice; the lines that they name are written."""
        of = quiet(self.of)
        links = [self._link(link) for link in of.chain]
        values = footprints(links)
        touched = self._touched(links)
        own = {link.id: f"{OTHER}{self.name}.{link.id}" for link in links}
        self.book.expect((own[name], values[name]) for name in touched)
        for link in links:
            if link.id in touched:
                terms = [
                    term.replace(
                        "{behind}", own[c.behind] if c.behind in touched else f"{c.behind}.footprint"
                    )
                    for c, term in zip(link.contributions, self._terms[link.id], strict=True)
                ]
                title = headed(link.title, both("footprint under the other choice", "按另一选择的足迹"))
                unit = f"kgCO2e/{link.unit}"
                self.book.add(
                    own[link.id], title, values[link.id], unit, [" + ".join(terms) or "0"], source=_SOURCE
                )
        return [self._summed(touched, own)]

    def _summed(self, touched: set[str], own: Mapping[str, str]) -> str:
        """By the makers of the product, each by its part; and what came into it from outside."""
        made = [
            f"{mix_id(link)}*{own[link.id] if link.id in touched else f'{link.id}.footprint'}"
            for link, _, _ in self.settled.mixes
            if link.id in own
        ]
        theirs = {c.id for link, _, _ in self.settled.mixes for c in link.contributions}
        bought = [f"product.{c.id}.kgco2e" for c in self.settled.of.contributions if c.id not in theirs]
        return " + ".join([*made, *bought]) or "0"

    def _link(self, link: ChainLink) -> ChainLink:
        """Its numbers as their formulas give them; the terms of its sum are kept."""
        at = f"{OTHER}{self.name}.{link.id}"
        share = self._named(f"{link.id}.share", f"{at}.share", link.share, self.graph.share(link), "1")
        made = self._named(f"{link.id}.made", f"{at}.made", link.made, self.graph.made(link), link.unit)
        terms, lines = [], []
        for line in link.contributions:
            found, term = self._line(link, line, f"{share}/{made}")
            terms.append(term)
            lines.append(found)
        self._terms[link.id] = terms
        return replace(link, contributions=tuple(lines))

    def _named(self, same: str, other: str, value: float, formulas: list[str], unit: str) -> str:
        """Id of the line with a number of a link: the statement's own, where it is the same."""
        if self._is(same, value):
            return same
        found, formula = self.book.settle(value, formulas)
        title = both(other.rpartition(".")[2] + " under the other choice", "按另一选择")
        return self.book.add(other, title, found, unit, [formula], source=_SOURCE)

    def _line(self, link: ChainLink, line: Contribution, base: str) -> tuple[Contribution, str]:
        """A line with its numbers settled, and its term in the sum of the link."""
        own = f"{link.id}.of.{line.id}"
        same = self._is(f"{own}.amount", line.amount)
        amount, text = line.amount, f"{own}.amount"
        if same:
            amount = self.book.value(text)
        else:
            amount, formula = self.book.settle(
                line.amount, self.graph.amount(link, line, self.of.basis, base)
            )
            text = f"({formula})"
            if is_declared(parse(formula)):
                name, title = f"{OTHER}{self.name}.{own}.amount", headed(line.title, both("amount", "数量"))
                text = self.book.add(
                    name, title, amount, f"{line.amount_unit}/{link.unit}", [formula], source=_SOURCE
                )
        if line.behind:
            return replace(line, amount=amount), f"{text}*{{behind}}"
        if same and self._is(f"{own}.factor", line.factor_kgco2e):
            return replace(
                line, amount=amount, factor_kgco2e=self.book.value(f"{own}.factor")
            ), f"{own}.kgco2e"
        factor, formula = self.book.settle(line.factor_kgco2e, self.graph.factor(line, self.of.basis))
        if is_declared(parse(formula)):
            name, title = f"{OTHER}{self.name}.{own}.factor", headed(line.title, both("factor", "因子"))
            formula = self.book.add(
                name,
                title,
                factor,
                f"kgCO2e/{line.amount_unit}",
                [formula],
                source=line.source or _SOURCE,
                mark=line.mark,
            )
        return replace(line, amount=amount, factor_kgco2e=factor), f"{text}*{formula}"

    def _is(self, name: str, value: float) -> bool:
        """Whether the statement has this line, with this value."""
        if name not in self.book.lines:
            return False
        there = self.book.value(name)
        return abs(there - value) <= _SAME * max(abs(there), abs(value))

    def _touched(self, links: list[ChainLink]) -> set[str]:
        """Outputs whose footprint the choice changes: by a line of their own, or by what stands behind them."""
        before = {link.id: link for link in self.settled.of.chain}
        found = set()
        for link in links:
            old, terms = before.get(link.id), self._terms[link.id]
            own = {
                f"{link.id}.of.{c.id}.{'amount*{behind}' if c.behind else 'kgco2e'}"
                for c in link.contributions
            }
            if (
                old is None
                or set(terms) != own
                or {c.id for c in old.contributions} != {c.id for c in link.contributions}
            ):
                found.add(link.id)
        while True:
            more = {link.id for link in links if any(c.behind in found for c in link.contributions)} - found
            if not more:
                return found
            found |= more
