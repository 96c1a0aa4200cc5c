"""The subjects of the table, one module each: its cases and who takes part."""

from __future__ import annotations

from subjects import building, features, nodes, schedule, sizes, years
from subjects.model import Subject

SUBJECTS: dict[str, Subject] = {
    subject.name: subject
    for subject in (
        sizes.SUBJECT, features.SUBJECT, nodes.SUBJECT, years.SUBJECT, schedule.SUBJECT, building.SUBJECT
    )
}  # fmt: skip
