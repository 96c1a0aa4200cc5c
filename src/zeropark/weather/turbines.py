"""Power curves that anyone may look up, and the turbine that a new low-wind site would buy.

All three are tabulated in NREL's wind turbine archive (github.com/NREL/turbine-models, folder
``turbine_models/data/Onshore``; figures only). Their power coefficients there reproduce
with an air density of 1.225 kg/m3, which is therefore their reference density.
"""

from __future__ import annotations

from zeropark.weather.wind import WindTurbine

LOW_WIND_5_5_MW = WindTurbine(
    name="NREL 2020 ATB reference 5.5 MW, rotor 175 m (229 W/m2)",
    hub_height_m=120.0,
    rated_power_mw=5.5,
    rotor_diameter_m=175.0,
    speeds_m_per_s=(
        3.0, 3.25, 3.5, 3.75, 4.0, 4.25, 4.5, 4.75, 5.0, 5.25, 5.5, 5.75, 6.0, 6.25, 6.5, 6.75, 7.0,
        7.25, 7.5, 7.75, 8.0, 8.25, 8.5, 8.75, 9.0, 9.25, 9.5, 9.75, 10.0, 25.0,
    ),
    power_fraction=tuple(kw / 5500 for kw in (
        0, 127, 178, 237, 305, 381, 468, 564, 671, 789, 919, 1061, 1216, 1385, 1567, 1765, 1977, 2205,
        2450, 2711, 2990, 3287, 3602, 3937, 4291, 4665, 5060, 5477, 5500, 5500,
    )),
    cut_out_m_per_s=25.0,
    source="NREL turbine archive, 2020ATB_NREL_Reference_5.5MW_175 (Annual Technology Baseline 2020)",
)

IEA_3_4_MW = WindTurbine(
    name="IEA Wind Task 37 reference 3.4 MW, rotor 130 m (254 W/m2)",
    hub_height_m=110.0,
    rated_power_mw=3.37,
    rotor_diameter_m=130.0,
    speeds_m_per_s=(
        3.0, 3.5392, 4.0485, 4.5267, 4.973, 5.3862, 5.7654, 6.1098, 6.4186, 6.6912, 6.9269, 7.1252,
        7.408, 7.7563, 8.0899, 8.3132, 8.5735, 8.8703, 9.203, 9.5707, 9.8127, 25.0,
    ),
    power_fraction=tuple(kw / 3370 for kw in (
        51.62, 123.37, 213.24, 318.84, 435.96, 560.90, 688.91, 819.13, 949.72, 1075.93, 1193.68, 1299.17,
        1460.08, 1675.86, 1901.50, 2063.34, 2263.33, 2506.64, 2799.33, 3148.46, 3370.0, 3370.0,
    )),
    cut_out_m_per_s=25.0,
    source="NREL turbine archive, IEA_Reference_3.4MW_130 (Bortolotti et al. 2019, NREL/TP-5000-73492)",
)

OLDER_1_5_MW = WindTurbine(
    name="US DOE 1.5 MW, rotor 77 m (322 W/m2), as measured",
    hub_height_m=80.0,
    rated_power_mw=1.5,
    rotor_diameter_m=77.0,
    speeds_m_per_s=(
        2.97, 3.51, 3.97, 4.52, 5.01, 5.52, 5.99, 6.52, 7.04, 7.51, 8.0, 8.49, 9.01, 9.52, 10.03, 10.48,
        10.99, 11.49, 11.98, 12.52, 13.51, 14.43, 15.98, 16.46, 25.0,
    ),
    power_fraction=tuple(min(1.0, kw / 1500) for kw in (
        0.59, 18.91, 58.88, 100.82, 162.89, 235.1, 303.63, 399.01, 513.9, 608.8, 742.33, 853.63, 975.43,
        1096.64, 1200, 1260, 1318, 1390, 1400, 1453, 1478, 1496, 1497, 1505, 1505,
    )),
    cut_out_m_per_s=25.0,
    source="NREL turbine archive, DOE_GE_1.5MW_77 (power performance test, NREL/TP-5000-63684, 2015)",
)

TURBINES: dict[str, WindTurbine] = {
    "low-wind-5.5mw": LOW_WIND_5_5_MW,
    "iea-3.4mw": IEA_3_4_MW,
    "older-1.5mw": OLDER_1_5_MW,
}
