"""Works of four sectors, told once, and written down twice: as a worked example in JSON and into the template's cells.

The figures are invented. The writers know the template's layout from the template alone and use nothing of zeropark.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

A, B, C, D, E, S = (
    "A_InstData",
    "B_EmInst",
    "C_Emissions&Energy",
    "D_Processes",
    "E_PurchPrec",
    "Summary_Products",
)
Works = dict[str, Any]


def burnt(name: str, amount: float, unit: str, ncv: float, factor: float, **more: Any) -> Works:
    return {
        "name": name,
        "method": "Combustion",
        "F": amount,
        "G": unit,
        "H": ncv,
        "J": factor,
        "K": "tCO2/TJ",
        **more,
    }


def reacted(name: str, amount: float, factor: float, unit: str = "t", **more: Any) -> Works:
    return {
        "name": name,
        "method": "Process emissions",
        "F": amount,
        "G": unit,
        "J": factor,
        "K": f"tCO2/{unit}",
        **more,
    }


def carbon(name: str, amount: float, content: float, unit: str = "t", **more: Any) -> Works:
    return {"name": name, "method": "Mass Balance", "F": amount, "G": unit, "L": content, **more}


FERTILISERS: Works = {
    "title": "Ammonia, nitric acid, ammonium nitrate, urea, NPK",
    "streams": [
        burnt("Natural gas, fuel", 141000, "1000Nm3", 36.1, 56.1, N=99.5),
        carbon("Natural gas, feed", 228000, 0.5361, "1000Nm3", H=36.1),
        reacted("CO2 bought for urea", 15200, 1.0),
        reacted("CO2 bound in urea", -183000, 0.733),
        reacted("Limestone filler", 0, 0.44),
        burnt("Biogas", 900, "1000Nm3", 21.5, 54.6, R=100),
    ],
    "pfc": [],
    "stacks": [
        {"name": "Nitric acid line 1", "gas": "N2O", "V": 0.71, "X": 7900, "Z": 310.5},
        {"name": "Nitric acid line 2", "gas": "N2O", "V": 1.94, "X": 8120.5, "Z": 96},
        {"name": "Boiler", "gas": "CO2", "V": 151.5, "X": 7000, "Z": 11.2, "R": 12},
    ],
    "processes": [
        {
            "name": "Ammonia",
            "category": "Ammonia",
            "made": [410000],
            "market": 37500,
            "into": {"P2": 62000, "P3": 47500, "P4": 104000, "P5": 159000},
            "direct": 512345.678,
            "heat": (None, None, 812.5, 62.3),
            "power": (61500, 0.5942, "D.4(a)"),
            "export": (1250, 0.41),
        },
        {
            "name": "Nitric acid",
            "category": "Nitric acid",
            "made": [215000.5],
            "market": 20000.5,
            "into": {"P3": 170000, "P5": 25000},
            "direct": 860400,
            "heat": (None, None, 310, 0),
            "power": (9800, 0.5942, "D.4(a)"),
        },
        {
            "name": "Ammonium nitrate",
            "category": "Mixed fertilisers",
            "made": [220000],
            "market": 180000,
            "into": {"P5": 40000},
            "direct": 0,
            "heat": (310, 0, None, None),
            "power": (4100, 0.5942, "D.4(a)"),
        },
        {
            "name": "Urea",
            "category": "Urea",
            "made": [183000],
            "market": 140000,
            "into": {"P5": 43000},
            "direct": -20150.25,
            "heat": (640, 62.3, None, None),
            "power": (21000, 0.5942, "Mix"),
        },
        {
            "name": "NPK 15-15-15",
            "category": "Mixed fertilisers",
            "made": [395000],
            "market": 390000,
            "non_cbam": 5000,
            "direct": 41000.125,
            "power": (33000, 0.5942, "D.4.1"),
        },
    ],
    "bought": [
        {
            "name": "Ammonia by ship",
            "category": "Ammonia",
            "country": "TT",
            "made": [20500],
            "into": {"P3": 500, "P5": 20000},
            "see": (2.31, "Measured"),
            "power": (0.112, "Measured", 0.36, "D.4(a)"),
        },
        {
            "name": "Urea from the market",
            "category": "Urea",
            "country": "CN",
            "made": [12000],
            "into": {"P5": 11500},
            "other": 500,
            "see": (1.27, "Default"),
            "power": (0.2, "Unknown", 0.58, "D.4(a)"),
        },
    ],
    "goods": [
        ("P1", "28141000", "Anhydrous ammonia", {"AD": 1.0}),
        ("P2", "28080000", "Nitric acid 60 %", {"AE": 0.6}),
        ("P3", "31023090", "AN 34.4", {"AG": 0.344, "AH": 0.5, "AI": 0.5}),
        ("P4", "31021019", "Granular urea", {"AF": 1.0}),
        ("P5", "31052010", "NPK", {"AG": 0.15}),
        ("P5", "31052090", "NPK, weak", {"AG": 0.09}),
    ],
}

ALUMINIUM: Works = {
    "title": "Primary smelter with casthouse",
    "streams": [
        carbon("Prebaked anodes", 131250.75, 0.9785),
        carbon("Anode butts", -27110, 0.951),
        burnt("Natural gas", 21340, "t", 48.0, 56.1),
        reacted("Soda ash", 410, 0.41492, P=98.0),
        carbon("Packing coke", 3150, 0.871, R=4),
    ],
    "pfc": [
        {
            "method": "Slope method",
            "name": "PFPB",
            "F": 188000,
            "AG": 0.21,
            "AH": 1.4,
            "AI": 0.122,
            "AM": 0.097,
        },
        {
            "method": "Overvoltage method",
            "name": "SWPB",
            "F": 62500,
            "AJ": 1.9,
            "AK": 0.945,
            "AL": 3.6,
            "AM": 0.252,
            "AT": 0.98,
        },
    ],
    "stacks": [],
    "processes": [
        {
            "name": "Smelter",
            "category": "Unwrought aluminium",
            "made": [250500, 21000],
            "market": 61000,
            "into": {"P2": 210500},
            "direct": 455000.625,
            "heat": (None, None, 14.5, 56.1),
            "power": (3712000, 0.6101, "D.4.3.2"),
        },
        {
            "name": "Rolled products",
            "category": "Aluminium products",
            "made": [231000],
            "market": 210000,
            "into": {"P1": 21000},
            "direct": 38250,
            "heat": (14.5, 56.1, None, None),
            "power": (97500, 0.5703, "D.4(a)"),
        },
    ],
    "bought": [
        {
            "name": "Ingots",
            "category": "Unwrought aluminium",
            "country": "AE",
            "made": [15000, 4000],
            "into": {"P2": 19000},
            "see": (1.9, "Unknown"),
            "power": (14.9, "Unknown", 0.42, "Mix"),
        },
        {
            "name": "Scrap",
            "category": "Unwrought aluminium",
            "country": "CN",
            "made": [None, 9500],
            "into": {"P1": 2500, "P2": 7000},
            "see": (0, "Measured"),
            "power": (0, "Measured", None, None),
        },
    ],
    "goods": [
        ("P1", "76011000", "Slabs", {"Z": 0.05}),
        ("P2", "76061220", "Sheet", {"Z": 0.19, "AA": 0.03}),
        ("P2", "76071190", "Foil", {"Z": 0.19}),
    ],
}

STEEL: Works = {
    "title": "Sinter, hot metal, steel",
    "streams": [
        carbon("Coke", 1421000, 0.8812, H=28.2),
        carbon("Injected coal", 512000, 0.79, H=27.1),
        carbon("Ore and pellets", 4900000, 0.0023),
        carbon("Limestone", 610000, 0.11375),
        carbon("Scrap", 402000, 0.0021),
        carbon("Alloys", 36500, 0.061),
        carbon("Steel", -3150000, 0.0019),
        carbon("Slag", -980000, 0.0004),
        burnt("Natural gas", 96000, "1000Nm3", 36.1, 56.1),
        burnt("Wood chips and plastics", 21000, "t", 17.5, 91.2, R=61.5),
    ],
    "pfc": [],
    "stacks": [],
    "processes": [
        {
            "name": "Sinter plant",
            "category": "Sintered Ore",
            "made": [4150000],
            "market": 0,
            "into": {"P2": 4150000},
            "direct": 861000,
            "heat": (402, 55.5, None, None),
            "gas": (2100, None),
            "power": (152000, 0.5942, "D.4(a)"),
        },
        {
            "name": "Blast furnaces",
            "category": "Pig iron",
            "made": [2870000],
            "market": 15000,
            "into": {"P3": 2855000},
            "direct": 5512345.5,
            "gas": (None, 14800),
            "power": (71000, 0.5942, "D.4(a)"),
            "export": (610000, 0.5942),
        },
        {
            "name": "Converters and caster",
            "category": "Crude steel",
            "made": [3150000, 0, 0],
            "market": 3105000,
            "into": {"P1": 45000},
            "direct": 402500.75,
            "heat": (88, 61.0, 402, 55.5),
            "gas": (310.5, 1180),
            "power": (391000, 0.5942, "Mix"),
        },
    ],
    "bought": [
        {
            "name": "FeMn",
            "category": "Alloys (FeMn, FeCr, FeNi)",
            "country": "CN",
            "made": [31000],
            "into": {"P3": 30250.5},
            "other": 749.5,
            "see": (1.71, "Default"),
            "power": (2.6, "Default", 0.58, "D.4(a)"),
        },
        {
            "name": "Pig iron, cold",
            "category": "Pig iron",
            "country": "IN",
            "made": [12500],
            "into": {"P3": 12500},
            "see": (2.05, "Measured"),
            "power": (0.15, "Measured", 0.71, "D.4(a)"),
        },
        {
            "name": "Pellets",
            "category": "Sintered Ore",
            "country": "BR",
            "made": [510000],
            "into": {"P2": 510000},
            "see": (0.061, "Measured"),
            "power": (0.04, "Measured", 0.1, "D.4.1"),
        },
    ],
    "goods": [
        ("P3", "72071210", "Slabs", {"R": 0.012}),
        ("P2", "72011011", "Pig iron", {}),
        ("P1", "26011200", "Sinter", {}),
    ],
    "balance": {"H26": 8123456.75, "I26": None, "M26": 120000.0},
}

HYDROGEN: Works = {
    "title": "Hydrogen by steam reforming and electrolysis",
    "streams": [
        carbon("Natural gas, feed", 98000, 0.5361, "1000Nm3", H=36.1),
        carbon("Carbon monoxide sold", -4100, 0.42886),
        burnt("Tail gas and natural gas", 31000, "1000Nm3", 30.2, 53.7, N=99.9),
        burnt("Biogas", 5100, "1000Nm3", 22.0, 54.6, R=97.5),
    ],
    "pfc": [],
    "stacks": [{"name": "CO2 caught, sold", "gas": "CO2", "V": 1810, "X": 100, "Z": 1.5, "R": 0}],
    "processes": [
        {
            "name": "Reformer",
            "category": "Hydrogen",
            "made": [24100],
            "market": 20000,
            "into": {"P2": 4100},
            "direct": 301250.125,
            "heat": (None, None, 655, 61.7),
            "power": (14500, 0.5942, "D.4(a)"),
            "export": (48000, 0.5942),
        },
        {
            "name": "Ammonia loop",
            "category": "Ammonia",
            "made": [22900],
            "market": 22900,
            "direct": 1500,
            "power": (19500, 0.02, "D.4.3.1"),
            "export": (0, None),
        },
    ],
    "bought": [],
    "goods": [
        ("P1", "28041000", "Hydrogen", {}),
        ("P2", "28142000", "Ammonia in water", {"AD": 0.25}),
    ],
}
SECTORS = {"fertilisers": FERTILISERS, "aluminium": ALUMINIUM, "steel": STEEL, "hydrogen": HYDROGEN}


def typed(works: Works) -> dict[tuple[str, str], Any]:
    """What is typed into which cell of the template."""
    cells: dict[tuple[str, str], Any] = {(A, "I20"): works["title"], (A, "I26"): "China"}
    for row, stream in enumerate(works["streams"], 17):
        cells |= {(B, f"D{row}"): stream["method"], (B, f"E{row}"): stream["name"]}
        cells |= {(B, f"{column}{row}"): stream.get(column) for column in "FGHJKLNPR"}
    for row, source in enumerate(works["pfc"], 98):
        cells |= {(B, f"D{row}"): source["method"], (B, f"E{row}"): source["name"]}
        cells |= {(B, f"{key}{row}"): value for key, value in source.items() if key.isupper()}
    for row, stack in enumerate(works["stacks"], 113):
        cells |= {(B, f"D{row}"): stack["name"], (B, f"E{row}"): stack["gas"]}
        cells |= {(B, f"{key}{row}"): value for key, value in stack.items() if key.isupper()}
    cells |= {(C, cell): value for cell, value in works.get("balance", {}).items()}
    for number, process in enumerate(works["processes"]):
        cells |= _process_cells(process, number)
    for number, bought in enumerate(works["bought"]):
        cells |= _bought_cells(bought, number)
    names = {f"P{i}": process["name"] for i, process in enumerate(works["processes"], 1)}
    for row, (process, code, name, parameters) in enumerate(works["goods"], 10):
        cells |= {(S, f"D{row}"): names[process], (S, f"F{row}"): code, (S, f"H{row}"): name}
        cells |= {(S, f"{column}{row}"): value for column, value in parameters.items()}
    return {place: value for place, value in cells.items() if value is not None}


def _process_cells(process: Works, number: int) -> dict[tuple[str, str], Any]:
    row, top = 83 + number, 11 + 65 * number
    cells = {(A, f"E{row}"): process["category"], (A, f"L{row}"): process["name"]}
    cells |= {(D, f"L{top + 5 + i}"): amount for i, amount in enumerate(process["made"])}
    others = [other for other in range(10) if other != number]
    for id_, amount in process.get("into", {}).items():
        cells[D, f"L{top + 21 + others.index(int(id_[1:]) - 1)}"] = amount
    heat, gas = process.get("heat", (None,) * 4), process.get("gas", (None, None))
    power, export = process.get("power", (None,) * 3), process.get("export", (None, None))
    told = {
        "L16": process.get("market"),
        "L30": process.get("non_cbam"),
        "L43": process.get("direct"),
        **dict(zip(("L46", "L47", "M46", "M47"), heat, strict=True)),
        **dict(zip(("L50", "M50"), gas, strict=True)),
        **dict(zip(("L54", "L55", "L56"), power, strict=True)),
        **dict(zip(("L60", "L61"), export, strict=True)),
    }
    return cells | {(D, f"{cell[0]}{top + int(cell[1:])}"): value for cell, value in told.items()}


def _bought_cells(bought: Works, number: int) -> dict[tuple[str, str], Any]:
    row, top = 102 + number, 14 + 44 * number
    cells = {
        (A, f"E{row}"): bought["category"],
        (A, f"F{row}"): bought["country"],
        (A, f"L{row}"): bought["name"],
    }
    cells |= {(E, f"L{top + 3 + i}"): amount for i, amount in enumerate(bought["made"])}
    cells |= {(E, f"L{top + 13 + int(id_[1:])}"): amount for id_, amount in bought["into"].items()}
    see, power = bought["see"], bought["power"]
    told = {
        "L24": bought.get("other"),
        "L35": see[0],
        "M35": see[1],
        "L36": power[0],
        "M36": power[1],
        "L37": power[2],
        "M37": power[3],
    }
    return cells | {(E, f"{cell[0]}{top + int(cell[1:])}"): value for cell, value in told.items()}


def example(works: Works, cells: bool = True) -> dict[str, Any]:
    """The same in the form ``cbam-worked-example/1``; without cells: plain numbers, keys of other words."""

    def leaf(value: Any, unit: str | None, ref: str) -> Any:
        return {"value": value, "unit": unit, "ref": ref} if cells else value

    document: dict[str, Any] = {
        "schema": "cbam-worked-example/1",
        "title": works["title"],
        "source": {"country": {"value": "China"}, "method_of_workbook": "IR (EU) 2023/1773"},
        "source_streams": [
            _stream(stream, f"S{i}", row, leaf)
            for i, (row, stream) in enumerate(enumerate(works["streams"], 17), 1)
        ],
        "pfc_sources": [
            _pfc(source, f"F{i}", row, leaf) for i, (row, source) in enumerate(enumerate(works["pfc"], 98), 1)
        ],
        "measurement_sources": [
            _stack(stack, f"M{i}", row, leaf)
            for i, (row, stack) in enumerate(enumerate(works["stacks"], 113), 1)
        ],
        "production_processes": [
            _process(process, number, leaf) for number, process in enumerate(works["processes"])
        ],
        "purchased_precursors": [
            _bought(bought, number, leaf) for number, bought in enumerate(works["bought"])
        ],
        "products": [
            {"row": row, "process": process, "cn_code": leaf(code, None, f"{S}!F{row}"), "name": name}
            for row, (process, code, name, _) in enumerate(works["goods"], 10)
        ],
        "expected": {"products": [{"row": 10, "see_direct": {"value": 1e9}}]},
    }
    if "balance" in works:
        document["emission_balance"] = {
            "co2_manual": leaf(works["balance"]["H26"], "t CO2e", f"{C}!H26"),
            "biomass_manual": leaf(None, "t CO2e", f"{C}!I26"),
            "indirect_total_manual": leaf(works["balance"]["M26"], "t CO2e", f"{C}!M26"),
        }
    return document


def _stream(stream: Works, id_: str, row: int, leaf: Any) -> Works:
    unit = stream["G"]
    return {
        "id": id_,
        "name": stream["name"],
        "method": stream["method"].lower().replace(" ", "_"),
        "activity_data": {"value": stream["F"], "unit": unit, "ref": f"{B}!F{row}"},
        "ncv": leaf(stream.get("H"), f"GJ/{unit}", f"{B}!H{row}"),
        "emission_factor": {"value": stream.get("J"), "unit": stream.get("K"), "ref": f"{B}!J{row}"},
        "carbon_content": leaf(stream.get("L"), f"tC/{unit}", f"{B}!L{row}"),
        "oxidation_factor": {"value": stream.get("N"), "unit": "%", "blank_means": 100},
        "conversion_factor": {"value": stream.get("P"), "unit": "%", "blank_means": 100},
        "biomass_fraction": {"value": stream.get("R"), "unit": "%", "blank_means": 0},
    }


def _pfc(source: Works, id_: str, row: int, leaf: Any) -> Works:
    return {
        "id": id_,
        "technology": source["name"],
        "method": source["method"],
        "aluminium_production": leaf(source["F"], "t Al", f"{B}!F{row}"),
        "frequency": leaf(source.get("AG"), "1/cell-day", f"{B}!AG{row}"),
        "duration": leaf(source.get("AH"), "min", f"{B}!AH{row}"),
        "SEF(CF4)": leaf(source.get("AI"), "(kg CF4/t Al)/(min/cell-day)", f"{B}!AI{row}"),
        "AEO": leaf(source.get("AJ"), "mV", f"{B}!AJ{row}"),
        "CE": leaf(source.get("AK"), "1", f"{B}!AK{row}"),
        "OVC": leaf(source.get("AL"), "kg CF4/(t Al mV)", f"{B}!AL{row}"),
        "F(C2F6)": leaf(source.get("AM"), "t/t", f"{B}!AM{row}"),
        "gwp_cf4": leaf(6630, "t CO2e/t", f"{B}!AP{row}"),
        "collection_efficiency": leaf(source.get("AT"), "% (cell format %)", f"{B}!AT{row}"),
    }


def _stack(stack: Works, id_: str, row: int, leaf: Any) -> Works:
    return {
        "id": id_,
        "name": stack["name"],
        "type_of_ghg": leaf(stack["gas"], None, f"{B}!E{row}"),
        "hourly_ghg_conc_average": leaf(stack["V"], "g/Nm3", f"{B}!V{row}"),
        "hours_operating": leaf(stack["X"], "h/period", f"{B}!X{row}"),
        "flue_gas_flow_average": leaf(stack["Z"], "1000Nm3/h", f"{B}!Z{row}"),
        "biomass_fraction": leaf(stack.get("R"), "%", f"{B}!R{row}"),
        "gwp": leaf(265, "t CO2e/t", f"{B}!AF{row}"),
    }


def _process(process: Works, number: int, leaf: Any) -> Works:
    top = 11 + 65 * number
    heat, gas = process.get("heat", (None,) * 4), process.get("gas", (None, None))
    power, export = process.get("power", (None,) * 3), process.get("export", (None, None))

    def at(value: Any, unit: str | None, cell: str) -> Any:
        return leaf(value, unit, f"{D}!{cell[0]}{top + int(cell[1:])}")

    return {
        "id": f"P{number + 1}",
        "name": process["name"],
        "goods_category": process["category"],
        "production_by_route": [
            {"route": f"Route {i}", "amount": at(amount, "t", f"L{5 + i}")}
            for i, amount in enumerate(process["made"])
        ],
        "to_market": at(process.get("market"), "t", "L16"),
        "consumed_in_other_processes": [
            {"to": id_, "amount": {"value": amount, "unit": "t"}}
            for id_, amount in process.get("into", {}).items()
        ],
        "consumed_non_cbam": at(process.get("non_cbam"), "t", "L30"),
        "dir_em_star": at(process.get("direct"), "t CO2e", "L43"),
        "heat": {
            "imported": at(heat[0], "TJ", "L46"),
            "imported_ef": at(heat[1], "t CO2/TJ", "L47"),
            "exported": at(heat[2], "TJ", "M46"),
            "exported_ef": at(heat[3], "t CO2/TJ", "M47"),
        },
        "waste_gas": {"imported": at(gas[0], "TJ", "L50"), "exported": at(gas[1], "TJ", "M50")},
        "electricity": {
            "consumed": at(power[0], "MWh", "L54"),
            "ef": at(power[1], "t CO2/MWh", "L55"),
            "ef_source": at(power[2], None, "L56"),
        },
        "electricity_exported": {
            "amount": at(export[0], "MWh", "L60"),
            "ef": at(export[1], "t CO2/MWh", "L61"),
        },
    }


def _bought(bought: Works, number: int, leaf: Any) -> Works:
    top = 14 + 44 * number

    def at(value: Any, unit: str | None, cell: str) -> Any:
        return leaf(value, unit, f"{E}!{cell[0]}{top + int(cell[1:])}")

    see, power = bought["see"], bought["power"]
    return {
        "id": f"PP{number + 1}",
        "name": bought["name"],
        "goods_category": bought["category"],
        "country": bought["country"],
        "purchased_by_route": [{"route": None, "amount": amount} for amount in bought["made"]],
        "consumed_in": [{"process": id_, "amount": amount} for id_, amount in bought["into"].items()],
        "other_use": at(bought.get("other"), "t", "L24"),
        "see_direct": at(see[0], "t CO2e/t", "L35"),
        "see_direct_source": at(see[1], None, "M35"),
        "specific_electricity": at(power[0], "MWh/t", "L36"),
        "specific_electricity_source": at(power[1], None, "M36"),
        "electricity_ef": at(power[2], "t CO2e/MWh", "L37"),
        "electricity_ef_source": at(power[3], None, "M37"),
    }


def fill_xml(template: Path, cells: dict[tuple[str, str], Any], path: Path, keep_values: bool = True) -> None:
    """Type the cells into a copy of the file and leave all else as it is, stale results of formulas included.

    keep_values: False drops what formulas gave, as programs do that write formulas and do not compute.
    """
    with ZipFile(template) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    book = parts["xl/workbook.xml"].decode()
    links = parts["xl/_rels/workbook.xml.rels"].decode()
    for sheet in {sheet for sheet, _ in cells}:
        found = re.search(rf'<sheet [^>]*name="{re.escape(escape(sheet))}"[^>]*r:id="(\w+)"', book)
        assert found, sheet
        tag = next(tag for tag in re.findall(r"<Relationship [^>]*>", links) if f'Id="{found[1]}"' in tag)
        part = "xl/" + re.search(r'Target="([^"]+)"', tag)[1].removeprefix("/xl/")  # type: ignore[index]
        given = {cell: value for (name, cell), value in cells.items() if name == sheet}
        parts[part] = _with_cells(parts[part].decode(), given).encode()
    if not keep_values:
        for part in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
            parts[part] = re.sub(rb"(<f(?: [^>]*)?(?:/>|>[^<]*</f>))<v>[^<]*</v>", rb"\1", parts[part])
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as new:
        for name, content in parts.items():
            new.writestr(name, content)


def _with_cells(xml: str, given: dict[str, Any]) -> str:
    left = set(given)

    def typed_over(match: re.Match[str]) -> str:
        cell, style = match[1], re.search(r' s="\d+"', match[0])
        if cell not in given:
            return match[0]
        left.discard(cell)
        head, value = f'<c r="{cell}"{style[0] if style else ""}', given[cell]
        if isinstance(value, str) and value.startswith("="):
            return f"{head}><f>{escape(value[1:])}</f></c>"
        if isinstance(value, str):
            return f'{head} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f"{head}><v>{value!r}</v></c>"

    result = re.sub(r'<c r="([A-Z]+\d+)"[^>]*?(?:/>|>.*?</c>)', typed_over, xml, flags=re.S)
    assert not left, left
    return result
