"""What is said beside the numbers: what the rules behind them do not hold, and what in the input is not closed"""

from __future__ import annotations

from zeropark.cbam.carbon_price import price_controls
from zeropark.cbam.countries import country_code, country_controls
from zeropark.cbam.goods import EXEMPT_ORIGINS, NITROGEN_SUPPLEMENTARY, digits
from zeropark.cbam.leftovers import read_as_none
from zeropark.cbam.model import DEFINITIVE, Installation
from zeropark.cbam.plausible import hardly_meant
from zeropark.cbam.processes import exports_no_heat
from zeropark.cbam.result import InstallationResult, PrecursorResult, ProcessResult
from zeropark.cbam.terms import regime_title
from zeropark.texts import both, headed

NOT_INCLUDED = both(
    "IR (EU) 2026/1740 and the corrigendum of June 2026 are not included",
    "未包含(EU) 2026/1740实施条例及2026年6月更正",
)
_TOLERANCE = 1e-9
_ROUNDED_T = 0.5
"""Typed totals of an installation are off by less; a remark on it would print 0 t."""


def notes_of(installation: Installation) -> tuple[str, ...]:
    """Remarks on the rules: which they are, and what is not in them."""
    notes = [headed(both("regime", "规则"), regime_title(installation.regime)), NOT_INCLUDED]
    if installation.regime != DEFINITIVE:
        notes.append(
            both(
                "transitional rules: from 2026 on goods of Annex II count direct emissions only, and functional units"
                " differ",
                "过渡期规则：2026年起附件二产品只计直接排放，功能单位亦不同",
            )
        )
        return tuple(notes)
    notes += _units(installation)
    for process in installation.processes:
        if exports_no_heat(process):
            notes.append(
                both(
                    f"{process.id}: heat from nitric acid production is not deducted (Annex III A.3)",
                    f"{process.id}：硝酸生产回收热不予扣减（附件三A.3）",
                )
            )
        codes = {product.cn_code for product in installation.products_of(process.id)}
        if len(codes) > 1:
            notes.append(
                both(
                    f"{process.id} yields {len(codes)} CN codes: attributed by functional unit, one process as"
                    " Art. 4(8) and Annex III A.2 allow",
                    f"{process.id}产出{len(codes)}个CN编码：按功能单位分摊（第4条第8款、附件三A.2）",
                )
            )
    for precursor in installation.precursors:
        if country_code(precursor.country) in EXEMPT_ORIGINS:
            notes.append(
                both(
                    f"precursor {precursor.id} originates in {precursor.country}: counted as zero (Annex III B); the list"
                    " of exempted countries is recalled: check point 1 of Annex III of Reg. (EU) 2023/956",
                    f"前体{precursor.id}原产于{precursor.country}：按零计（附件三B）；"
                    "豁免国家名单未核实，请核对(EU) 2023/956附件三第1点",
                )
            )
    return tuple(notes)


def _units(installation: Installation) -> list[str]:
    """Functional units that are recalled, or told in a multiple of what Art. 4 names."""
    codes = {digits(product.cn_code) for product in installation.products}
    notes = []
    if any(code.startswith(NITROGEN_SUPPLEMENTARY) for code in codes):
        notes.append(
            both(
                "3102: kg of nitrogen as functional unit is recalled, unverified: check the supplementary unit in Reg."
                " (EEC) 2658/87, Annex I (IR (EU) 2025/2547 Art. 4(4)(b))",
                "3102：以千克氮为功能单位未核实，请核对(EEC) 2658/87附件一的补充单位（(EU) 2025/2547第4条第4款b项）",
            )
        )
    if any(code.startswith("2834") for code in codes):
        notes.append(
            both(
                "2834: told per tonne; whether Reg. (EEC) 2658/87, Annex I has a supplementary unit for it is unverified:"
                " check (IR (EU) 2025/2547 Art. 4(4)(b))",
                "2834：按吨计；(EEC) 2658/87附件一有无补充单位未核实，请核对（(EU) 2025/2547第4条第4款b项）",
            )
        )
    if any(code.startswith("2716") for code in codes):
        notes.append(
            both(
                "electricity is told per MWh, 1000 times the functional unit kWh of Art. 4(3)",
                "电力按MWh计，为第4条第3款功能单位kWh的1000倍",
            )
        )
    return notes


def controls_of(
    installation: Installation,
    whole: InstallationResult,
    processes: tuple[ProcessResult, ...],
    precursors: tuple[PrecursorResult, ...],
) -> tuple[str, ...]:
    """What was read as none though something should stand there, what does not close, and what else looks wrong."""
    texts = [
        *installation.remarks,
        *read_as_none(installation),
        *hardly_meant(installation),
        *country_controls(installation),
    ]
    for result in processes:
        if not _closed(result.production_control, result.activity_level):
            texts.append(
                both(
                    f"{result.id}: {result.production_control:,.6g} t of the production is not accounted for",
                    f"{result.id}：产量中{result.production_control:,.6g} t未说明去向",
                )
            )
    for bought in precursors:
        if not _closed(bought.control, bought.purchased):
            texts.append(
                both(
                    f"{bought.id}: {bought.control:,.6g} t of what was purchased is not accounted for",
                    f"{bought.id}：购入量中{bought.control:,.6g} t未说明去向",
                )
            )
    texts += price_controls(installation, processes)
    rest = whole.rest_direct_tco2e
    if installation.streams and abs(rest) >= _ROUNDED_T and not _closed(rest, whole.direct_tco2e):
        more = both(
            f"processes carry {-rest:,.0f} t CO2e more than the installation emits (imports of heat or waste gas, or"
            " too much attributed)",
            f"各工序合计比设施排放多{-rest:,.0f} t CO2e（外购热、废气，或分摊过多）",
        )
        less = both(
            f"{rest:,.0f} t CO2e of the installation are attributed to no process told here (exports of heat or waste"
            " gas, or goods outside CBAM)",
            f"设施排放中{rest:,.0f} t CO2e未归属任何生产过程（外供热、废气，或非CBAM产品）",
        )
        texts.append(more if rest < 0 else less)
    return tuple(texts)


def _closed(rest: float, whole: float) -> bool:
    return abs(rest) <= _TOLERANCE * max(abs(whole), 1.0)
