"""Finished variants in the results' folder, each written at once: what is there is not solved again."""

from __future__ import annotations

import json
from pathlib import Path

from zeropark.study.jobs import ANSWERED, Job, Result, result_of
from zeropark.study.whole import whole

FOLDER = "variants"


class Finished:
    """One JSON file for each finished job, named by what the job depends on. folder: of the results."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> Result | None:
        """The result of an earlier run; None where there is none that holds: it stopped, or is unreadable."""
        try:
            result = result_of(json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return result if result.status in ANSWERED else None

    def put(self, key: str, job: Job, result: Result) -> None:
        """Keep a result; the file appears whole, or not at all."""
        text = json.dumps({**result.as_dict(), "job": job.as_dict()}, ensure_ascii=False, indent=1)
        with whole(self._folder / f"{key}.json") as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
