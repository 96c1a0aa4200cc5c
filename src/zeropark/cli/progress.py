"""The progress bar: stage and elapsed; where a solver tells its gap, also the share done and the time left."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import BarColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress
from rich.progress_bar import ProgressBar

from zeropark.cli.console import errors
from zeropark.optimize.options import Progress, SolverOptions, silent

_GAP = re.compile(r"^solve .*, gap (\d\S*)$")
_ALMOST = 0.999
"""The bar's end: at 1 its clock would stop, while the residuals may still have to follow the gap."""
_TOLD_FROM = 0.1
"""Below this share done nothing is said of the time left: the first steps say little of the others."""


class GapCourse:
    """How far one solve has come, told from its gaps: 0 at a gap of 1, 1 at the tolerance, on a log scale.

    The gap may rise for a while; what is told is the best so far.
    """

    def __init__(self) -> None:
        self.past: list[tuple[float, float]] = []
        """Seconds and best share so far, from the first gap told; what came before was reading the problem."""

    def hear(self, stage: str, seconds: float) -> float | None:
        """Share done by what a solver reports ``seconds`` after it began; None where it tells no gap."""
        told = _GAP.match(stage)
        if told is None or (self.past and seconds < self.past[-1][0]):  # another solve has begun
            self.past = []
        if told is None:
            return None
        best = self.past[-1][1] if self.past else 0.0
        self.past.append((seconds, max(best, share_done(float(told[1])))))
        return self.past[-1][1]

    def seconds_left(self) -> float | None:
        """At the pace of the later half of the time so far, for the first decades are the slowest.

        None while there is no telling.
        """
        seconds, share = self.past[-1]
        if not _TOLD_FROM <= share < 1.0:
            return None
        half = (self.past[0][0] + seconds) / 2
        since, had = next(point for point in reversed(self.past) if point[0] <= half)
        return (1.0 - share) * (seconds - since) / (share - had) if share > had else None


def share_done(gap: float, tolerance: float = SolverOptions.tolerance) -> float:
    """0 at a gap of 1 or more (or none), 1 at the tolerance, even steps for each decade between."""
    if not math.isfinite(gap):
        return 0.0
    return min(1.0, max(0.0, math.log10(max(gap, tolerance)) / math.log10(tolerance)))


class _BarOfShare(BarColumn):
    """A bar for a stage that tells its share, nothing for the others."""

    def render(self, task: Task) -> ProgressBar:
        bar = super().render(task)
        if task.total is None:
            bar.width = 0
        return bar


def note_of(course: GapCourse, stage: str, seconds: float) -> tuple[float | None, str]:
    """Share done (None where nobody knows) and the words beside it, for a stage ``seconds`` old."""
    share = course.hear(stage, seconds)
    left = None if share is None or seconds < 1 else course.seconds_left()
    if left is not None:
        return share, f"≈ {max(1, round(left))} s left"
    return share, f"{seconds:.0f} s in this stage" if seconds >= 1 else ""


def _one_line_each() -> Progress:
    """For logs: a line when a stage begins."""
    said: set[str] = set()

    def progress(stage: str, seconds: float) -> None:
        name = stage.split(",")[0].split(":")[0]
        if name and "." not in name and name not in said:
            said.add(name)
            errors.print(f"{name} …", soft_wrap=True)

    return progress


@contextmanager
def bar(quiet: bool, stays: str = "no results were written") -> Iterator[Progress]:
    """A progress to hand on; it shows on stderr, and only on a terminal. stays: said after Ctrl-C."""
    try:
        with _shown(quiet) as progress:
            yield progress
    except KeyboardInterrupt:
        errors.print(escape(stays), soft_wrap=True)
        raise


@contextmanager
def _shown(quiet: bool) -> Iterator[Progress]:
    if quiet:
        yield silent
        return
    if not errors.is_terminal:
        yield _one_line_each()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        _BarOfShare(bar_width=10),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with RichProgress(*columns, console=errors, transient=True) as rich:
        task = rich.add_task("start", total=None, note="")
        course = GapCourse()

        def progress(stage: str, seconds: float) -> None:
            share, note = note_of(course, stage, seconds)
            shown = rich.tasks[0]
            shown.total = None if share is None else 1.0
            rich.update(task, description=stage, completed=min(share or 0.0, _ALMOST), note=note)

        yield progress
