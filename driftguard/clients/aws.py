"""AWS through botocore: sessions that read or write, and botocore's errors as ours.

A reader refuses anything but reads before a request is even built, and both readers and writers start nothing with
credentials of an account that the policy doesn't list. botocore loads when the first call is made.
"""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from driftguard.clients import oidc
from driftguard.clients.pace import Pace, Throttled
from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    MissingExtra,
    NotFound,
    PermanentError,
    ReadOnlyViolation,
    StillInUse,
    TransientError,
)
from driftguard.policy import Auth, Aws, Janitor
from driftguard.retry import Backoff, with_backoff

GLOBAL = "us-east-1"
"""Where services without regions answer."""

_READS = re.compile(r"(Describe|List|Get|Head|Search|Lookup|BatchGet|Simulate)[A-Z]\w*")
_THROTTLED = re.compile(r"Thrott|SlowDown|RequestLimitExceeded|TooManyRequests|BandwidthLimit|PriorRequestNotComplete")
_GONE = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|NotExists")
"""A bare 404 isn't among them: something between us and AWS answers so, or cut an answer, as no HEAD is ever sent."""
_DENIED = re.compile(
    r"AccessDenied|Unauthorized|AuthFailure|Forbidden|ExpiredToken|InvalidClientToken|InvalidAccessKey|SignatureDoesNot"
    r"|UnrecognizedClient|OptInRequired|InvalidToken|^403$"
)
_IN_USE = re.compile(
    r"DependencyViolation|InUse|DeleteConflict|NotEmpty|ResourceConflict|HasDependents|ScalingActivityInProgress"
    r"|ClusterContains|InvalidDB\w+State|InvalidCacheClusterState|InvalidReplicationGroupState|Concurrent(Modification|Operation)"
    r"|IncorrectState|IncorrectInstanceState|InvalidNetworkInterfaceID\.InUse"
)
_PRODUCTION = re.compile("prod", re.IGNORECASE)
_PAGE = re.compile(rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_OK = 200


def reader(janitor: Janitor, environ: Mapping[str, str], _auth: Auth = Auth()) -> AwsApi:  # noqa: B008 - frozen
    """Reads only: a write is refused before the wire with ``ReadOnlyViolation``. Roles stand with the accounts."""
    config = _config(janitor)
    return AwsApi(config, environ, _refuse_writes, role=_role(config, config.role))


def writer(janitor: Janitor, environ: Mapping[str, str], _auth: Auth = Auth()) -> AwsApi:  # noqa: B008 - frozen
    """Reads and writes. Only live wiring asks for one."""
    config = _config(janitor)
    return AwsApi(
        config, environ, lambda _service, _operation: None, role=_role(config, config.write_role or config.role)
    )


def _config(janitor: Janitor) -> Aws:
    if janitor.clouds.aws is None:
        raise PermanentError("janitor.clouds.aws is not in the policy")
    return janitor.clouds.aws


def _role(config: Aws, template: str | None) -> str:
    """The ARN to sign in as; empty if the policy names none. Raises ``PermanentError`` if it could mean several."""
    if template and "{account}" in template and len(config.accounts) > 1:
        raise PermanentError("one job signs in to one account: spread them with `driftguard shards` and `run --shard`")
    return (template or "").replace("{account}", config.accounts[0])


def _refuse_writes(service: str, operation: str) -> None:
    if not _READS.fullmatch(operation):
        raise ReadOnlyViolation(f"{service}:{operation} is no read, and this session only reads")


@dataclass
class AwsApi:
    """Calls by service, operation and region; every answer a plain mapping. Safe to share between threads."""

    config: Aws
    environ: Mapping[str, str]
    check: Callable[[str, str], None]
    role: str = ""
    backoff: Backoff = field(default_factory=Backoff)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _paces: dict[tuple[str, str], Pace] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @cached_property
    def account(self) -> str:
        """The account of the credentials.

        Raises ``PermanentError`` if the policy doesn't list it, or lists it only once though it looks like production.
        """
        found = str(self._call("sts", "get_caller_identity", GLOBAL)["Account"])
        if found not in self.config.accounts:
            listed = ", ".join(self.config.accounts)
            raise PermanentError(f"the credentials are of account {found}; janitor.clouds.aws.accounts lists {listed}")
        if found not in self.config.confirm_production:
            self._refuse_production(found)
        return found

    def _refuse_production(self, account: str) -> None:
        """An alias that can't be read may be a production one's, too."""
        cure = f"to work there all the same, name {account} under janitor.clouds.aws.confirm_production"
        try:
            aliases = self._call("iam", "list_account_aliases", GLOBAL)["AccountAliases"]
        except AccessDenied as error:
            raise AccessDenied(f"whether {account} is a production account can't be known ({error}); {cure}") from error
        for alias in aliases:
            if _PRODUCTION.search(alias):
                raise PermanentError(f"account {account} is called '{alias}', which looks like production; {cure}")

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The policy's regions, or all that the account has enabled, and ``global`` for what has none."""
        if self.config.regions:
            return self.config.regions
        found = self.call("ec2", "describe_regions", region=GLOBAL)["Regions"]
        return (*sorted(region["RegionName"] for region in found), "global")

    def call(self, service: str, operation: str, /, *, region: str, **parameters: Any) -> Mapping[str, Any]:
        """One request, tried again while that helps. ``operation`` is boto3's name: ``get_queue_url``."""
        with self._lock:
            _ = self.account
        return self._call(service, operation, region, **parameters)

    def pages(self, service: str, operation: str, /, *, region: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """Every page of a paginated operation, each tried again by itself."""
        with self._lock:
            _ = self.account
        client = self._client(service, region)
        if not client.can_paginate(operation):
            yield self._call(service, operation, region, **parameters)
            return
        paginator = client.get_paginator(operation)
        paginator.PAGE_ITERATOR_CLS = _tried_again(functools.partial(self._call, service, operation, region))
        yield from paginator.paginate(**parameters)

    def pause(self, seconds: float) -> None:
        """Wait for AWS to get on with something."""
        self.backoff.sleep(seconds)

    def _call(self, service: str, operation: str, region: str, /, **parameters: Any) -> Mapping[str, Any]:
        method = getattr(self._client(service, region), operation)
        translated = _translated(lambda: method(**parameters), f"{service}:{operation} in {region}")
        paced = self._pace(service, region).paced(translated)
        answer: Mapping[str, Any] = with_backoff(paced, self.backoff)()
        return answer

    def _pace(self, service: str, region: str) -> Pace:
        with self._lock:
            return self._paces.setdefault((service, region), Pace(self.backoff.sleep))

    def _client(self, service: str, region: str) -> Any:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._build(service, region)
            return self._clients[service, region]

    @cached_property
    def _session(self) -> Any:
        try:
            from botocore.session import get_session  # noqa: PLC0415 - 100 ms that most commands don't need
        except ImportError as error:
            raise MissingExtra("aws", "the janitor on AWS") from error
        session = oidc.aws_session(self.role, self.environ) or get_session()
        session.register_component("data_loader", _descriptions())
        return session

    def _build(self, service: str, region: str) -> Any:
        session = self._session
        from botocore.config import Config  # noqa: PLC0415 - see _session

        config = Config(
            retries={"total_max_attempts": 1},  # ours are the only retries, or they would multiply
            connect_timeout=5,
            read_timeout=20,
            max_pool_connections=64,
            user_agent_extra="driftguard",
        )
        client = _translated(
            lambda: session.create_client(service, region_name=region, config=config), f"{service} in {region}"
        )()
        client.meta.events.register("before-parameter-build", self._before)
        client.meta.events.register("before-parse", _refuse_garbled)
        return client

    def _before(self, model: Any, **_: Any) -> None:
        self.check(model.service_model.service_name, model.name)


def _refuse_garbled(operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raises ``TransientError`` for a body that isn't the service's own: a proxy's page, cut short, or none at all.

    botocore reads such a one as an answer in which nothing is listed, and nothing listed would mean gone.
    """
    if operation_model.has_streaming_output or operation_model.has_event_stream_output:
        return
    what = f"{operation_model.service_model.service_name}:{operation_model.name}"
    body, status = bytes(response_dict["body"]).strip(), response_dict["status_code"]
    if _PAGE.match(body):
        raise TransientError(f"{what}: {status}: a web page came back, no answer of AWS")
    if body and "json" in operation_model.service_model.resolved_protocol and not _is_object(body):
        raise TransientError(f"{what}: {status}: the answer is no JSON object; it may have been cut short")
    if not body and status == _OK and _READS.fullmatch(operation_model.name):
        raise TransientError(f"{what}: {status}: the answer is empty")


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


@functools.cache
def _descriptions() -> Any:
    """What services can do, 60 ms to read for EC2 alone; it never changes, so readers and writers share it."""
    from botocore.loaders import create_loader  # noqa: PLC0415 - see AwsApi._session

    return create_loader()


def _tried_again(call: Callable[..., Mapping[str, Any]]) -> type:
    """Pages that come through ``call``, and so are each tried again by themselves.

    Trying the iterator's ``next`` again instead would lose the rest in silence: a generator that raised is at its end.
    """
    from botocore.paginate import PageIterator  # noqa: PLC0415 - see AwsApi._session

    class Pages(PageIterator):  # type: ignore[type-arg]  # generic in the stubs alone
        def _make_request(self, current_kwargs: dict[str, Any]) -> Any:
            return call(**current_kwargs)

    return Pages


def _translated(function: Callable[[], Any], what: str) -> Callable[[], Any]:
    def translated() -> Any:
        from botocore import exceptions  # noqa: PLC0415 - see AwsApi._session
        from botocore.parsers import ResponseParserError  # noqa: PLC0415 - a page of HTML from something in between

        try:
            return function()
        except exceptions.ClientError as error:
            raise _from_answer(error, what) from error
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
            raise AccessDenied(
                f"{what}: no AWS credentials were found; sign in, or give the job a role by OIDC"
            ) from error
        except (exceptions.HTTPClientError, exceptions.EndpointConnectionError, ResponseParserError) as error:
            raise TransientError(f"{what}: {error}") from error
        except exceptions.BotoCoreError as error:
            raise PermanentError(f"{what}: {error}") from error
        except KeyError as error:  # how botocore's parsers say that an answer lacks its root
            raise TransientError(f"{what}: the answer holds no {error}") from error

    return translated


def _from_answer(error: Any, what: str) -> DriftGuardError:
    """Our error for what AWS answered: by its code first, by the HTTP status where the code says nothing."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    answer = error.response.get("ResponseMetadata", {})
    status = int(answer.get("HTTPStatusCode", 0))
    text = f"{what}: {code}: {error.response.get('Error', {}).get('Message', '')}".rstrip(": ")
    if _THROTTLED.search(code) or status in (429, 503):
        return Throttled(text, _retry_after(answer.get("HTTPHeaders", {})))
    if status >= 500 or code == "404":  # noqa: PLR2004 - HTTP; see _GONE
        return TransientError(text, _retry_after(answer.get("HTTPHeaders", {})))
    kinds = ((_IN_USE, StillInUse), (_GONE, NotFound), (_DENIED, AccessDenied))
    found = next((kind for pattern, kind in kinds if pattern.search(code)), PermanentError)
    return found(text)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None
