"""Carbon price due in the country of origin: the template's tool, what a good states, and what the cost does with it"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.cbam.works import steelworks

from zeropark.cbam.carbon_price import good_price, process_price
from zeropark.cbam.cost import CostOptions, product_cost
from zeropark.cbam.engine import assess
from zeropark.cbam.lever_changes import Lever
from zeropark.cbam.levers import lever_tables
from zeropark.cbam.model import GoodPrice, Installation, LinkPrice
from zeropark.errors import InputError

PRICES = (LinkPrice("P1", 0.5, 60.0, 10.0), LinkPrice("P2", 1.0, 60.0), LinkPrice("PP1", 0.25, 20.0))


def priced(currency: str | None = "CNY", **more: object) -> Installation:
    return replace(steelworks(), carbon_prices=PRICES, carbon_currency=currency, **more)  # type: ignore[arg-type]


def test_tool_goes_down_the_chain() -> None:
    """By hand. P1 makes 1000 t: own 3.20913 direct and 800 × 0.6 / 1000 = 0.48 indirect per t, half of it at 60;
    0.1 t pig iron of 2 + 0.5 × 0.6, a quarter at 20. P2 takes 500/400 of P1 per t; own 0.75 + 0.15, all at 60."""
    result = assess(priced())
    p1, p2 = (process_price(result.source, process) for process in result.processes)
    assert p1 is not None
    assert p2 is not None
    due = (3.20913 + 0.48) * 0.5 * 60 + 0.1 * 2.3 * 0.25 * 20
    assert p1.due_per_unit == pytest.approx(due, rel=1e-12)
    assert p1.rebate_per_unit == pytest.approx((3.20913 + 0.48) * 0.5 * 10, rel=1e-12)
    assert p2.due_per_unit == pytest.approx(1.25 * due + 0.9 * 60, rel=1e-12)
    assert p2.currency == "CNY"
    assert process_price(steelworks(), result.processes[0]) is None


def test_euro_is_deducted_and_another_currency_is_told() -> None:
    for currency, deducted in (("EUR", True), ("CNY", False), (None, False)):
        result = assess(priced(currency))
        due = good_price(result.source, result.process("P2"), 10)
        cost = product_cost(result, result.products[0], CostOptions(2034, 80.0))
        assert due is not None
        assert cost.actual is not None
        assert cost.actual.paid_eur_per_t == pytest.approx(due.effective_per_unit if deducted else 0.0)
        said = "is deducted" if deducted else "is not deducted"
        assert any(said in note for note in cost.notes)
    assert any("no currency" in text for text in assess(priced(None)).controls)


def test_what_the_user_says_goes_before_the_file() -> None:
    result = assess(priced("EUR"))
    cost = product_cost(result, result.products[0], CostOptions(2034, 80.0, paid_eur_per_t=1.5))
    assert cost.actual is not None
    assert cost.actual.paid_eur_per_t == 1.5
    assert not any("deducted" in note for note in cost.notes)


def test_what_a_good_states_goes_before_the_tool_and_a_difference_is_told() -> None:
    told = priced()
    stated = GoodPrice("Carbon Tax", 0.5, "CNY", 12.0, "Tax deduction", 0.5, 2.0)
    goods = (replace(told.products[0], carbon_price=stated), *told.products[1:])
    result = assess(replace(told, products=goods))
    due = good_price(result.source, result.process("P2"), 10)
    assert due is not None
    assert (due.effective_per_unit, due.source) == (10.0, "Summary_Products")
    assert any("effective carbon price of 10 CNY" in text for text in result.controls)


@pytest.mark.parametrize(
    ("price", "field"),
    [
        (LinkPrice("P1", 50.0, 60.0), "carbon_prices.P1.share"),
        (LinkPrice("P1", 0.5, -60.0), "carbon_prices.P1.price"),
        (LinkPrice("P1", 0.5, 60.0, 61.0), "carbon_prices.P1.rebate"),
        (LinkPrice("P7", 0.5, 60.0), "carbon_prices.P7"),
    ],
)
def test_faults(price: LinkPrice, field: str) -> None:
    with pytest.raises(InputError) as caught:
        assess(replace(steelworks(), carbon_prices=(price,), carbon_currency="CNY"))
    assert field in [fault.field for fault in caught.value.faults]


def test_faults_of_a_good() -> None:
    told = steelworks()
    goods = (
        replace(told.products[0], carbon_price=GoodPrice(share=60.0, due=2.0, rebate=3.0)),
        told.products[1],
    )
    with pytest.raises(InputError) as caught:
        assess(replace(told, products=goods))
    fields = {fault.field for fault in caught.value.faults}
    assert fields == {f"products.10.carbon_price.{name}" for name in ("share", "rebate")}


def test_levers_start_from_what_is_paid_and_lower_none_of_it() -> None:
    """Both ways of telling it; a lever that pays less than is paid already changes nothing."""
    small = Lever("price", "price / 价格", "carbon-price", price_eur_per_t=0.5)
    for told, paid in ((priced("EUR"), 0.0), (steelworks(), 20.0)):
        result = assess(told)
        cost = product_cost(result, result.products[0], CostOptions(2034, 80.0, paid_eur_per_t=paid))
        table = lever_tables(told, (small,), 80.0, years=(2034,), paid_eur_per_t=paid)[0]
        assert cost.actual is not None
        assert cost.actual.paid_eur_per_t > 0
        (year,) = table.single[0].years
        assert (
            year.before_eur_per_t == year.after_eur_per_t == pytest.approx(cost.actual.eur_per_t, rel=1e-12)
        )
