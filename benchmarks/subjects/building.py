"""Building the typical park's problem, without solving it."""

from parks.case import Case
from subjects.model import Subject

SUBJECT = Subject(
    "building",
    "Building the model alone",
    "From figures and series in memory to the tool's complete model; checking the input included where the tool does so.",
    (
        ("8,760 h", Case(steps=8760, solve=False)),
        ("35,040 quarter-hours", Case(steps=35040, minutes=15, solve=False)),
    ),
    ("zeropark", "linopy-hipo", "pypsa-hipo", "oemof-hipo", "calliope-hipo"),
)
