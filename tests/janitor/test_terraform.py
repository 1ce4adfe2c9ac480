"""What a state must not hold for Terraform to be let near it, read from attributes as providers write them."""

import json
from typing import Any

import pytest

from driftguard.janitor.terraform import forbidden
from driftguard.policy import Janitor


def state(attributes: dict[str, Any]) -> str:
    instance = {"schema_version": 0, "attributes": attributes}
    resource = {"mode": "managed", "type": "aws_thing", "name": "it", "instances": [instance]}
    return json.dumps({"version": 4, "resources": [resource]})


@pytest.mark.parametrize(
    "attributes",
    [
        {"deletion_protection": True},
        {"deletion_protection": "ACTIVE"},
        {"deletion_protection_enabled": "true"},
        {"deletion_protection": "prevent-all-deletion"},
        {"enable_deletion_protection": True},
        {"delete_protection": True},
        {"termination_protection": True},
        {"disable_api_termination": True},
        {"object_lock_enabled": True},
        {"object_lock_enabled": "Enabled"},
        {"settings": [{"tier": "small", "deletion_protection_enabled": True}]},
    ],
)
def test_what_the_provider_says_the_cloud_protects_forbids_all_of_it(attributes: dict[str, Any]) -> None:
    assert "protected by the cloud" in forbidden(state(attributes), "shop-pr-7", Janitor())


@pytest.mark.parametrize(
    "attributes",
    [
        {"deletion_protection": False, "object_lock_enabled": False, "disable_api_termination": None},
        {"deletion_protection": "INACTIVE", "enable_deletion_protection": "DISABLED"},
        {"deletion_protection": "none", "deletion_protection_reason": []},
        {"tag": [{"key": "team", "value": "web", "propagate_at_launch": True}], "tags": None},
        {},
    ],
)
def test_what_is_switched_off_or_not_there_forbids_nothing(attributes: dict[str, Any]) -> None:
    assert forbidden(state(attributes), "shop-pr-7", Janitor()) == ""


def test_tags_in_blocks_count_like_any_others() -> None:
    """As an Auto Scaling group has them."""
    blocks = [{"key": "Environment", "value": "Production", "propagate_at_launch": True}]
    assert "Environment=Production" in forbidden(state({"tag": blocks}), "shop-pr-7", Janitor())
