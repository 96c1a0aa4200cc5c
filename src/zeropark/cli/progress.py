"""The progress bar: stage, elapsed, and remaining where a plan of the same size was timed before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from zeropark.cli.say import errors
from zeropark.optimize.options import Progress, silent


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
def bar(quiet: bool) -> Iterator[Progress]:
    """A progress to hand on; it shows on stderr, and only on a terminal."""
    if quiet:
        yield silent
        return
    if not errors.is_terminal:
        yield _one_line_each()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with RichProgress(*columns, console=errors, transient=True) as rich:
        task = rich.add_task("start", total=None, note="")

        def progress(stage: str, seconds: float) -> None:
            note = f"{seconds:.0f} s in this stage" if seconds >= 1 else ""
            rich.update(task, description=stage, note=note)

        yield progress
