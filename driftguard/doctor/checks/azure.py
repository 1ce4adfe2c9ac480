"""Azure: whether this job can sign in, sees every subscription that the policy lists, and may read its locks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

from driftguard.doctor.examine import Patient, Result, State
from driftguard.errors import DriftGuardError, MissingExtra

_SIGN_IN = "give the job 'permissions: id-token: write' and the policy auth.azure, or sign in with `az login`"
_READ = "assign the role that terraform/modules/oidc/azure makes to {subscription}"


class _Locks(Protocol):
    def locks(self, subscription: str) -> Sequence[str]: ...


class AzureCheck:
    kind: ClassVar[str] = "azure"

    def look(self, patient: Patient) -> Iterator[Result]:
        config = patient.policy.janitor.clouds.azure
        if config is None:
            return
        try:
            cloud = patient.cloud("azure")
            tenant, unseen = cloud.identity(), cloud.unseen()
        except MissingExtra as error:
            yield Result("azure", State.FAIL, str(error))
            return
        except DriftGuardError as error:
            yield Result("azure", State.FAIL, str(error), _SIGN_IN)
            return
        yield Result("azure", State.OK, f"signed in to {tenant}")
        for subscription in config.subscriptions:
            yield _subscription(cloud.api, subscription, seen=subscription not in unseen)


def _subscription(api: _Locks, subscription: str, *, seen: bool) -> Result:
    name, fix = f"azure {subscription}", _READ.format(subscription=subscription)
    if not seen:
        return Result(name, State.FAIL, "the credentials don't see this subscription", fix)
    try:
        locks = api.locks(subscription)
    except DriftGuardError as error:
        return Result(name, State.FAIL, f"its locks can't be read, so everything in it counts as locked: {error}", fix)
    return Result(name, State.OK, f"seen, with {len(locks)} locks")


CHECK = AzureCheck()
