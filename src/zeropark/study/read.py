"""Reading ``study.yaml``: every fault at once, with file and line, before anything is solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.park.faults import faults_of
from zeropark.park.yaml import Document, read_yaml
from zeropark.study.ground import Ground
from zeropark.study.kinds import faults_of_study
from zeropark.study.spec import AnyStudy, StudyFile


def read_studies(path: Path, ground: Ground, only: Sequence[str] = ()) -> Mapping[str, AnyStudy]:
    """The studies of a file by name, in file order; ``only``: those of them.

    Raises InputError with every fault of the file and of what it asks of this park.
    """
    document = read_yaml(path, path.name)
    fail_if(_of_a_study(fault) for fault in document.faults)
    try:
        studies = StudyFile.model_validate(document.data).studies
    except ValidationError as error:
        raise InputError(faults_of(error, document, StudyFile)) from None
    faults = _unknown(only, studies, document)
    for name, study in studies.items():
        faults += faults_of_study(name, study, ground, document)
    fail_if(faults)
    return {name: study for name, study in studies.items() if not only or name in only}


def _of_a_study(fault: Fault) -> Fault:
    """The words of ``park.yaml``'s reader, for this file."""
    if fault.expected == "a park file":
        return replace(fault, expected="a study file", hint="docs: Run a study")
    return fault


def _unknown(only: Sequence[str], studies: Mapping[str, AnyStudy], document: Document) -> list[Fault]:
    return [
        Fault("--only", None, name, "no such study", f"a study of {document.file}", nearest(name, studies))
        for name in only
        if name not in studies
    ]
