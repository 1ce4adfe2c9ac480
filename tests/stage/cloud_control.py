"""A small Cloud Control API, and the tagging API beside it. Every request and answer is checked against botocore."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session
from botocore.model import ServiceModel, StructureShape
from botocore.validate import ParamValidator

Answer = tuple[int, dict[str, Any]]


@dataclass
class FakeCloudControl:
    """``resources`` maps type and identifier to properties; ``failures`` are error codes for the deletions to come."""

    url: str = ""
    resources: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    tagged: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    polls: int = 1
    tokens: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    _by_token: dict[str, str] = field(default_factory=dict)

    def get_resource(self, asked: dict[str, Any]) -> Answer:
        found = self.resources.get((asked["TypeName"], asked["Identifier"]))
        if found is None:
            return 400, {"__type": "ResourceNotFoundException", "message": "it isn't there"}
        described = {"Identifier": asked["Identifier"], "Properties": json.dumps(found)}
        return 200, {"TypeName": asked["TypeName"], "ResourceDescription": described}

    def delete_resource(self, asked: dict[str, Any]) -> Answer:
        """The same client token gives the same request again, with how it ended, as AWS does."""
        token = asked["ClientToken"]
        self.tokens.append(token)
        if token not in self._by_token:
            request = str(uuid.uuid4())
            self._by_token[token] = request
            fate = self.failures.pop(0) if self.failures else "SUCCESS"
            self._requests[request] = {
                "key": (asked["TypeName"], asked["Identifier"]),
                "left": self.polls,
                "fate": fate,
            }
        return 200, {"ProgressEvent": self._event(self._by_token[token])}

    def get_resource_request_status(self, asked: dict[str, Any]) -> Answer:
        self._requests[asked["RequestToken"]]["left"] -= 1
        return 200, {"ProgressEvent": self._event(asked["RequestToken"])}

    def get_resources(self, asked: dict[str, Any]) -> Answer:
        wanted = asked.get("ResourceARNList")
        mappings = [
            {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            for arn, tags in self.tagged.items()
            if wanted is None or arn in wanted
        ]
        return 200, {"ResourceTagMappingList": mappings, "PaginationToken": ""}

    def _event(self, token: str) -> dict[str, Any]:
        request = self._requests[token]
        kind, identifier = request["key"]
        event = {"TypeName": kind, "Identifier": identifier, "RequestToken": token, "Operation": "DELETE"}
        if request["left"] > 0:
            return {**event, "OperationStatus": "IN_PROGRESS"}
        if request["fate"] != "SUCCESS":
            return {**event, "OperationStatus": "FAILED", "ErrorCode": request["fate"], "StatusMessage": "no"}
        if self.resources.pop((kind, identifier), None) is None:
            return {**event, "OperationStatus": "FAILED", "ErrorCode": "NotFound", "StatusMessage": "it isn't there"}
        request["fate"] = "SUCCESS"
        return {**event, "OperationStatus": "SUCCESS"}


METHODS = {
    "CloudApiService.GetResource": ("cloudcontrol", "get_resource"),
    "CloudApiService.DeleteResource": ("cloudcontrol", "delete_resource"),
    "CloudApiService.GetResourceRequestStatus": ("cloudcontrol", "get_resource_request_status"),
    "ResourceGroupsTaggingAPI_20170126.GetResources": ("resourcegroupstaggingapi", "get_resources"),
}


class Models:
    """botocore's own word for what a request and an answer look like."""

    def __init__(self) -> None:
        session = botocore.session.get_session()
        names = {service for service, _ in METHODS.values()}
        self.models: dict[str, ServiceModel] = {name: session.get_service_model(name) for name in names}

    def check(self, target: str, asked: dict[str, Any], answer: dict[str, Any] | None) -> None:
        service, _ = METHODS[target]
        operation = self.models[service].operation_model(target.rpartition(".")[2])
        for values, shape in ((asked, operation.input_shape), (answer, operation.output_shape)):
            if values is not None and isinstance(shape, StructureShape):
                problems = ParamValidator().validate(values, shape)
                assert not problems.has_errors(), problems.generate_report()
                assert set(values) <= set(shape.members), "a field that AWS doesn't know"


@contextmanager
def cloud_control() -> Iterator[FakeCloudControl]:
    fake, models = FakeCloudControl(), Models()
    lock = threading.Lock()

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            target = self.headers["X-Amz-Target"]
            with lock:
                fake.asked.append(target.rpartition(".")[2])
                status, answer = getattr(fake, METHODS[target][1])(asked)
            models.check(target, asked, answer if status == 200 else None)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
