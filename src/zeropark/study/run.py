"""Running studies: what is done already is taken, the rest is solved side by side, and each result is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from zeropark.errors import Fault, InputError
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.scheduling.choose import scheduler_at
from zeropark.scheduling.cluster import version
from zeropark.scheduling.tasks import InThisProcess, Lost, Scheduler
from zeropark.study.finished import Finished
from zeropark.study.ground import Ground, ground_of
from zeropark.study.jobs import Job, Result
from zeropark.study.kinds import derived_of, variants_of
from zeropark.study.read import read_studies
from zeropark.study.snapshot import FILES_IN, Snapshot, digest, digest_of_data, files_of, taken
from zeropark.study.spec import AnyStudy
from zeropark.study.variants import Derived, Variant
from zeropark.study.work import Shared, work


@dataclass(frozen=True)
class StudyOptions:
    """solver: for every variant, on one thread. scheduler: address of a Dask cluster, whose workers also share
    the years of a joint plan; absent: processes of this machine, ``workers`` of them (absent: one for each core;
    0: none but this one). only: names of studies. overrides: of the park, for all studies, as ``--set``.
    """

    solver: SolverOptions = field(default_factory=SolverOptions)
    scheduler: str | None = None
    workers: int | None = None
    only: Sequence[str] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyResult:
    """A study with every variant and its result, by name, and what they give together."""

    name: str
    study: AnyStudy
    variants: Mapping[str, Variant]
    results: Mapping[str, Result]
    derived: Sequence[Derived]


@dataclass(frozen=True)
class Studied:
    """All studies of a run. reused: variants taken from an earlier run; solved: those of this one."""

    ground: Ground
    studies: Mapping[str, StudyResult]
    reused: int
    solved: int
    seconds: float


def run_studies(
    park: Path, study_file: Path, out: Path, options: StudyOptions | None = None, progress: Progress = silent
) -> Studied:
    """Solve every variant of a study file that is not in ``out`` yet.

    A variant without an answer is a result with its reasons. Raises InputError with every fault of park,
    study file and scheduler; what was finished before an error or an interruption stays in ``out``.
    """
    options = options or StudyOptions()
    began = time.perf_counter()
    progress("read the park", 0.0)
    ground = ground_of(park, options.overrides)
    progress("check the studies", 0.0)
    studies = read_studies(study_file, ground, options.only)
    running = _Running(ground, studies, options, _finished_in(out), progress, began)
    with scheduler_at(options.scheduler, options.workers) as scheduler:
        while running.open():
            running.go_on(scheduler)
    return running.studied()


def _finished_in(out: Path) -> Finished:
    try:
        return Finished(out)
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError([Fault(str(out), None, "--out", found, "a folder that can be written")]) from error


class _Running:
    """Where the studies stand: which variants are known, which are done, which job answers which."""

    def __init__(
        self,
        ground: Ground,
        studies: Mapping[str, AnyStudy],
        options: StudyOptions,
        finished: Finished,
        progress: Progress,
        began: float,
    ) -> None:
        self.ground, self.studies, self.finished = ground, studies, finished
        self.progress, self.began = progress, began
        self.solver = replace(options.solver, threads=1)
        self.variants: dict[str, dict[str, Variant]] = {name: {} for name in studies}
        self.results: dict[str, dict[str, Result]] = {name: {} for name in studies}
        self.answers: dict[str, Result] = {}
        self.files_under: dict[str, list[str]] = {}
        self.reused = self.solved = 0
        self.shared = Shared(self._snapshot(), self.solver)
        self.on_cluster = options.scheduler is not None
        self.shared_by_years = replace(
            self.shared, solver=replace(options.solver, scheduler=options.scheduler)
        )
        self.digests = {name: digest(content) for name, content in self.shared.snapshot.files.items()}

    def _snapshot(self) -> Snapshot:
        """The park's files as they are now, for all that the studies will ask."""
        names: set[str] = set()
        for name, study in self.studies.items():
            for variant in variants_of(name, study, self.ground, {}):
                names |= self._files_of(variant.job)
        return taken(self.ground.file, self.ground.document, names)

    def _files_of(self, job: Job) -> set[str]:
        """The files that a job reads: only overrides of the sections that name files can change them."""
        names: set[str] = set()
        for overrides in _overrides_in(job):
            naming = {path: text for path, text in overrides.items() if path.split(".")[0] in FILES_IN}
            known = self.files_under.setdefault(digest_of_data(naming), [])
            if not known:
                spec, _ = self.ground.spec_with(naming)
                known += files_of(self.ground.park.spec if spec is None else spec)
            names.update(known)
        return names

    def open(self) -> bool:
        """Whether there are variants without a result; what they follow from may have come just now."""
        for name, study in self.studies.items():
            for variant in variants_of(name, study, self.ground, self.results[name]):
                self.variants[name].setdefault(variant.name, variant)
        return any(self.variants[name].keys() - self.results[name].keys() for name in self.studies)

    def go_on(self, scheduler: Scheduler) -> None:
        """Answer all variants that are known now. The same job in several variants is done once."""
        asked: dict[str, list[tuple[str, str]]] = {}
        jobs: dict[str, Job] = {}
        for name, variants in self.variants.items():
            for variant in variants.values():
                if variant.name not in self.results[name]:
                    key = self.key_of(variant.job)
                    jobs[key] = self.merged(variant.job)
                    asked.setdefault(key, []).append((name, variant.name))
        for key in jobs:
            if key not in self.answers and (before := self.finished.get(key)) is not None:
                self.answers[key] = before
                self.reused += 1
        for key in jobs.keys() & self.answers.keys():
            self._give(asked[key], self.answers[key])
        self._solve(scheduler, {key: jobs[key] for key in jobs if key not in self.answers}, asked)

    def _solve(
        self, scheduler: Scheduler, jobs: Mapping[str, Job], asked: Mapping[str, list[tuple[str, str]]]
    ) -> None:
        if not jobs:
            return
        done = 0

        def tick() -> None:
            before = f", {self.reused} from before" if self.reused else ""
            stage = f"solve variants: {done} of {len(jobs)} by {scheduler.words()}{before}"
            self.progress(stage, time.perf_counter() - self.began)

        tick()
        together = {key: job for key, job in jobs.items() if self.on_cluster and job.kind == "joint"}
        alone = {key: job for key, job in jobs.items() if key not in together}
        for key, answer in chain(
            scheduler.run(work, self.shared, alone, tick),
            InThisProcess().run(work, self.shared_by_years, together, tick),
        ):
            result = _lost(answer) if isinstance(answer, Lost) else answer
            self.finished.put(key, jobs[key], result)
            self.answers[key] = result
            self._give(asked[key], result)
            done, self.solved = done + 1, self.solved + 1
            tick()

    def _give(self, asked: Sequence[tuple[str, str]], result: Result) -> None:
        for study, variant in asked:
            self.results[study][variant] = result

    def merged(self, job: Job) -> Job:
        """The job with the command's own overrides below it."""
        return replace(job, overrides=self.ground.merged(job.overrides))

    def key_of(self, job: Job) -> str:
        """Everything that the answer depends on, as one word: park, tables, overrides, solver, version."""
        solver = self.solver
        return digest_of_data(
            {
                "version": version(),
                "park": self.ground.digest,
                "files": {name: self.digests.get(name) for name in sorted(self._files_of(job))},
                "job": self.merged(job).as_dict(),
                "solver": [solver.solver, solver.tolerance, solver.mip_gap],
            }
        )

    def studied(self) -> Studied:
        """The whole, with what the results give together."""
        studies = {}
        for name, study in self.studies.items():
            variants = self.variants[name]
            results = {variant: self.results[name][variant] for variant in variants}
            derived = derived_of(study, self.ground, results)
            studies[name] = StudyResult(name, study, variants, results, derived)
        return Studied(self.ground, studies, self.reused, self.solved, time.perf_counter() - self.began)


def _overrides_in(job: Job) -> list[dict[str, str]]:
    """Every set of overrides that a job reads the park under."""
    years = job.details.get("years", {"": {}})
    return [{**job.overrides, **own} for own in years.values()]


def _lost(answer: Lost) -> Result:
    reason = f"its worker died {answer.attempts} times: too little memory?"
    return Result("not solved", (), (reason,))
