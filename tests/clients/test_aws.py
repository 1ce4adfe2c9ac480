"""The AWS client: whose account it works in, reads that only read, pages that are never lost, and how it slows down."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from stage.moto_cloud import ACCOUNT, MotoCloud

from driftguard.clients.aws import AwsApi, reader, writer
from driftguard.clients.pace import FIRST, LONGEST, Pace, Throttled
from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    NotFound,
    PermanentError,
    ReadOnlyViolation,
    StillInUse,
    TransientError,
)
from driftguard.policy import Aws, Clouds, Janitor
from driftguard.retry import Backoff

PAGES = 5


def janitor(*, accounts: tuple[str, ...] = (ACCOUNT,), confirmed: tuple[str, ...] = ()) -> Janitor:
    return Janitor(clouds=Clouds(aws=Aws(accounts=accounts, regions=("eu-west-1",), confirm_production=confirmed)))


@pytest.fixture
def cloud(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> MotoCloud:
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    return aws


class TestAccount:
    def test_an_account_that_the_policy_lists_is_worked_in(self, cloud: MotoCloud) -> None:
        assert reader(janitor(), cloud.environ).account == ACCOUNT

    def test_any_other_starts_nothing(self, cloud: MotoCloud) -> None:
        api = reader(janitor(accounts=("999999999999",)), cloud.environ)
        with pytest.raises(PermanentError, match=f"account {ACCOUNT}"):
            api.call("sqs", "list_queues", region="eu-west-1")

    @pytest.mark.parametrize("alias", ["acme-production", "PROD", "nonprod"])
    def test_a_production_looking_alias_needs_naming_twice(self, cloud: MotoCloud, alias: str) -> None:
        """Whatever looks like production is asked for, also where that is once too often."""
        cloud.client("iam").create_account_alias(AccountAlias=alias)
        with pytest.raises(PermanentError, match="confirm_production"):
            _ = writer(janitor(), cloud.environ).account
        assert writer(janitor(confirmed=(ACCOUNT,)), cloud.environ).account == ACCOUNT

    def test_another_alias_needs_nothing(self, cloud: MotoCloud) -> None:
        cloud.client("iam").create_account_alias(AccountAlias="acme-sandbox")
        assert writer(janitor(), cloud.environ).account == ACCOUNT

    def test_an_alias_that_cant_be_read_may_be_production(
        self, cloud: MotoCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        with front([(403, {"raw": refused})] * 2) as refusing:
            monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", refusing.url)
            with pytest.raises(AccessDenied, match="confirm_production"):
                _ = reader(janitor(), cloud.environ).account


def test_a_read_session_refuses_a_write_before_the_wire(cloud: MotoCloud) -> None:
    api = reader(janitor(), cloud.environ)
    with pytest.raises(ReadOnlyViolation, match="DeleteQueue"):
        api.call("sqs", "delete_queue", region="eu-west-1", QueueUrl="x")


Scripted = tuple[int, dict[str, object]]


@dataclass
class Front:
    """Answers from a script, then as a tagging API of ``PAGES`` pages with one resource each."""

    script: list[Scripted]
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, token: str) -> Scripted:
        self.asked.append(token)
        if self.script and self.script[0][0]:
            return self.script.pop(0)
        if self.script:
            self.script.pop(0)
        number = int(token or "0")
        following = str(number + 1) if number + 1 < PAGES else ""
        arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dg-{number}"
        return 200, {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []}], "PaginationToken": following}


GOOD: Scripted = (0, {})
EMPTY = " "
PAGE = "<!DOCTYPE html>\n<html><body>Sign in to the guest network</body></html>"


@contextmanager
def front(script: list[Scripted]) -> Iterator[Front]:
    made = Front(list(script))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = json.loads(body) if body.startswith(b"{") else {}
            status, answer = made.answer(asked.get("PaginationToken", ""))
            data = str(answer.get("raw") or json.dumps(answer)).encode()[: 0 if answer.get("raw") == EMPTY else None]
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def patient(cloud: MotoCloud) -> AwsApi:
    api = writer(janitor(), cloud.environ)
    api.backoff = Backoff(attempts=4, sleep=lambda _: None)
    return api


THROTTLED: Scripted = (400, {"__type": "ThrottlingException", "message": "slow down"})
BROKEN: Scripted = (500, {"__type": "InternalServiceException"})


@pytest.mark.parametrize("fault", [THROTTLED, BROKEN])
@pytest.mark.parametrize("page", range(PAGES))
def test_a_page_that_fails_is_tried_again_and_no_page_is_lost(
    cloud: MotoCloud, monkeypatch: pytest.MonkeyPatch, fault: Scripted, page: int
) -> None:
    with front([GOOD] * page + [fault]) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API", made.url)
        pages = patient(cloud).pages("resourcegroupstaggingapi", "get_resources", region="eu-west-1")
        names = [item["ResourceARN"].rpartition(":")[2] for found in pages for item in found["ResourceTagMappingList"]]
    assert names == [f"dg-{number}" for number in range(PAGES)]
    assert len(made.asked) == PAGES + 1


def test_a_page_that_keeps_failing_raises_instead_of_ending_the_listing(
    cloud: MotoCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with front([GOOD, *[BROKEN] * 4]) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API", made.url)
        pages = patient(cloud).pages("resourcegroupstaggingapi", "get_resources", region="eu-west-1")
        assert next(pages)
        with pytest.raises(TransientError):
            next(pages)


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        ("DependencyViolation", 400, StillInUse),
        ("ClusterContainsServicesException", 400, StillInUse),
        ("InvalidDBSubnetGroupStateFault", 400, StillInUse),
        ("InvalidVolume.NotFound", 400, NotFound),
        ("DBInstanceNotFound", 404, NotFound),
        ("AWS.SimpleQueueService.NonExistentQueue", 400, NotFound),
        ("AccessDeniedException", 403, AccessDenied),
        ("ProvisionedThroughputExceededException", 503, Throttled),
        ("RequestLimitExceeded", 503, Throttled),
        ("InternalError", 500, TransientError),
        ("404", 404, TransientError),
        ("ValidationException", 400, PermanentError),
    ],
)
def test_each_error_has_its_meaning(
    cloud: MotoCloud, monkeypatch: pytest.MonkeyPatch, code: str, status: int, meaning: type[Exception]
) -> None:
    with front([(status, {"__type": code, "message": "x"})] * 4) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API", made.url)
        with pytest.raises(meaning) as raised:
            patient(cloud).call("resourcegroupstaggingapi", "get_resources", region="eu-west-1")
    assert raised.type is meaning
    assert code in str(raised.value)


@pytest.mark.parametrize(
    "body", [PAGE, f'<?xml version="1.0"?>\n<!-- -->{PAGE}', '{"ResourceTagMappingList": [{"Resou', "[]", EMPTY]
)
@pytest.mark.parametrize("status", [200, 404])
def test_what_is_no_answer_of_the_service_is_never_read_as_one_that_lists_nothing(
    cloud: MotoCloud, monkeypatch: pytest.MonkeyPatch, body: str, status: int
) -> None:
    with front([(status, {"raw": body})] * 4) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API", made.url)
        with pytest.raises(DriftGuardError) as raised:
            patient(cloud).call("resourcegroupstaggingapi", "get_resources", region="eu-west-1")
    assert not isinstance(raised.value, NotFound)


@pytest.mark.parametrize(("service", "operation"), [("ec2", "describe_volumes"), ("rds", "describe_db_instances")])
@pytest.mark.parametrize("body", [PAGE, "<html></html>", "<DescribeVolumesRes", EMPTY])
def test_neither_is_what_xml_services_are_supposed_to_have_said(
    cloud: MotoCloud, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, body: str
) -> None:
    """A page that happens to be well-formed, too: EC2's parser finds no volumes in it."""
    with front([(200, {"raw": body})] * 4) as made:
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service.upper()}", made.url)
        with pytest.raises(TransientError):
            patient(cloud).call(service, operation, region="eu-west-1")


