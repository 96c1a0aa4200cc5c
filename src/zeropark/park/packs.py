"""Packaged data files: tariffs and rule packs, and packs of the user's own."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zeropark.errors import Fault, nearest
from zeropark.park.faults import faults_of
from zeropark.park.fields import Reading
from zeropark.park.tariffs import Pack
from zeropark.park.yaml import Document, read_yaml


def packaged(kind: str) -> dict[str, Path]:
    """Packaged files of a kind (``packs``, ``tariffs``), by name."""
    folder = Path(str(resources.files("zeropark") / "data" / kind))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


@lru_cache(maxsize=64)
def _packaged_document(kind: str, name: str) -> Document:
    return read_yaml(packaged(kind)[name], f"{kind}/{name}.yaml")


def read_pack(name: str, file: Path | None, shown: str) -> tuple[Pack | None, list[Fault]]:
    """A rule pack by packaged name, or from the user's file; with every fault found in it."""
    if file is None and name not in packaged("packs"):
        return None, [
            Fault(
                shown,
                None,
                f"rules.{name}",
                f"pack '{name}'",
                "a packaged pack, or file: PATH",
                nearest(name, packaged("packs")) or ", ".join(packaged("packs")),
            )
        ]
    document = _packaged_document("packs", name) if file is None else read_yaml(file, file.name)
    if document.faults:
        return None, list(document.faults)
    try:
        return Pack.model_validate(document.data, context=Reading()), []
    except ValidationError as error:
        return None, faults_of(error, document, Pack)


def with_packaged_tariffs(document: Document) -> list[Fault]:
    """Replace every ``use: NAME`` in the tariffs by the packaged tariff under the park's own values."""
    data = document.data if isinstance(document.data, dict) else {}
    tariffs = data.get("tariffs")
    if not isinstance(tariffs, dict):
        return []
    found = []
    for name, own in tariffs.items():
        if not isinstance(own, dict) or "use" not in own:
            continue
        known, used = packaged("tariffs"), own["use"]
        if not isinstance(used, str) or used not in known:
            path = ("tariffs", name, "use")
            found.append(
                Fault(
                    document.file,
                    document.line(path),
                    ".".join(path),
                    f"tariff '{used}'",
                    "a packaged tariff",
                    nearest(str(used), known) or ", ".join(known),
                )
            )
            tariffs[name] = {}
            continue
        base = _packaged_document("tariffs", used).data
        tariffs[name] = _merged(base, {k: v for k, v in own.items() if k != "use"})
    return found


def _merged(base: Any, own: Any) -> Any:
    if isinstance(base, dict) and isinstance(own, dict) and "value" not in own:
        return base | {key: _merged(base.get(key), value) for key, value in own.items()}
    return own
