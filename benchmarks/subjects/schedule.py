"""A schedule of two days: capacities are given."""

from parks.case import Case
from subjects.model import Subject

SUBJECT = Subject(
    "schedule",
    "A schedule of 192 quarter-hours",
    "The typical park with given capacities; a demand may go unserved at a price.",
    (("192 quarter-hours", Case(steps=192, minutes=15, given=True, limits=False)),),
    ("zeropark", "zeropark-arrowhead", "clarabel", "highs-hipo", "highs-simplex", "linopy-hipo", "pypsa-hipo", "pypsa",
     "oemof-hipo"),
)  # fmt: skip