def test_an_answer_of_another_form_is_no_programming_error(cloud: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with front([(200, {"raw": "<other/>"})] * 4) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RDS", made.url)
        with pytest.raises(TransientError, match="DescribeDBInstancesResult"):
            patient(cloud).call("rds", "describe_db_instances", region="eu-west-1")


class TestPace:
    def paced(self, pace: Pace, *, throttled: bool) -> None:
        def call() -> None:
            if throttled:
                raise Throttled("slow down")

        if throttled:
            with pytest.raises(Throttled):
                pace.paced(call)()
        else:
            pace.paced(call)()

    def test_nothing_waits_until_something_throttles(self) -> None:
        slept: list[float] = []
        pace = Pace(slept.append, lambda: 0.0)
        for _ in range(100):
            self.paced(pace, throttled=False)
        assert slept == []

    def test_throttling_doubles_the_gap_up_to_a_limit_and_answers_close_it_again(self) -> None:
        pace = Pace(lambda _: None, lambda: 0.0)
        gaps = []
        for _ in range(12):
            self.paced(pace, throttled=True)
            gaps.append(pace.gap)
        assert gaps[:3] == [FIRST, FIRST * 2, FIRST * 4]
        assert gaps[-1] == LONGEST
        for _ in range(100):
            self.paced(pace, throttled=False)
        assert pace.gap == 0.0

    def test_threads_share_the_gap_so_that_turns_queue_up(self) -> None:
        slept: list[float] = []
        pace = Pace(slept.append, lambda: 0.0)
        pace.gap = 1.0
        for _ in range(3):
            pace._await_turn()
        assert slept == [1.0, 2.0]

    def test_one_service_in_one_region_slows_and_no_other(self, cloud: MotoCloud) -> None:
        api = patient(cloud)
        assert api._pace("sqs", "eu-west-1") is api._pace("sqs", "eu-west-1")
        assert api._pace("sqs", "eu-west-1") is not api._pace("sqs", "eu-west-2")
        assert api._pace("sqs", "eu-west-1") is not api._pace("ec2", "eu-west-1")
