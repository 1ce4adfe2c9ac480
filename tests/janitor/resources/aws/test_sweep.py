"""A listing whose token was lost begins anew, and tells each resource once."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from stage.moto_cloud import ACCOUNT

from driftguard.errors import PermanentError
from driftguard.janitor.resources.aws.sweep import BEGINNINGS, pages

LOST = PermanentError("resourcegroupstaggingapi:get_resources: PaginationTokenExpiredException: Token does not exist")


class Losing:
    """Three pages of two resources; each time it is begun, ``losses`` says after how many pages the token is lost."""

    account, regions = ACCOUNT, ("eu-west-1",)

    def __init__(self, *losses: int, error: Exception = LOST) -> None:
        self.losses, self.error = list(losses), error

    def pages(self, _service: str, _operation: str, /, **_: Any) -> Iterator[Mapping[str, Any]]:
        until = self.losses.pop(0) if self.losses else 9
        for number in range(3):
            if number == until:
                raise self.error
            arns = [f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dg-{2 * number + each}" for each in range(2)]
            yield {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []} for arn in arns]}

    def call(self, *_: Any, **__: Any) -> Mapping[str, Any]:
        raise NotImplementedError

    def pause(self, _seconds: float) -> None: ...


def names(api: Losing) -> list[str]:
    return [each["ResourceARN"].rpartition(":")[2] for page in pages(api, "eu-west-1", {}) for each in page]


@pytest.mark.parametrize("losses", [(), (0,), (1,), (2, 1), (1, 2, 0)])
def test_each_resource_is_told_once_however_often_it_begins_anew(losses: tuple[int, ...]) -> None:
    assert names(Losing(*losses)) == [f"dg-{number}" for number in range(6)]


def test_one_that_never_comes_through_raises() -> None:
    with pytest.raises(PermanentError, match="PaginationToken"):
        names(Losing(*[2] * BEGINNINGS))


def test_any_other_error_is_not_tried_again() -> None:
    api = Losing(1, error=PermanentError("no"))
    with pytest.raises(PermanentError, match="no"):
        names(api)
    assert api.losses == []
