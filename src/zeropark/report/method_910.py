"""Two figures by the method for zero-carbon parks: the account of the park, the sum over tenants, and what lies between"""

from __future__ import annotations

import numpy as np

from zeropark.carbon.attribution import Attribution
from zeropark.carbon.origins import CANCELLED, FOSSIL_910, SAME_HOUR
from zeropark.carbon.tenants import TenantCarbon
from zeropark.figures.numbers import number, signed
from zeropark.outcome import Outcome
from zeropark.texts import both

_SAME = 1e-6
"""Share of the larger figure within which both are the same."""


def reconciled_910(outcome: Outcome, attribution: Attribution, tenants: tuple[TenantCarbon, ...]) -> str:
    """Both figures of electricity over the grid in tCO2, and why they differ; empty where they do not, or one is missing.

    tenants: all, over the whole period. The account counts what markets sell, less what they certify; tenants count what
    reached them, less what the register says was cancelled for them. Rules read the account. Source: 发改环资〔2025〕910号.
    """
    needed = ("co2_910", "grid_purchase", "certificates_cancelled")
    if any(name not in outcome.accounts for name in needed) or any(one.method_910 is None for one in tenants):
        return ""
    factor = FOSSIL_910.tco2_per_unit
    bought, certified = (outcome.accounts[name].value for name in needed[1:])
    by_account = factor * (bought - certified)
    counted = dict(zip((o.name for o in attribution.origins), _mwh(attribution), strict=True))
    by_grid = {o.name for o in attribution.origins if o.stated.get("910") == "910"}
    by_tenants = factor * sum(mwh for name, mwh in counted.items() if name in by_grid)
    if abs(by_account - by_tenants) <= _SAME * max(abs(by_account), abs(by_tenants)):
        return ""
    registered = counted.get(CANCELLED, 0.0) + counted.get(SAME_HOUR, 0.0)
    of_market = certified if attribution.cancelled else 0.0  # with a register, tenants do not count these
    rest = by_tenants - by_account + factor * (registered - of_market)
    english = [
        f"CO2 of electricity over the grid by the method for zero-carbon parks: {number(by_account)} tCO2 in the account of "
        f"the whole park, which rules and their verdicts read; {number(by_tenants)} tCO2 in the sum of the tenants here."
    ]
    chinese = [
        f"按零碳园区核算方法（910 号文）的网电二氧化碳：全园区核算项为 {number(by_account)} tCO2，规则判定采用该值；"
        f"本表各企业合计为 {number(by_tenants)} tCO2。"
    ]
    if registered:
        english.append(
            f"Certificates of the register that were cancelled for tenants, {number(registered)} MWh, weigh zero for them "
            f"({signed(-factor * registered)} tCO2); the account does not read the register."
        )
        chinese.append(
            f"登记表中为企业核销的绿证 {number(registered)} MWh 在企业中按零计（{signed(-factor * registered)} tCO2），"
            "核算项不读取登记表。"
        )
    if of_market:
        english.append(
            f"The account leaves out {number(of_market)} MWh for which certificates are bought with the electricity "
            f"({signed(factor * of_market)} tCO2); the register alone counts for tenants."
        )
        chinese.append(
            f"核算项扣除随电量购买绿证的 {number(of_market)} MWh（{signed(factor * of_market)} tCO2）；企业仅以登记表为准。"
        )
    if abs(rest) > _SAME * max(abs(by_account), abs(by_tenants)):
        english.append(
            f"The rest, {signed(rest)} tCO2, is electricity that was sold on or stored, came from nobody knows where, or "
            "whose certificate was sold."
        )
        chinese.append(f"其余 {signed(rest)} tCO2 为转售或留存的电量、来源不明的电量及绿证已售出的电量。")
    return both(" ".join(english), "".join(chinese))


def _mwh(attribution: Attribution) -> list[float]:
    """MWh by origin as the method counts them, all consumers over the whole period."""
    return [float(x) for x in np.asarray(attribution.split().method_910).sum(axis=0)]
