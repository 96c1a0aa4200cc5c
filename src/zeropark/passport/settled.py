"""Numbers of a footprint as a stranger computes them: amounts from flows and claims, footprints solved from those anew

The engine reads rates; a stranger reads the table of flows, which balances to the tolerance of a plan. So each amount,
share and factor is stated as its formula gives it, and what follows is computed once more from these. More than 1e-6 of
difference between the two is a defect and stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zeropark.errors import Defect
from zeropark.footprint.result import ChainLink, Contribution, ProductFootprint
from zeropark.park.model import Park
from zeropark.passport.amounts import Graph
from zeropark.passport.book import Book
from zeropark.texts import both, in_language

_SAME, _NOISE = 1e-6, 1e-10


@dataclass(frozen=True)
class Settled:
    """A footprint with settled numbers. formulas: by id of the line. mixes: nearest link, its part, formula of that."""

    of: ProductFootprint
    formulas: Mapping[str, str]
    mixes: Sequence[tuple[ChainLink, float, str]]


def settled(of: ProductFootprint, graph: Graph, book: Book) -> Settled:
    """Settle every number of a footprint, links first, the product last."""
    of, formulas = quiet(of), dict[str, str]()

    def settle(name: str, value: float, candidates: Sequence[str]) -> float:
        found, formulas[name] = book.settle(value, candidates)
        book.expect([(name, found)])
        return found

    links = []
    for link in of.chain:
        made = settle(f"{link.id}.made", link.made, graph.made(link))
        share = settle(f"{link.id}.share", link.share, graph.share(link))
        lines = []
        for line in link.contributions:
            base = f"{link.id}.of.{line.id}"
            amount = settle(f"{base}.amount", line.amount, graph.amount(link, line, of.basis))
            lines.append(_factored(line, amount, base, graph, settle, of.basis))
        title = _output_title(link, graph.park)
        links.append(replace(link, title=title, made=made, share=share, contributions=tuple(lines)))
    values = footprints(links)
    links = [
        replace(link, footprint=values[link.id], contributions=_behind(link.contributions, values))
        for link in links
    ]
    for link in links:
        formulas |= {
            f"{link.id}.of.{c.id}.factor": f"{c.behind}.footprint" for c in link.contributions if c.behind
        }
    mixes = _mixes(of, links, graph, book)
    lines = []
    for line in of.contributions:
        parts = [link for link, _, _ in mixes if any(c.id == line.id for c in link.contributions)]
        candidates = (
            [" + ".join(f"{mix_id(link)}*{link.id}.of.{line.id}.amount" for link in parts)] if parts else []
        )
        amount = settle(f"product.{line.id}.amount", line.amount, candidates)
        lines.append(_factored(line, amount, f"product.{line.id}", graph, settle, of.basis))
    contributions = _behind(lines, values)
    formulas |= {f"product.{c.id}.factor": f"{c.behind}.footprint" for c in contributions if c.behind}
    left = settle("product.left", of.amount, graph.left(node_of(of, graph.park)))
    total = sum(c.kgco2e for c in contributions)
    if abs(total - of.value) > _SAME * max(abs(of.value), 1e-9):
        raise Defect(f"the lines of '{of.product}' add up to {total!r}, its footprint is {of.value!r}")
    found = replace(of, value=total, amount=left, contributions=contributions, chain=tuple(links))
    return Settled(found, formulas, mixes)


def quiet(of: ProductFootprint) -> ProductFootprint:
    """Without lines of electricity that are rounding of a plan: below 1e-10 of what their output uses, of no meter's row."""

    def heard(lines: Sequence[Contribution]) -> tuple[Contribution, ...]:
        least = _NOISE * sum(abs(c.amount) for c in lines if c.kind == "electricity")
        return tuple(c for c in lines if c.kind != "electricity" or abs(c.amount) > least)

    links = tuple(replace(link, contributions=heard(link.contributions)) for link in of.chain)
    return replace(of, contributions=heard(of.contributions), chain=links)


def node_of(of: ProductFootprint, park: Park) -> str:
    """The node of a product; empty where the park file does not have it."""
    spec = park.spec.footprint
    product = spec.products.get(of.product) if spec is not None else None
    return product.node if product is not None else ""


def _output_title(link: ChainLink, park: Park) -> str:
    """What comes from which process: a process may have several outputs."""
    node = park.spec.nodes.get(link.node)
    english = (node.name if node is not None else "") or link.node
    chinese = (node.name_zh if node is not None else "") or english
    process, process_zh = in_language(link.title, "en"), in_language(link.title, "zh")
    return both(f"{english} from {process}", f"{process_zh}的{chinese}")


def mix_id(link: ChainLink) -> str:
    """Id of the line that says which part of the product comes from a process."""
    return f"product.mix.{link.id.removeprefix('process.')}"


def footprints(links: Sequence[ChainLink]) -> dict[str, float]:
    """Footprint of every link, per unit of it, from its lines: what stands behind is solved, not taken."""
    return solved(links, lambda line: line.kgco2e)


def solved(links: Sequence[ChainLink], own: Callable[[Contribution], float]) -> dict[str, float]:
    """x = own + A x: what lines bring themselves, and amounts of other links times what those carry."""
    at = {link.id: i for i, link in enumerate(links)}
    brought, passed = np.zeros(len(links)), np.zeros((len(links), len(links)))
    for i, link in enumerate(links):
        for line in link.contributions:
            if not line.behind:
                brought[i] += own(line)
            elif line.behind in at:
                passed[i, at[line.behind]] += line.amount
    values = np.linalg.solve(np.eye(len(links)) - passed, brought)
    return dict(zip(at, values.tolist(), strict=True))


def _factored(
    line: Contribution,
    amount: float,
    base: str,
    graph: Graph,
    settle: Callable[[str, float, Sequence[str]], float],
    basis: str,
) -> Contribution:
    if line.behind:
        return replace(line, amount=amount)
    factor = settle(f"{base}.factor", line.factor_kgco2e, graph.factor(line, basis))
    return replace(line, amount=amount, factor_kgco2e=factor)


def _behind(lines: Sequence[Contribution], values: Mapping[str, float]) -> tuple[Contribution, ...]:
    missing = [line.behind for line in lines if line.behind and line.behind not in values]
    if missing:
        raise Defect(f"the chain of the footprint lacks {', '.join(missing)}")
    return tuple(replace(c, factor_kgco2e=values[c.behind]) if c.behind else c for c in lines)


def _mixes(
    of: ProductFootprint, links: Sequence[ChainLink], graph: Graph, book: Book
) -> list[tuple[ChainLink, float, str]]:
    """What each nearest process gives to one unit of the product; found from the lines themselves."""
    nearest = [link for link in links if link.depth == 1]
    if not nearest:
        return []
    whole = {c.id: c.amount for c in of.contributions}
    ids = [
        name
        for name in dict.fromkeys(c.id for link in nearest for c in link.contributions)
        if whole.get(name)
    ]
    columns = [{c.id: c.amount for c in link.contributions} for link in nearest]
    system = np.array([[column.get(name, 0.0) / whole[name] for column in columns] for name in ids])
    parts = np.linalg.lstsq(system.reshape(len(ids), len(nearest)), np.ones(len(ids)), rcond=None)[0]
    found = []
    for link, part in zip(nearest, parts.tolist(), strict=True):
        value, formula = book.settle(part, graph.mix(link, node_of(of, graph.park)))
        book.expect([(mix_id(link), value)])
        found.append((link, value, formula))
    return found
