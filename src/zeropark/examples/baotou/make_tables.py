"""Writes ``loads.csv`` and the provenance table of ``README.md`` for the Baotou example.

Shapes are synthetic (``shapes.py``); levels come from ``facts.yaml`` (``columns.py``). Run it after
changing any of them::

    python -m zeropark.examples.baotou.make_tables
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml

from zeropark.examples.baotou import shapes
from zeropark.examples.baotou.columns import COLUMNS, Facts, Weather, generator

FOLDER = Path(__file__).parent
_TABLE_BEGIN, _TABLE_END = "<!-- table: begin -->", "<!-- table: end -->"


def read_facts(path: Path = FOLDER / "facts.yaml") -> dict[str, float]:
    """Values of all facts and choices by id, each in its own unit."""
    page = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = [row for topic in page["facts"].values() for row in topic] + page["choices"]
    values = {row["id"]: float(row["value"]) for row in rows}
    if len(values) != len(rows):
        raise ValueError(f"{path} has an id twice")
    return values


def load_shapes(facts: Facts | None = None) -> pd.DataFrame:
    """All columns of loads.csv, 8,760 rows, indexed by local hour, rounded as in the file."""
    facts = read_facts() if facts is None else facts
    weather = Weather(shapes.temperature(generator("outdoor")))
    table = {}
    for column in COLUMNS:
        values = column.shape(generator(column.name), weather, facts)
        if column.level is not None:
            values = values * (column.level(facts) / values.mean())
        table[column.header] = values.round(column.decimals) + 0.0
    return pd.DataFrame(table, index=pd.Index(shapes.HOURS.strftime("%Y-%m-%d %H:%M"), name="time"))


def as_csv(table: pd.DataFrame) -> str:
    """The text of loads.csv; trailing zeros are dropped to keep the file small."""
    text = table.copy()
    for column in COLUMNS:
        text[column.header] = [f"{value:.{column.decimals}f}" for value in table[column.header]]
        if column.decimals:
            text[column.header] = text[column.header].str.rstrip("0").str.rstrip(".")
    return text.to_csv(lineterminator="\n")


def provenance(table: pd.DataFrame) -> str:
    """The Markdown table of README.md: what each column is and which facts set its level."""
    lines = [
        "| column 列 | mean 均值 | peak 峰值 | level from 取值依据 | synthetic shape 合成曲线 |",
        "|---|---:|---:|---|---|",
    ]
    for column in COLUMNS:
        values = table[column.header]
        cited = ", ".join(f"`{fact}`" for fact in column.facts)
        size = f"{values.mean():.4g} | {values.max():.4g}"
        lines.append(f"| `{column.header}` | {size} | {cited} | {column.about} |")
    return "\n".join(lines)


def with_table(page: str, table: str) -> str:
    """README text with the part between its two marks replaced by ``table``."""
    head, rest = page.split(_TABLE_BEGIN)
    return f"{head}{_TABLE_BEGIN}\n{table}\n{_TABLE_END}{rest.split(_TABLE_END)[1]}"


def main() -> None:
    """Write loads.csv and renew the table in README.md."""
    table = load_shapes()
    (FOLDER / "loads.csv").write_text(as_csv(table), encoding="utf-8", newline="\n")
    readme = FOLDER / "README.md"
    page = with_table(readme.read_text(encoding="utf-8"), provenance(table))
    readme.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
