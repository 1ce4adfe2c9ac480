"""The Azure client: in which subscriptions it works, reads that only read, errors by kind, and whom it signs in as."""

import os
import sys
import time
from collections.abc import Mapping

import pytest
from azure.core.exceptions import ServiceRequestError
from fakes.azure import Fault
from stage import oidc as stage
from stage.azure_cloud import ONE, OTHER, AzureCloud

from driftguard.clients import azure_operations
from driftguard.clients.azure import reader, writer
from driftguard.clients.azure_errors import from_answer, retry_after
from driftguard.clients.azure_session import Guard, anything, only_reads
from driftguard.clients.pace import Throttled
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
from driftguard.policy import Auth, Azure, AzureIdentity, Clouds, Janitor
from driftguard.retry import Backoff

CONFIG = Azure(subscriptions=(ONE,))
HOST = CONFIG.endpoint
GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def janitor(azure: AzureCloud, **more: object) -> Janitor:
    settings = {"subscriptions": (ONE,), "endpoint": azure.fake.url, **more}
    return Janitor(clouds=Clouds(azure=Azure.model_validate(settings)))


class TestGuard:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", "/x"),
            ("PUT", "/x"),
            ("PATCH", "/x"),
            ("POST", "/x"),
            ("POST", f"{GRAPH}/"),
            ("POST", f"/subscriptions/{ONE}{GRAPH}"),
            ("POST", f"{GRAPH}/../../x"),
        ],
    )
    def test_a_read_session_sends_nothing_but_reads_and_the_graphs_query_by_its_exact_path(
        self, method: str, path: str
    ) -> None:
        with pytest.raises((ReadOnlyViolation, PermanentError)):
            Guard(CONFIG, only_reads).admit(method, HOST + path)

    @pytest.mark.parametrize(("method", "path"), [("GET", "/x"), ("HEAD", "/x"), ("POST", f"{GRAPH}?api-version=1")])
    def test_reads_pass(self, method: str, path: str) -> None:
        Guard(CONFIG, only_reads).admit(method, HOST + path)

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/x",
            "http://management.azure.com/x",
            "https://management.azure.com:444/x",
            "https://management.azure.com@evil.example/x",
            f"{HOST}/subscriptions/{OTHER}/resourceGroups/g",
            f"{HOST}/SUBSCRIPTIONS/{OTHER}",
            f"{HOST}/x/../subscriptions/{OTHER}",
            f"{HOST}/x/%2e%2e/subscriptions/{OTHER}",
            f"{HOST}//subscriptions/{OTHER}",
            f"{HOST}/%2fsubscriptions/{OTHER}",
            f"{HOST}/subscriptions/{ONE}\\..\\{OTHER}",
            f"{HOST}/subscriptions/{ONE}/%5C../x",
        ],
    )
    def test_not_even_a_writer_asks_another_host_or_subscription(self, url: str) -> None:
        with pytest.raises(PermanentError):
            Guard(CONFIG, anything).admit("GET", url)

    def test_the_port_that_https_has_anyway_is_no_other_host(self) -> None:
        Guard(CONFIG, anything).admit("GET", f"{HOST}:443/subscriptions/{ONE}/operations/x")

    @pytest.mark.parametrize("path", ["/providers/Microsoft.Management/managementGroups/x", "/x", "/subscriptions"])
    def test_what_is_in_no_subscription_is_never_written_to(self, path: str) -> None:
        with pytest.raises(PermanentError, match="in no subscription"):
            Guard(CONFIG, anything).admit("DELETE", HOST + path)
        Guard(CONFIG, anything).admit("DELETE", f"{HOST}/subscriptions/{ONE}/resourceGroups/g")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "ResourceNotFound", NotFound),
        (404, "ResourceGroupNotFound", NotFound),
        (404, "NotFound", NotFound),
        (404, "SubscriptionNotFound", AccessDenied),
        (404, "InvalidResourceType", PermanentError),
        (404, "", PermanentError),
        (409, "ScopeLocked", Withheld),
        (403, "DenyAssignmentAuthorizationFailed", Withheld),
        (403, "RequestDisallowedByPolicy", Withheld),
        (409, "ContainerImmutabilityPolicyFailure", Withheld),
        (403, "AuthorizationFailed", AccessDenied),
        (401, "InvalidAuthenticationToken", AccessDenied),
        (409, "Conflict", StillInUse),
        (409, "ResourceGroupBeingDeleted", StillInUse),
        (412, "PreconditionFailed", StillInUse),
        (400, "InUseSubnetCannotBeDeleted", StillInUse),
        (400, "NoRegisteredProviderFound", PermanentError),
        (429, "TooManyRequests", Throttled),
        (503, "ServerBusy", Throttled),
        (500, "InternalServerError", TransientError),
        (0, "CannotDeleteResource", StillInUse),
        (0, "ScopeLocked", Withheld),
        (418, "Teapot", PermanentError),
    ],
)
def test_each_refusal_is_an_error_of_its_kind(status: int, code: str, kind: type[DriftGuardError]) -> None:
    found = from_answer(status, {"Retry-After": "7"}, {"error": {"code": code, "message": "why"}}, "GET /x")
    assert type(found) is kind
    if isinstance(found, TransientError):
        assert found.retry_after == 7


