"""What the command ``cbam`` prints: processes, goods, what a tonne costs, and what must be known beside it"""

from __future__ import annotations

from rich.markup import escape

from zeropark.cbam.cost import Cost, ProductCost, below_threshold
from zeropark.cbam.result import CbamResult
from zeropark.cli.console import console
from zeropark.cli.tables import Words, say_table
from zeropark.texts import in_language


def say_cbam(result: CbamResult, costs: tuple[ProductCost, ...], tonnes: float | None) -> None:
    """Tables of processes and goods; costs where a code has them; remarks."""
    whole = result.installation
    console.print(
        f"{escape(result.source.name)}: {whole.direct_tco2e:,.1f} t CO2e direct; {result.regime}",
        soft_wrap=True,
    )
    _say_processes(result)
    if result.products:
        _say_products(result, costs)
    for cost in costs if tonnes is not None else ():
        _say_consignment(cost, tonnes or 0.0)
    for control in dict.fromkeys(result.controls):
        console.print(
            f"[bold]check 核对:[/bold] {escape(in_language(control, 'en'))}", soft_wrap=True, highlight=False
        )
    for note in dict.fromkeys((*result.notes, *(note for cost in costs for note in cost.notes))):
        console.print(f"note: {escape(in_language(note, 'en'))}", soft_wrap=True)


def _say_processes(result: CbamResult) -> None:
    heads = ("process", Words("name"), "activity", "direct t", "indirect t", "SEE dir.", "SEE ind.")
    rows = (
        (
            escape(process.id),
            escape(process.name),
            f"{process.activity_level:,.0f} {escape(process.unit)}",
            f"{process.attributed_direct_tco2e:,.0f}",
            f"{process.attributed_indirect_tco2e:,.0f}",
            f"{process.see_direct:.4f}",
            f"{process.see_indirect:.4f}",
        )
        for process in result.processes
    )
    say_table(heads, rows, "Production processes 生产工序")


def _say_products(result: CbamResult, costs: tuple[ProductCost, ...]) -> None:
    heads = ("CN", Words("name"), Words("per"), "SEE dir.", "SEE ind.", "default", "EUR/t", "by default")
    rows = []
    for product, cost in zip(result.products, costs, strict=True):
        default = cost.default_value
        rows.append(
            (
                escape(product.cn_code),
                escape(product.name),
                escape(product.unit),
                f"{product.see_direct:.4f}",
                f"{product.see_indirect:.4f}",
                "–" if default is None else f"{default.total:.3f}",
                _euro(cost.actual),
                _euro(cost.default),
            )
        )
    say_table(heads, rows, "Goods 产品 (default: value without mark-up; by default: EUR/t with it)")


def _euro(cost: Cost | None) -> str:
    return "–" if cost is None else f"{cost.eur_per_t:,.2f}"


def _say_consignment(cost: ProductCost, tonnes: float) -> None:
    for one in (cost.actual, cost.default):
        if one is None:
            continue
        certificates, euro = one.of(tonnes)
        small = (
            "; nothing is due if this is all of a year (50 t)"
            if below_threshold(cost.cn_code, tonnes)
            else ""
        )
        console.print(
            f"{cost.cn_code}, {tonnes:g} t by {one.basis} value: {certificates:,.2f} certificates, {euro:,.2f} EUR{small}"
        )
