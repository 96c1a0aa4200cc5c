from __future__ import annotations

import pytest

from zeropark.cli.progress import GapCourse, note_of, share_done


@pytest.mark.parametrize(
    ("gap", "share"),
    [(3.0, 0.0), (1.0, 0.0), (1e-4, 0.5), (1e-8, 1.0), (1e-11, 1.0), (0.0, 1.0), (float("inf"), 0.0)],
)
def test_the_share_done_counts_decades_of_the_gap(gap: float, share: float) -> None:
    assert share_done(gap) == pytest.approx(share)


def heard(course: GapCourse, gap: str, seconds: float) -> tuple[float | None, str]:
    return note_of(course, f"solve (arrowhead), iteration 7, gap {gap}", seconds)


def test_time_left_follows_the_pace_of_the_later_half() -> None:
    """From 1e-2 at 4 s to 1e-6 at 8 s is half of the way in 4 s: the last quarter takes 2 s."""
    course = GapCourse()
    assert heard(course, "1.0e+00", 0.0) == (0.0, "")
    heard(course, "1.0e-02", 4.0)
    assert heard(course, "1.0e-06", 8.0) == (0.75, "≈ 2 s left")


def test_a_gap_that_rises_does_not_move_the_bar_back() -> None:
    """Half of the way in 6 s, nothing for 2 s: from 4 s on, a gain of 0.25 in 4 s."""
    course = GapCourse()
    for gap, seconds in (("1.0e+00", 0.0), ("1.0e-02", 4.0), ("1.0e-04", 6.0)):
        heard(course, gap, seconds)
    assert heard(course, "1.0e-02", 8.0) == (0.5, "≈ 8 s left")


def test_a_gap_that_stands_still_promises_nothing() -> None:
    course = GapCourse()
    for seconds in (0.0, 4.0):
        heard(course, "1.0e-03", seconds)
    assert heard(course, "1.0e-03", 8.0) == (0.375, "8 s in this stage")


def test_nothing_is_promised_at_first_nor_past_the_tolerance() -> None:
    course = GapCourse()
    heard(course, "inf", 1.0)
    assert heard(course, "5.0e-01", 2.0)[1] == "2 s in this stage"
    assert heard(course, "1.0e-09", 9.0) == (1.0, "9 s in this stage")


@pytest.mark.parametrize("stage", ["build", "solve (hipo), iteration 12", "report.html", "start: 1 of 4"])
def test_other_stages_have_no_share_and_the_next_solve_starts_anew(stage: str) -> None:
    course = GapCourse()
    heard(course, "1.0e+00", 0.0)
    heard(course, "1.0e-06", 5.0)
    assert note_of(course, stage, 3.0) == (None, "3 s in this stage")
    assert heard(course, "1.0e-02", 1.0)[0] == pytest.approx(0.25)


def test_a_second_solve_right_after_the_first_starts_anew() -> None:
    course = GapCourse()
    heard(course, "1.0e-07", 5.0)
    assert heard(course, "1.0e-02", 0.5)[0] == pytest.approx(0.25)
