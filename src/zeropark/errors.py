"""Every error that zeropark raises, and the fault: one thing wrong in what the user wrote.

ZeroparkError
├── InputError          the input is wrong; carries every fault found            exit 1
├── UnmetRequest        the input is fine, but what is asked for cannot be had   exit 1
│   ├── Infeasible      no plan satisfies the park; carries the smallest fixes
│   ├── Unbounded       money for nothing; names the assets that make it
│   └── NotSolved       stopped before an optimum: time limit, cancelled, stalled
└── Defect              a fault of ours                                          exit 3
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the user's input, with where it stands and what would be right.

    file: path relative to the park folder. line: 1-based, None where a line makes no sense.
    field: dotted path (``assets.pv.capacity.max``) or column name. found, expected: short words.
    hint: the nearest right thing, or what to do; may be empty.
    """

    file: str
    line: int | None
    field: str
    found: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        text = f"{place}: {self.field}: found {self.found}; expected {self.expected}"
        return f"{text} ({self.hint})" if self.hint else text

    def as_dict(self) -> dict[str, object]:
        """The fault as the JSON object of ``zeropark check --json``."""
        return asdict(self)


class ZeroparkError(Exception):
    """Root of everything that zeropark raises on purpose."""

    exit_code = 3


class InputError(ZeroparkError):
    """The user's input is wrong. Carries all faults found, never only the first.

    ``partial`` is what could be read all the same, for those who can find more faults in it.
    """

    exit_code = 1

    def __init__(self, faults: Iterable[Fault], partial: object = None) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        self.partial = partial
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnmetRequest(ZeroparkError):
    """The input is fine, but what is asked for cannot be had."""

    exit_code = 1


class Infeasible(UnmetRequest):
    """No plan satisfies the park. ``reasons`` are sentences in the user's words, worst first."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons: tuple[str, ...] = tuple(reasons)
        super().__init__("no plan satisfies this park:\n" + "\n".join(f"- {r}" for r in reasons))


class Unbounded(UnmetRequest):
    """The cost can fall without end. ``reasons`` name the assets that make money for nothing."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons: tuple[str, ...] = tuple(reasons)
        super().__init__("the cost has no lower limit:\n" + "\n".join(f"- {r}" for r in reasons))


class NotSolved(UnmetRequest):
    """The solver stopped before an optimum; ``status`` says why."""

    def __init__(self, status: str, detail: str = "") -> None:
        self.status = status
        super().__init__(f"no optimal plan: {status}" + (f" ({detail})" if detail else ""))


class Defect(ZeroparkError):
    """zeropark contradicts itself. Never the user's fault; please report it."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word, or the empty string when nothing is near."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{match[0]}'?" if match else ""


def fail_if(faults: Iterable[Fault]) -> None:
    """Raise InputError when there is any fault."""
    found = tuple(faults)
    if found:
        raise InputError(found)
