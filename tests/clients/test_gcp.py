"""The Google Cloud client: which projects it works in, reads that only read, pages, errors, quotas and operations."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes.gcp import FakeGoogle, Fault, error

from driftguard.clients import oidc
from driftguard.clients.gcp import NARROW, WIDE, GcpApi, reader, writer
from driftguard.clients.gcp_errors import Refusal, of_answer, of_operation
from driftguard.clients.gcp_operations import finish
from driftguard.clients.pace import Pace, Quota, Throttled
from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    MissingExtra,
    NotFound,
    PermanentError,
    ReadOnlyViolation,
    StillInUse,
    TransientError,
    Withheld,
)
from driftguard.policy import Auth, Clouds, Gcp, GcpIdentity, Janitor
from driftguard.retry import Backoff

ONE, OTHER, INSIDE = "100000000001", "100000000009", "200000000001"
FOLDER = "folders/900001"
TOPICS = "v1/projects/sandbox-one/topics"


@pytest.fixture
def cloud(google_cloud: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGoogle:
    for name, value in google_cloud.environ(tmp_path).items():
        monkeypatch.setenv(name, value)
    google_cloud.project(ONE, "sandbox-one")
    google_cloud.project(OTHER, "somebody-elses")
    google_cloud.project(INSIDE, "dg-inside", parent=FOLDER)
    for number in range(5):
        name = f"pubsub.googleapis.com/projects/sandbox-one/topics/dg-{number}"
        google_cloud.put("pubsub.googleapis.com/Topic", name, ONE, labels={"driftguard-owner": "x"})
    return google_cloud


def janitor(cloud: FakeGoogle, **more: Any) -> Janitor:
    return Janitor(clouds=Clouds(gcp=Gcp(projects=(ONE,), endpoint=f"{cloud.url}/{{service}}", **more)))


def patient(api: GcpApi) -> GcpApi:
    api.backoff = Backoff(attempts=4, sleep=lambda _: None)
    return api


class TestProjects:
    def test_one_that_the_policy_lists_is_worked_in(self, cloud: FakeGoogle) -> None:
        assert reader(janitor(cloud), {}).project(ONE)["projectId"] == "sandbox-one"

    def test_any_other_starts_nothing(self, cloud: FakeGoogle) -> None:
        api = reader(janitor(cloud), {})
        with pytest.raises(PermanentError, match=r"janitor\.clouds\.gcp\.projects"):
            api.call("GET", "pubsub", "v1/projects/somebody-elses/topics/t", project=OTHER)
        assert cloud.asked == []

    @pytest.mark.parametrize(
        "path",
        [
            "v1/projects/somebody-elses/topics/t",
            f"v1/projects/{OTHER}/topics/t",
            "v1/projects/sandbox-one/topics/../../somebody-elses/topics/t",
            "v1/projects/sandbox-one/topics/%2e%2E/t",
            "v1/projects/%73andbox-one/topics/t",
        ],
    )
    def test_no_path_leads_out_of_the_project_that_was_admitted(self, cloud: FakeGoogle, path: str) -> None:
        with pytest.raises(PermanentError, match="is not of project"):
            writer(janitor(cloud), {}).call("DELETE", "pubsub", path, project=ONE)
        assert cloud.writes == []

    def test_a_folders_project_is_admitted_and_one_of_another_folder_is_not(self, cloud: FakeGoogle) -> None:
        api = reader(janitor(cloud, ephemeral=(FOLDER,)), {})
        assert [each["projectId"] for each in api.projects_in(FOLDER)] == ["dg-inside"]
        assert api.project(INSIDE)["parent"] == FOLDER
        with pytest.raises(PermanentError, match="which the policy doesn't list"):
            api.project(OTHER)
        with pytest.raises(PermanentError, match="ephemeral"):
            list(api.projects_in("folders/900009"))

    @pytest.mark.parametrize("name", ["acme-production", "nonprod-1", "products"])
    def test_a_production_looking_name_needs_naming_twice(self, cloud: FakeGoogle, name: str) -> None:
        """Whatever looks like production is asked for, also where that is once too often."""
        cloud.project(ONE, name)
        with pytest.raises(PermanentError, match="confirm_production"):
            writer(janitor(cloud), {}).project(ONE)
        assert writer(janitor(cloud, confirm_production=(ONE,)), {}).project(ONE)

    def test_an_answer_about_another_project_is_not_believed(self, cloud: FakeGoogle) -> None:
        cloud.projects[ONE]["name"] = f"projects/{OTHER}"
        with pytest.raises(PermanentError, match="when asked for"):
            reader(janitor(cloud), {}).project(ONE)


class TestReadOnly:
    @pytest.mark.parametrize("verb", ["DELETE", "POST", "PUT", "PATCH"])
    def test_a_read_session_refuses_a_write_before_the_wire(self, cloud: FakeGoogle, verb: str) -> None:
        api = reader(janitor(cloud), {})
        api.project(ONE)
        with pytest.raises(ReadOnlyViolation, match=verb):
            api.call(verb, "pubsub", f"{TOPICS}/dg-0", project=ONE)
        assert cloud.writes == []

    def test_the_wire_itself_refuses_whoever_takes_the_session(self, cloud: FakeGoogle) -> None:
        api = reader(janitor(cloud), {})
        with pytest.raises(ReadOnlyViolation):
            api._session("pubsub").delete(f"{cloud.url}/pubsub/{TOPICS}/dg-0")
        assert cloud.writes == []

    def test_a_token_never_goes_without_tls(self, cloud: FakeGoogle) -> None:
        with pytest.raises(AccessDenied, match="without TLS"):
            reader(janitor(cloud), {})._session("pubsub").get("http://127.0.0.1:9/")

    def test_its_token_reads_only_wherever_the_api_takes_such_a_one(self, cloud: FakeGoogle) -> None:
        reader(janitor(cloud), {}).project(ONE)
        assert cloud.scopes == set(NARROW)
        writer(janitor(cloud), {}).project(ONE)
        assert cloud.scopes == {*NARROW, WIDE}


class TestAnswers:
    @pytest.mark.parametrize(
        "fault", [Fault("searchAll", 503, times=1), Fault("searchAll", 429, times=1), Fault("searchAll", 0, times=1)]
    )
    @pytest.mark.parametrize("page", range(3))
    def test_a_page_that_fails_is_tried_again_and_no_page_is_lost(
        self, cloud: FakeGoogle, fault: Fault, page: int
    ) -> None:
        cloud.page = 2
        api = patient(reader(janitor(cloud), {}))
        names = []
        for number, found in enumerate(
            api.pages("cloudasset", f"v1/projects/{ONE}:searchAllResources", project=ONE, pageSize=500)
        ):
            names += [row["displayName"] for row in found["results"]]
            if number == page - 1 or page == 0 == number:
                cloud.faults[:] = [fault]
        assert names == [f"dg-{number}" for number in range(5)]

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b'"x"'])
    def test_an_answer_that_says_nothing_isnt_an_empty_listing(self, cloud: FakeGoogle, body: bytes) -> None:
        """Or a project would seem to have no liens."""
        api = reader(janitor(cloud), {})
        api.project(ONE)
        api.backoff = Backoff(attempts=1)
        answer = SimpleNamespace(status_code=200, content=body, headers={}, json=lambda: json.loads(body))
        api._sessions[True] = SimpleNamespace(request=lambda *_, **__: answer)
        with pytest.raises(TransientError, match="isn't Google's"):
            list(api.pages("cloudresourcemanager", "v3/liens", project=ONE, parent=f"projects/{ONE}"))

    def test_a_listing_that_turns_in_a_circle_is_no_listing(self, cloud: FakeGoogle) -> None:
        cloud.faults.append(Fault("searchAll", 200))
        cloud._paged = lambda *_: (200, {"results": [], "nextPageToken": "again"}, {})  # type: ignore[method-assign]
        api = patient(reader(janitor(cloud), {}))
        with pytest.raises(TransientError, match="circle"):
            list(api.pages("cloudasset", f"v1/projects/{ONE}:searchAllResources", project=ONE))
        del cloud._paged

    def test_without_credentials_it_says_what_to_do(self, cloud: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
        monkeypatch.setenv("CLOUDSDK_CONFIG", "/nonexistent")
        with pytest.raises(AccessDenied, match="no Google credentials were found"):
            reader(janitor(cloud), {}).project(ONE)

    def test_a_deletion_is_over_when_its_operation_is(self, cloud: FakeGoogle) -> None:
        cloud.polls = 3
        name = "run.googleapis.com/projects/sandbox-one/locations/l/services/dg-s"
        cloud.put("run.googleapis.com/Service", name, ONE)
        api = patient(writer(janitor(cloud), {}))
        api.delete("run", "v2/projects/sandbox-one/locations/l/services/dg-s", project=ONE, patience=60)
        assert sum("/operations/" in each for each in cloud.asked) == 3
        assert "dg-s" not in cloud.names()


def told(status: int, name: str, reason: str, message: str = "no") -> DriftGuardError:
    return of_answer(status, error(status, name, reason, message)[1], {}).error("GET x")


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "name", "reason", "message", "kind"),
        [
            (404, "NOT_FOUND", "notFound", "", NotFound),
            (403, "PERMISSION_DENIED", "forbidden", "", AccessDenied),
            (401, "UNAUTHENTICATED", "required", "", AccessDenied),
            (403, "PERMISSION_DENIED", "SERVICE_DISABLED", "", AccessDenied),
            (403, "", "rateLimitExceeded", "", Throttled),
            (403, "", "userRateLimitExceeded", "", Throttled),
            (403, "RESOURCE_EXHAUSTED", "quotaExceeded", "", Throttled),
            (429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "", Throttled),
            (500, "INTERNAL", "backendError", "", TransientError),
            (503, "UNAVAILABLE", "backendError", "", TransientError),
            (409, "ABORTED", "conflict", "", StillInUse),
            (409, "", "conflict", "The bucket you tried to delete is not empty.", StillInUse),
            (400, "INVALID_ARGUMENT", "resourceInUseByAnotherResource", "", StillInUse),
            (400, "", "resourceNotReady", "", StillInUse),
            (400, "FAILED_PRECONDITION", "failedPrecondition", "", StillInUse),
            (400, "FAILED_PRECONDITION", "invalid", "Deletion protection is enabled", Withheld),
            (412, "", "conditionNotMet", "delete_protection is on", Withheld),
            (403, "", "forbidden", "Object is subject to bucket's retention policy", Withheld),
            (400, "FAILED_PRECONDITION", "x", "A lien to prevent deletion was placed on the project", Withheld),
            (400, "INVALID_ARGUMENT", "badRequest", "", PermanentError),
            (412, "", "conditionNotMet", "", PermanentError),
        ],
    )
    def test_each_is_read_by_status_reason_and_words(
        self, status: int, name: str, reason: str, message: str, kind: type[DriftGuardError]
    ) -> None:
        found = told(status, name, reason, message)
        assert type(found) is kind
        assert str(status) in str(found)

    @pytest.mark.parametrize("status", [302, 400, 404, 409])
    def test_a_page_of_something_in_between_is_never_absence(self, status: int) -> None:
        assert type(of_answer(status, None, {}).error("GET x")) is PermanentError

    def test_how_long_to_wait_is_read_from_the_header_and_from_the_answer(self) -> None:
        assert of_answer(429, None, {"Retry-After": "7"}).retry_after == 7
        told = {"error": {"code": 429, "details": [{"retryDelay": "3.5s"}]}}
        assert of_answer(429, told, {}).retry_after == 3.5
        assert of_answer(429, told, {"Retry-After": "soon"}).retry_after == 3.5

    @pytest.mark.parametrize(
        ("operation", "kind"),
        [
            ({"errors": [{"code": "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "message": ""}]}, StillInUse),
            ({"errors": [{"code": "RESOURCE_NOT_FOUND", "message": ""}]}, NotFound),
            ({"errors": [{"code": "QUOTA_EXCEEDED", "message": ""}]}, Throttled),
            ({"code": 9, "message": "in use"}, StillInUse),
            ({"code": 9, "message": "delete protection is enabled"}, Withheld),
            ({"code": 5, "message": ""}, NotFound),
            ({"code": 7, "message": ""}, AccessDenied),
            ({"code": 14, "message": ""}, TransientError),
            ({"code": 3, "message": ""}, PermanentError),
        ],
    )
    def test_an_operation_that_ended_badly_says_so(self, operation: Any, kind: type[DriftGuardError]) -> None:
        assert type(of_operation(operation, None).error("deleting x")) is kind
        answer = {"name": "operations/1", "done": True, "error": operation}
        with pytest.raises(kind):
            finish(answer, "v1/projects/p/things/t", lambda _: {}, lambda _: None, 1)

    def test_the_text_holds_what_google_said_in_one_line(self) -> None:
        assert "\n" not in str(Refusal(400, "two\nlines", ("x",)).error("GET x"))


class TestOperations:
    def test_patience_ends(self) -> None:
        running = {"name": "operation-1", "status": "RUNNING"}
        with pytest.raises(StillInUse, match="still being deleted"):
            finish(running, "compute/v1/projects/p/zones/z/instances/i", lambda _: running, lambda _: None, -1)

    def test_one_that_is_forgotten_has_ended(self) -> None:
        def gone(_path: str) -> Any:
            raise NotFound("no such operation")

        finish({"name": "operations/1"}, "v1/projects/p/x/y", gone, lambda _: None, 60)

    @pytest.mark.parametrize(
        ("path", "name", "where"),
        [
            (
                "compute/v1/projects/p/zones/z/instances/i",
                "operation-1",
                "compute/v1/projects/p/zones/z/operations/operation-1",
            ),
            ("v1/projects/p/instances/i", "uuid", "v1/projects/p/operations/uuid"),
            ("v2/projects/p/locations/l/services/s", "projects/p/locations/l/operations/o", None),
            ("v3/projects/1", "operations/o", "v3/operations/o"),
        ],
    )
    def test_each_lies_where_its_api_has_it(self, path: str, name: str, where: str | None) -> None:
        asked: list[str] = []

        def ask(found: str) -> Any:
            asked.append(found)
            return {"name": name, "done": True, "status": "DONE"}

        finish({"name": name, "status": "RUNNING"}, path, ask, lambda _: None, 60)
        assert asked == [where or f"v2/{name}"]


class TestQuota:
    def test_no_minute_holds_more_than_google_allows(self) -> None:
        now = [0.0]
        pace = Pace(lambda seconds: now.__setitem__(0, now[0] + seconds), lambda: now[0], quota=Quota(400, 60.0))
        sent: list[float] = []
        ask = pace.paced(lambda: sent.append(now[0]))
        for _ in range(1000):
            ask()
        assert all(later - earlier >= 60 for earlier, later in zip(sent, sent[400:], strict=False))
        assert sent[399] == 0.0
        assert sent[-1] == 120.0


def test_a_live_run_may_sign_in_as_another_account_than_the_one_that_reads(cloud: FakeGoogle) -> None:
    identity = GcpIdentity(
        provider="projects/1/locations/global/workloadIdentityPools/pool/providers/github", service_account="reads@x"
    )
    given = janitor(cloud, write_service_account="deletes@x")
    api = writer(given, {}, Auth(gcp=identity))
    assert api.auth.gcp is not None
    assert api.auth.gcp.service_account == "deletes@x"
    assert reader(given, {}, Auth(gcp=identity)).auth.gcp == identity


def test_in_a_job_it_signs_in_by_githubs_token_with_the_same_scopes(cloud: FakeGoogle) -> None:
    """google-auth's own credentials of the policy's pool, and not what the machine happens to have."""
    provider = "projects/1/locations/global/workloadIdentityPools/pool/providers/github"
    job = {oidc.URL: "http://127.0.0.1:9/?v=1", oidc.BEARER: "bearer"}
    api = reader(janitor(cloud), job, Auth(gcp=GcpIdentity(provider=provider)))
    narrow, wide = api._session("compute").credentials, api._session("pubsub").credentials
    assert type(narrow).__module__ == type(wide).__module__ == "google.auth.identity_pool"
    assert (set(narrow.scopes), set(wide.scopes)) == (set(NARROW), {WIDE})
    assert narrow.info["audience"] == f"//iam.googleapis.com/{provider}"


@pytest.mark.parametrize("module", ["google.auth", "google.auth.transport.requests"])
def test_without_the_extra_it_says_which(cloud: FakeGoogle, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"driftguard-engine\[gcp\]"):
        reader(janitor(cloud), {}).project(ONE)


def test_the_client_loads_no_sdk_until_it_is_used() -> None:
    probe = "import sys, driftguard.clients.gcp; print(json.dumps([m for m in sys.modules if m.startswith('google')]))"
    done = subprocess.run([sys.executable, "-c", f"import json; {probe}"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
