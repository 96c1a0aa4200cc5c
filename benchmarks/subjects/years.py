"""Several weather years with common capacities, in one problem."""

from parks.case import Case
from subjects.model import Subject

SUBJECT = Subject(
    "years",
    "Weather years planned jointly",
    "One set of capacities for all years; each year with weather and limits of its own; the mean cost counts.",
    (
        ("5 years of 168 h", Case(steps=168, years=5)),
        ("1 year of 8,760 h", Case(steps=8760)),
        ("5 years of 8,760 h", Case(steps=8760, years=5)),
        ("20 years of 8,760 h", Case(steps=8760, years=20)),
    ),
    ("zeropark", "zeropark-arrowhead", "clarabel", "highs-hipo", "linopy-hipo"),
)
