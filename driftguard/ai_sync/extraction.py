"""Reading many files: in this process where they are few, in one for each core where they are many."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from driftguard.ai_sync.extractors import project_reader
from driftguard.ai_sync.items import Detector, Extraction, Known
from driftguard.policy import AiSync
from driftguard.registry import discover

_MUCH = 1_500_000
"""Characters; below this, starting processes costs more than it saves."""
_CHUNK = 50
_MOST = 4


@dataclass(frozen=True, slots=True)
class Job:
    """One file for one detector."""

    kind: str
    path: str
    source: str


def detectors_of(policy: AiSync) -> Mapping[str, Detector]:
    """Every detector by its kind, the project's own included."""
    own = (project_reader(number, extractor) for number, extractor in enumerate(policy.extractors))
    found: dict[str, Detector] = discover("driftguard.ai_sync.detectors", "DETECTOR")
    return {**found, **{detector.kind: detector for detector in own}}


def extract_all(jobs: Sequence[Job], policy: AiSync, known: Mapping[str, Known]) -> Iterator[tuple[Job, Extraction]]:
    """What each job's file holds, in order."""
    cores = min(os.cpu_count() or 1, _MOST)
    if cores == 1 or sum(len(job.source) for job in jobs) < _MUCH:
        yield from zip(jobs, _extract(jobs, policy, known), strict=True)
        return
    chunks = [jobs[start : start + _CHUNK] for start in range(0, len(jobs), _CHUNK)]
    with ProcessPoolExecutor(cores) as pool:
        futures = [pool.submit(_extract, chunk, policy, known) for chunk in chunks]
        for chunk, future in zip(chunks, futures, strict=True):
            yield from zip(chunk, future.result(), strict=True)


def _extract(jobs: Sequence[Job], policy: AiSync, known: Mapping[str, Known]) -> list[Extraction]:
    detectors = detectors_of(policy)
    return [detectors[job.kind].extract(job.path, job.source, known.get(job.kind, Known())) for job in jobs]
