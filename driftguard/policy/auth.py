"""How a job signs in, and where its trail is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import (
    Field,
    StringConstraints,
)

from driftguard.policy.values import (
    Section,
    Uuid,
)


class LongLivedKeys(StrEnum):
    WARN = "warn"
    BLOCK = "block"
    ALLOW = "allow"


class AzureIdentity(Section):
    """The application that trusts this repository. Ids, no secrets."""

    tenant: Uuid
    client: Uuid


class GcpIdentity(Section):
    """The workload identity provider that trusts this repository."""

    provider: Annotated[
        str,
        StringConstraints(
            pattern=r"^projects/[0-9]+/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}/providers/[a-z0-9-]{4,32}$"
        ),
    ]
    service_account: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+$")] | None = Field(
        None, description="Impersonated, where rights are given to it and not to the pool itself."
    )


class Auth(Section):
    """How a job signs in. AWS roles stand with their accounts, in janitor.clouds.aws."""

    long_lived_keys: LongLivedKeys = Field(
        LongLivedKeys.WARN, description="What a stored cloud key in the environment of a job means."
    )
    azure: AzureIdentity | None = None
    gcp: GcpIdentity | None = None


class Audit(Section):
    """Where a copy of each run's trail goes."""

    bucket: (
        Annotated[
            str,
            StringConstraints(
                pattern=r"^(s3://[a-z0-9.-]{3,63}|gs://[a-z0-9._-]{3,222}|az://[a-z0-9]{3,24}/[a-z0-9-]{3,63})(/[A-Za-z0-9_./-]*)?$"
            ),
        ]
        | None
    ) = Field(None, description="s3://bucket/prefix, gs://bucket/prefix or az://account/container/prefix.")
