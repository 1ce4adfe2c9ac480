"""The long tail: kinds without a file of their own, through AWS's Cloud Control API.

``cloud_control.json`` says which CloudFormation type an ARN is of, and how Cloud Control identifies it;
``tools/cloud_control_table.py`` builds it. https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    NotFound,
    PermanentError,
    StillInUse,
    TransientError,
    UnderWay,
)
from driftguard.janitor.resources.aws.answers import Tags, dig, fill, moment, tag_map
from driftguard.janitor.resources.aws.arn import ArnPattern
from driftguard.janitor.resources.aws.declaration import NAME_TAG
from driftguard.janitor.resources.aws.resource import GLOBAL_ENDPOINT, AwsApi, mark, region_of
from driftguard.model import Target

ATTEMPTS = 3
"""Deletions asked for, each with its own client token: with the old one AWS would only repeat the failure."""

POLLS = 20
LONGEST = 15.0
"""Seconds between two looks at how a deletion goes, at most."""

PATIENCE = 1800.0
"""Seconds that a deletion may take beyond these looks, in later passes."""

_BORN = ("CreationTime", "CreatedAt", "CreatedTime", "CreationDate", "CreateTime", "CreationTimestamp")
_PROTECTED = re.compile(r"(Deletion|Termination)Protection(Enabled|Check)?")
_AGAIN = {"Throttling", "ServiceInternalError", "ServiceTimeout", "NetworkFailure", "InternalFailure"}
_ERRORS: Mapping[str, type[DriftGuardError]] = {
    "NotFound": NotFound,
    "AccessDenied": AccessDenied,
    "InvalidCredentials": AccessDenied,
    "ResourceConflict": StillInUse,
    "NotStabilized": StillInUse,
    **dict.fromkeys(_AGAIN, TransientError),
}
"""https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html"""


@dataclass(frozen=True)
class CloudControlKind:
    """``AwsResource`` for one CloudFormation type, which is its kind, too: ``AWS::AppFlow::Flow``."""

    kind: str
    arn: ArnPattern
    identifier: str
    tags: str
    named: str
    after: tuple[str, ...] = ()
    reads: tuple[str, ...] = ("cloudformation:GetResource", "cloudformation:GetResourceRequestStatus")
    writes: tuple[str, ...] = ("cloudformation:DeleteResource",)
    listed: bool = False
    takes_others: bool = False

    @property
    def is_global(self) -> bool:
        return not self.arn.regional

    def name(self, arn: str, tags: Tags | None) -> str:
        if self.named:
            return self.named.format_map(self.arn.match(arn) or {})
        return (tags or {}).get(NAME_TAG, "")

    def native(self, _api: AwsApi, _region: str) -> Iterator[Target]:
        return iter(())

    def read(self, api: AwsApi, target: Target) -> Target | None:
        try:
            answer = api.call("cloudcontrol", "get_resource", region=region_of(target), **self._which(target))
        except NotFound:
            return None
        properties = json.loads(answer["ResourceDescription"]["Properties"])
        tags = self._tags(api, target, properties)
        return replace(
            target,
            tags=tags,
            fingerprint=mark(tags),
            created_at=moment(next((properties[key] for key in _BORN if key in properties), None)),
            protection=next((f"its {key}" for key, value in properties.items() if _protects(key, value)), ""),
        )

    def _tags(self, api: AwsApi, target: Target, properties: Mapping[str, Any]) -> Tags | None:
        """Not every type's answer has its tags; the tagging API has them. ``None`` if that doesn't know it either."""
        if properties.get(self.tags) is not None:
            return tag_map(properties[self.tags])
        region = region_of(target) if self.arn.regional else GLOBAL_ENDPOINT
        asked = {"ResourceARNList": [target.id]}
        found = api.call("resourcegroupstaggingapi", "get_resources", region=region, **asked)["ResourceTagMappingList"]
        return tag_map(found[0]["Tags"]) if found else None

    def delete(self, api: AwsApi, target: Target) -> str:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._delete_once(api, target)
            except TransientError:
                if attempt == ATTEMPTS:
                    raise
            else:
                break
        return "by Cloud Control"

    def _delete_once(self, api: AwsApi, target: Target) -> None:
        region, token = region_of(target), str(uuid.uuid4())
        asked = {**self._which(target), "ClientToken": token}
        event = api.call("cloudcontrol", "delete_resource", region=region, **asked)["ProgressEvent"]
        for poll in range(POLLS):
            if event["OperationStatus"] == "SUCCESS":
                return
            if event["OperationStatus"] in ("FAILED", "CANCEL_COMPLETE"):
                raise _failure(event)
            api.pause(min(1.0 + poll, LONGEST))
            which = {"RequestToken": event["RequestToken"]}
            event = api.call("cloudcontrol", "get_resource_request_status", region=region, **which)["ProgressEvent"]
        raise UnderWay(f"{target.id} is still being deleted", PATIENCE)

    def _which(self, target: Target) -> dict[str, Any]:
        fields = self.arn.match(target.id)
        if fields is None:
            raise PermanentError(f"{target.id} is not the ARN of a {self.kind}")
        return {"TypeName": self.kind, "Identifier": fill(self.identifier, {**fields, "arn": target.id})}


def _protects(key: str, value: Any) -> bool:
    return _PROTECTED.fullmatch(key) is not None and value not in (False, None, "", "DISABLED", "false")


def _failure(event: Mapping[str, Any]) -> DriftGuardError:
    code = str(dig(event, "ErrorCode") or event["OperationStatus"])
    text = f"cloudcontrol:DeleteResource: {code}: {event.get('StatusMessage', '')}"
    return _ERRORS.get(code, PermanentError)(text)


def table() -> dict[str, CloudControlKind]:
    """Every type of ``cloud_control.json``, by name."""
    rows = json.loads(files(__package__).joinpath("cloud_control.json").read_text(encoding="utf-8"))
    return {
        row["type"]: CloudControlKind(row["type"], ArnPattern(row["arn"]), row["identifier"], row["tags"], row["name"])
        for row in rows
    }
