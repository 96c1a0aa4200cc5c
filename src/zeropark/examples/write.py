"""Writing the worked example park into a folder of the user's."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path

from zeropark.errors import Fault, InputError
from zeropark.park.spec import ParkFile

SCHEMA = "park.schema.json"
FILES = (
    "park.yaml",
    "pathway.yaml",
    "loads.csv",
    "certificates.csv",
    "README.md",
    "facts.yaml",
    "design-note.md",
)


def example_folder(name: str = "baotou") -> Path:
    """Folder of a packaged example."""
    return Path(str(resources.files("zeropark") / "examples" / name))


def write_example(folder: Path, name: str = "baotou") -> tuple[Path, ...]:
    """Copy the example's files and the editor's schema; nothing that exists is overwritten.

    Raises InputError when a file of the same name is there already, before anything is written.
    """
    targets = [folder / file for file in (*FILES, SCHEMA)]
    if folder.exists() and not folder.is_dir():
        raise InputError([Fault(str(folder), None, "DIR", "a file", "a new or empty folder")])
    faults = [
        Fault(str(target), None, "DIR", "a file of that name", "a new or empty folder")
        for target in targets
        if target.exists()
    ]
    if faults:
        raise InputError(faults)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            [Fault(str(folder), None, "DIR", error.strerror or "no folder", "a folder that can be made")]
        ) from error
    for file in FILES:
        shutil.copyfile(example_folder(name) / file, folder / file)
    (folder / SCHEMA).write_text(
        json.dumps(ParkFile.model_json_schema(by_alias=True), indent=1, ensure_ascii=False), encoding="utf-8"
    )
    return tuple(targets)
