"""What the rules say of a good by its code or category: functional unit, and whether indirect emissions count"""

from __future__ import annotations

from zeropark.cbam.model import Installation, Product, ProductionProcess, PurchasedPrecursor

CLINKER_CODES = ("25231000", "25232100", "25232900", "25239000")
"""Functional unit: t of clinker contained, IR (EU) 2025/2547 Art. 4(5) [O]."""
NITROGEN_CODES = ("28080000", "2814", "3105")
"""Functional unit: kg of nitrogen contained, Art. 4(4)(a) [O]."""
NITROGEN_SUPPLEMENTARY = ("3102",)
"""Supplementary unit of Reg. (EEC) 2658/87 is kg of nitrogen, Art. 4(4)(b) [R]: check Annex I, chapter 31."""
ANNEX_II_PREFIXES = ("72", "73", "76", "280410")
"""Iron and steel, aluminium, hydrogen: direct emissions only, Annex II of Reg. (EU) 2023/956 [2]; 2601 12 is not in it."""
ANNEX_II_CATEGORIES = frozenset(
    {
        "iron or steel products",
        "crude steel",
        "direct reduced iron",
        "dri",
        "pig iron",
        "alloys (femn, fecr, feni)",
        "hydrogen",
        "aluminium products",
        "unwrought aluminium",
    }
)
"""The same by the template's categories (Parameters_Constants, column C) [O]; ammonia is kept out: it has an indirect
default value, so it is not of Annex II."""
UNION = "AT BE BG HR CY CZ DK EE FI FR DE GR EL HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
EXEMPT_ORIGINS = frozenset(f"{UNION} IS LI NO CH".split())
"""Union, and point 1 of Annex III of Reg. (EU) 2023/956 [R]: a precursor from there counts as zero (Annex III B)."""

SHARES = ("clinker_factor", "n_content")
"""Qualifying parameters that embedded emissions are multiplied or divided by: fractions, 0 to 1."""

TONNE, CLINKER, NITROGEN, MEGAWATT_HOUR = "t", "t clinker", "kg N", "MWh"


def digits(code: str) -> str:
    """A CN code without spaces and dots."""
    return "".join(letter for letter in code if letter.isdigit())


def direct_only(code: str) -> bool:
    """Whether the good is in Annex II of the Regulation."""
    return digits(code).startswith(ANNEX_II_PREFIXES)


def process_is_direct_only(installation: Installation, process: ProductionProcess) -> bool:
    """By the codes of its goods where it has any, else by its category."""
    codes = [product.cn_code for product in installation.products_of(process.id)]
    if codes:
        return all(direct_only(code) for code in codes)
    return process.goods_category.strip().lower() in ANNEX_II_CATEGORIES


def precursor_is_direct_only(precursor: PurchasedPrecursor) -> bool:
    """By its code where it has one, else by its category."""
    if precursor.cn_code:
        return direct_only(precursor.cn_code)
    return precursor.goods_category.strip().lower() in ANNEX_II_CATEGORIES


def functional_unit(code: str) -> str:
    """The unit that embedded emissions are told by from 2026 on (Art. 4)."""
    plain = digits(code)
    if plain in CLINKER_CODES:
        return CLINKER
    if plain.startswith((*NITROGEN_CODES, *NITROGEN_SUPPLEMENTARY)):
        return NITROGEN
    return MEGAWATT_HOUR if plain.startswith("2716") else TONNE


def content_of(product: Product) -> float | None:
    """Functional units in a tonne of the good; None where its parameters do not say."""
    unit = functional_unit(product.cn_code)
    if unit == CLINKER:
        if digits(product.cn_code) == "25231000" and "clinker_factor" not in product.parameters:
            return 1.0
        return _share(product, "clinker_factor")
    if unit == NITROGEN:
        share = _share(product, "n_content")
        return None if share is None else 1000 * share
    return 1.0


def _share(product: Product, name: str) -> float | None:
    value = product.parameters.get(name)
    return float(value) if isinstance(value, int | float) and value > 0 else None


def template_unit(process: ProductionProcess) -> str:
    """Unit of the amounts of a process: t, or MWh for electricity (sheet Parameters_Constants, column B)."""
    return MEGAWATT_HOUR if process.goods_category.strip().lower().startswith("electricity") else TONNE
