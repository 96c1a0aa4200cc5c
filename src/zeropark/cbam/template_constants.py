"""Constants that a filled template or a worked example carries along: told apart where they are not the rules' own"""

from __future__ import annotations

from zeropark.cbam.processes import EF_NATURAL_GAS, WASTE_GAS_EXPORT
from zeropark.cbam.streams import F_CO2_PER_C, GWP_C2F6, GWP_CF4, GWP_N2O
from zeropark.texts import both

CONSTANTS_OF_RULES = {
    "f_co2_per_c": F_CO2_PER_C,
    "ef_natural_gas": EF_NATURAL_GAS,
    "corr_eta_waste_gas_export": WASTE_GAS_EXPORT,
    "gwp_n2o": GWP_N2O,
    "gwp_cf4": GWP_CF4,
    "gwp_c2f6": GWP_C2F6,
}
"""Names as worked examples have them."""
CONSTANT_CELLS = {"ef_natural_gas": "B13", "gwp_n2o": "B76", "gwp_cf4": "B77", "gwp_c2f6": "B78"}
"""Their cells on the hidden sheet Parameters_Constants."""


def constant_remark(name: str, told: object, where: str) -> str | None:
    """What to say of a constant of the file that is not the rules' own; None where it is, or none is told."""
    own = CONSTANTS_OF_RULES[name]
    if not isinstance(told, int | float) or isinstance(told, bool) or told == own:
        return None
    return both(
        f"{where}: {name} is {told:g} in the file; the rules have {own:g}, which was used",
        f"{where}：文件中{name}为{told:g}；规则为{own:g}，按规则计算",
    )