@pytest.mark.parametrize("body", [{}, [], "text", {"error": None}, {"error": []}, {"error": "x"}, None])
def test_any_body_makes_an_error(body: object) -> None:
    assert str(from_answer(400, {}, body, "GET /x")).startswith("GET /x")


@pytest.mark.parametrize(("text", "seconds"), [("3", 3.0), ("-1", 0.0), ("soon", None), ("", None)])
def test_what_the_answer_asks_to_wait_is_read(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}) == seconds


class TestSession:
    def test_a_read_session_refuses_a_write_before_the_wire(self, azure: AzureCloud) -> None:
        thing = azure.fake.put(azure.fake.group(ONE, "g"), "Microsoft.Web/sites", "a")
        api = reader(janitor(azure), os.environ)
        with pytest.raises(ReadOnlyViolation, match="DELETE"):
            api.delete(thing, "2023-01-01")
        with pytest.raises(ReadOnlyViolation, match="POST"):
            api.write("POST", f"{thing}/restart", "2023-01-01")
        assert azure.fake.writes == []

    def test_a_name_that_looks_like_production_needs_naming_twice(self, azure: AzureCloud) -> None:
        azure.fake.subscription(ONE, "acme-PROD")
        with pytest.raises(PermanentError, match="confirm_production"):
            writer(janitor(azure), os.environ).get("/subscriptions", "2022-12-01")
        confirmed = writer(janitor(azure, confirm_production=(ONE,)), os.environ)
        assert set(confirmed.subscriptions) == {ONE}

    def test_a_page_that_fails_is_asked_again_and_none_is_lost(self, azure: AzureCloud) -> None:
        group = azure.fake.group(ONE, "g")
        for number in range(5):
            azure.fake.put(group, "Microsoft.Web/sites", f"dg-{number}")
        azure.fake.page = 2
        azure.fake.faults.append(
            Fault("GET .*/resources$", 429, "TooManyRequests", times=2, headers={"Retry-After": "0"})
        )
        assert len(list(reader(janitor(azure), os.environ).listed(f"{group}/resources", "2021-04-01"))) == 5

    @pytest.mark.parametrize("answer", [{}, {"value": None}, {"value": {}}, [], None, "text"])
    def test_an_answer_that_is_no_listing_isnt_an_empty_one(self, azure: AzureCloud, answer: object) -> None:
        """Or a group would seem to hold nothing that could keep it."""
        group = azure.fake.group(ONE, "g")
        api = reader(janitor(azure), os.environ)
        api.backoff = Backoff(attempts=1)
        azure.fake.faults.append(Fault("GET .*/resources$", 200, said=(answer,)))
        with pytest.raises(DriftGuardError):
            list(api.listed(f"{group}/resources", "2021-04-01"))

    def test_an_answer_that_leads_elsewhere_isnt_an_empty_listing(self, azure: AzureCloud) -> None:
        group = azure.fake.group(ONE, "g")
        azure.fake.faults.append(Fault("GET .*/resources$", 302, said=({"value": []},)))
        with pytest.raises(PermanentError):
            list(reader(janitor(azure), os.environ).listed(f"{group}/resources", "2021-04-01"))

    def test_listings_that_turn_in_a_circle_end(self, azure: AzureCloud) -> None:
        group = azure.fake.group(ONE, "g")
        api = reader(janitor(azure), os.environ)
        _ = api.subscriptions
        link = f"{azure.fake.url}{group}/resources?page=1"
        azure.fake.faults.append(Fault("GET .*/resources$", 200, said=({"value": [], "nextLink": link},)))
        rows = {"data": [], "count": 0, "totalRecords": 9, "resultTruncated": "false", "$skipToken": "x"}
        azure.fake.faults.append(Fault("POST .*/resources$", 200, said=(rows,)))
        with pytest.raises(PermanentError, match="in a circle"):
            list(api.listed(f"{group}/resources", "2021-04-01"))
        with pytest.raises(PermanentError, match="in a circle"):
            list(api.rows("resources"))

    def test_an_answer_with_fewer_rows_than_there_are_isnt_whole(self, azure: AzureCloud) -> None:
        api = reader(janitor(azure), os.environ)
        _ = api.subscriptions
        rows = {"data": [{"id": "x"}], "count": 1, "totalRecords": 2, "resultTruncated": "false"}
        azure.fake.faults.append(Fault("POST .*/resources$", 200, said=(rows,)))
        with pytest.raises(PermanentError, match="cut its answer short"):
            list(api.rows("resources"))

    def test_a_lock_that_doesnt_say_what_it_is_on_leaves_all_unknown(self, azure: AzureCloud) -> None:
        azure.fake.locks.append("")
        azure.fake.faults.append(Fault("GET .*/locks$", 200, said=({"value": [{"name": "keep"}]},)))
        with pytest.raises(PermanentError, match="what it is on isn't known"):
            reader(janitor(azure), os.environ).locks(ONE)

    def test_no_error_tells_the_signature_in_an_address(self, azure: AzureCloud) -> None:
        api = reader(janitor(azure), os.environ)
        api.backoff = Backoff(attempts=1)

        def unreachable() -> None:
            raise ServiceRequestError("Max retries exceeded with url: /operations/x?s=signed (Caused by it)")

        with pytest.raises(TransientError) as raised:
            api._tried(unreachable, "GET /operations/x", "x")
        assert "signed" not in str(raised.value)
        assert "Caused by it" in str(raised.value)

    def test_the_wait_for_a_deletion_has_an_end(self, azure: AzureCloud, monkeypatch: pytest.MonkeyPatch) -> None:
        thing = azure.fake.put(azure.fake.group(ONE, "g"), "Microsoft.Web/sites", "a")
        azure.fake.polls = 10**9
        monkeypatch.setattr(azure_operations, "PATIENCE", 0.2)
        with pytest.raises(StillInUse, match="still being deleted"):
            writer(janitor(azure), os.environ).delete(thing, "2023-01-01")

    def test_without_an_address_to_ask_the_resource_itself_is_looked_at(
        self, azure: AzureCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thing = azure.fake.put(azure.fake.group(ONE, "g"), "Microsoft.Web/sites", "a")
        api = writer(janitor(azure), os.environ)
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            azure.fake.remove(thing.lower())

        api.backoff = Backoff(sleep=sleep)
        api._wait(thing, "2023-01-01", {})
        assert slept == [azure_operations.POLL]

    def test_no_pause_goes_beyond_the_end_of_the_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(azure_operations, "PATIENCE", 0.05)
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            time.sleep(seconds)

        running: tuple[int, Mapping[str, str], object] = (202, {"Retry-After": "3600"}, {})
        with pytest.raises(StillInUse):
            azure_operations.follow("/x", "1", {"Location": "https://x"}, lambda *_: running, sleep)
        assert max(slept) <= 0.05

    def test_an_operation_at_another_host_gets_no_token(self, azure: AzureCloud) -> None:
        api = writer(janitor(azure), os.environ)
        api.backoff = Backoff(sleep=lambda _: None)
        with pytest.raises(PermanentError, match=r"evil\.example"):
            api._wait("/x", "1", {"Location": "https://evil.example/x"})

    @pytest.mark.parametrize(
        "absent", ["azure.core", "azure.identity", "azure.mgmt.resourcegraph", "azure.mgmt.core.policies"]
    )
    def test_where_the_sdks_arent_installed_it_says_which_extra(
        self, azure: AzureCloud, monkeypatch: pytest.MonkeyPatch, absent: str
    ) -> None:
        monkeypatch.setitem(sys.modules, absent, None)
        with pytest.raises(MissingExtra, match=r"driftguard-engine\[azure\]"):
            _ = reader(janitor(azure), os.environ).subscriptions

    def test_signing_in_that_fails_says_what_to_do_once(
        self, azure: AzureCloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("AZURE_CLIENT_SECRET")
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
        with pytest.raises(AccessDenied, match=r"authentication unavailable.*auth\.azure"):
            _ = reader(janitor(azure), os.environ).subscriptions
        assert capfd.readouterr().err == ""


def test_a_job_signs_in_with_githubs_token_and_writes_as_the_other_application(azure: AzureCloud) -> None:
    issuer = stage.Issuer(stage.Clock())
    identity = AzureIdentity(tenant=OTHER, client=ONE)
    with stage.serving(issuer.answer) as issuer.url:
        environ = {**issuer.environ, "AZURE_AUTHORITY_HOST": azure.fake.url}
        policy = janitor(azure, write_client=OTHER)
        for make, client_id in ((reader, ONE), (writer, OTHER)):
            assert set(make(policy, environ, Auth(azure=identity)).subscriptions) == {ONE}
            assert azure.fake.signed_in[-1] == client_id
    assert issuer.issued == 2
