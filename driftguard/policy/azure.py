"""Where on Azure the janitor works, and how far it goes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from driftguard.policy.values import Globs, Section, Uuid

SubscriptionId = Annotated[Uuid, StringConstraints(to_lower=True), Field(description="A subscription's id, a UUID.")]
Endpoint = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+(:[0-9]{1,5})?$", max_length=255)]


class Azure(Section):
    subscriptions: Annotated[tuple[SubscriptionId, ...], Field(min_length=1)] = Field(
        description="Ids of subscriptions; nothing is asked of or done in any other."
    )
    types: Annotated[Globs, Field(min_length=1)] = Field(
        ("*",), description="Types to look at (docs/azure.md), with * and ? as wildcards: 'Microsoft.Compute/*'."
    )
    confirm_production: tuple[SubscriptionId, ...] = Field(
        default=(), description="Subscriptions to work in although their name looks like production: named here again."
    )
    resource_groups: StrictBool = Field(
        True, description="Delete resource groups that are wholly ours, in one go; if false, only what is in them."
    )
    purge: StrictBool = Field(
        False, description="Also purge what Azure keeps after a deletion (Key Vault, ...): nobody can get it back then."
    )
    write_client: Uuid | None = Field(
        None, description="The application of a live run's deletions; `auth.azure.client` if not given."
    )
    endpoint: Endpoint = Field(
        "https://management.azure.com",
        description="Azure Resource Manager. Other clouds have another, and need AZURE_AUTHORITY_HOST, too.",
    )
