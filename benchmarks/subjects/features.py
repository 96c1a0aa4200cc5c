"""The typical park with and without limits, monthly peaks and ramps."""

from parks.case import Case
from subjects.model import Subject

SUBJECT = Subject(
    "features",
    "With and without limits, monthly peaks and ramps",
    "Limits: the two yearly ones. Peaks: a price on each month's highest purchase. Ramps: of electrolyser and heat "
    "pump.",
    (
        ("2,190 h, none of them", Case(steps=2190, limits=False)),
        ("2,190 h, limits", Case(steps=2190)),
        ("2,190 h, limits and peaks", Case(steps=2190, peaks=True)),
        ("2,190 h, limits and ramps", Case(steps=2190, ramps=True)),
        ("2,190 h, all", Case(steps=2190, peaks=True, ramps=True)),
        ("8,760 h, none of them", Case(steps=8760, limits=False)),
        ("8,760 h, limits", Case(steps=8760)),
        ("8,760 h, all", Case(steps=8760, peaks=True, ramps=True)),
    ),
    ("zeropark", "zeropark-arrowhead", "clarabel", "highs-hipo", "linopy-hipo", "pypsa-hipo", "oemof-hipo",
     "calliope-hipo"),
)  # fmt: skip
