"""Google Cloud: whether this job can sign in, opens every project that the policy lists, and may search through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Protocol

from driftguard.doctor.examine import Patient, Result, State
from driftguard.errors import DriftGuardError, MissingExtra

_PROJECT = (
    "grant the job's identity roles/viewer and roles/cloudasset.viewer there, and enable cloudasset.googleapis.com"
)
_FOLDER = "grant the job's identity roles/browser and roles/viewer on it"


class _Api(Protocol):
    def project(self, number: str) -> Mapping[str, Any]: ...
    def projects_in(self, container: str) -> Iterator[Mapping[str, Any]]: ...
    def pages(self, service: str, path: str, /, *, project: str, **parameters: Any) -> Iterator[Mapping[str, Any]]: ...


class GcpCheck:
    kind: ClassVar[str] = "gcp"

    def look(self, patient: Patient) -> Iterator[Result]:
        config = patient.policy.janitor.clouds.gcp
        if config is None:
            return
        api: _Api = patient.cloud("gcp").api
        try:
            for number in config.projects:
                yield _project(api, number)
            for container in config.ephemeral:
                yield _container(api, container)
        except MissingExtra as error:
            yield Result("gcp", State.FAIL, str(error))


def _project(api: _Api, number: str) -> Result:
    name = f"gcp {number}"
    try:
        project = api.project(number)
        next(api.pages("cloudasset", f"v1/projects/{number}:searchAllResources", project=number, pageSize=1))
    except MissingExtra:
        raise
    except DriftGuardError as error:
        return Result(name, State.FAIL, str(error), _PROJECT)
    return Result(name, State.OK, f"{project.get('projectId')} opens, and can be searched")


def _container(api: _Api, container: str) -> Result:
    name = f"gcp {container}"
    try:
        count = sum(1 for _ in api.projects_in(container))
    except DriftGuardError as error:
        return Result(name, State.FAIL, str(error), _FOLDER)
    return Result(name, State.OK, f"{count} projects lie directly below it")


CHECK = GcpCheck()
