"""The typical park, from a week to a year of quarter-hours."""

from parks.case import Case
from subjects.model import Subject

SUBJECT = Subject(
    "sizes",
    "The typical park, longer and finer",
    "15 capacities; each step has 15 rates and levels and 5 balances; three stores; a yearly limit on exports and one "
    "on CO2.",
    (
        ("168 h", Case(steps=168)),
        ("2,190 h", Case(steps=2190)),
        ("8,760 h", Case(steps=8760)),
        ("35,040 quarter-hours", Case(steps=35040, minutes=15)),
    ),
    ("zeropark", "zeropark-arrowhead", "clarabel", "highs-hipo", "highs-ipx", "highs-simplex",
     "linopy-hipo", "pypsa-hipo", "pypsa", "oemof-hipo", "calliope-hipo"),
)  # fmt: skip
