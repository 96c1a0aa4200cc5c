"""The faults of one table: collected while it is read, so that all are told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from zeropark.errors import Fault

MOST_FAULTS = 20


@dataclass
class Complaints:
    """The faults of one table, in the order found; of each kind at most MOST_FAULTS are told."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    told: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, line: int | None, where: str, found: str, expected: str, hint: str = "") -> None:
        """Note one fault."""
        self.faults.append(Fault(self.file, line, where, found, expected, hint))

    def each(
        self,
        rows: Sequence[int],
        tell: Callable[[int], tuple[int | None, str, str]],
        expected: str,
        hint: str = "",
    ) -> None:
        """Note a fault for each row of one kind; ``tell(row)`` gives its line, field and what was found.

        A kind is what has the same ``expected`` and ``hint``; what exceeds its number is only counted.
        """
        room = MOST_FAULTS - self.told.get((expected, hint), 0)
        self.told[expected, hint] = MOST_FAULTS - room + min(len(rows), room)
        for row in rows[:room]:
            line, where, found = tell(row)
            self.add(line, where, found, expected, hint)
        if len(rows) > room:
            line, where, _ = tell(rows[room])
            self.add(line, where, f"… and {len(rows) - room} more", expected, hint)
