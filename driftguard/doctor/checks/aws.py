"""AWS: whether this job can sign in, to the right account, with a role that holds every right that is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from driftguard.doctor.examine import Aws, Patient, Result, State
from driftguard.errors import AccessDenied, DriftGuardError, MissingExtra
from driftguard.janitor import rights
from driftguard.janitor.rights import Grant

GLOBAL = "us-east-1"
_BATCH = 50


class AwsCheck:
    kind: ClassVar[str] = "aws"

    def look(self, patient: Patient) -> Iterator[Result]:
        config = patient.policy.janitor.clouds.aws
        if config is None:
            return
        for which, role in (("read", config.role), ("write", config.write_role or config.role)):
            if which == "write" and role == config.role and config.write_role is None:
                return
            yield from _role(patient, which, role)


def _role(patient: Patient, which: str, role: str | None) -> Iterator[Result]:
    name = f"aws {which}"
    try:
        api = patient.aws(which)
        account = api.account
    except MissingExtra as error:
        yield Result(name, State.FAIL, str(error))
        return
    except DriftGuardError as error:
        yield _no_sign_in(patient, name, which, error)
        return
    yield Result(name, State.OK, f"signed in to account {account}" + (f" as {role}" if role else ""))
    try:
        missing = list(_missing(api, patient, which, (role or "").replace("{account}", account)))
    except AccessDenied as error:
        said = f"whether every right is there couldn't be asked: {error}"
        yield Result(f"{name} rights", State.SKIPPED, said, "allow iam:SimulatePrincipalPolicy to have it asked")
        return
    if missing:
        fix = "terraform apply the module oidc/aws again: it is written from what each type needs"
        yield Result(f"{name} rights", State.FAIL, f"denied: {', '.join(missing)}", fix)
    else:
        yield Result(f"{name} rights", State.OK, "every right that is needed is there")


def _no_sign_in(patient: Patient, name: str, which: str, error: DriftGuardError) -> Result:
    """Only the environment of a job gives the write role; elsewhere its refusal is how it should be."""
    if which == "write":
        fix = "run this in a job with the environment to see it"
        return Result(name, State.SKIPPED, f"the write role is not given here: {error}", fix)
    in_job = patient.environ.get("GITHUB_ACTIONS") == "true"
    fix = "give the job 'permissions: id-token: write', and see the role's trust policy" if in_job else "sign in to AWS"
    return Result(name, State.FAIL, str(error), fix)


def _missing(api: Aws, patient: Patient, which: str, role: str) -> Iterator[str]:
    """The actions that the role is denied. Raises ``AccessDenied`` if IAM won't tell."""
    source = role or str(api.call("sts", "get_caller_identity", region=GLOBAL)["Arn"])
    needed = rights.needed()
    yield from _denied(api, source, needed.read, ("*",), ())
    if which == "write":
        for grant in needed.delete:
            yield from _denied(api, source, grant.actions, _arns(grant, patient, api.account), _tags(patient))


def _denied(
    api: Aws, source: str, actions: Sequence[str], arns: Sequence[str], context: Sequence[Any]
) -> Iterator[str]:
    for start in range(0, len(actions), _BATCH):
        answer = api.call(
            "iam",
            "simulate_principal_policy",
            region=GLOBAL,
            PolicySourceArn=source,
            ActionNames=list(actions[start : start + _BATCH]),
            ResourceArns=list(arns),
            ContextEntries=list(context),
        )
        results = answer["EvaluationResults"]
        allowed = {each["EvalActionName"] for each in results if each["EvalDecision"] == "allowed"}
        yield from sorted({each["EvalActionName"] for each in results} - allowed)


def _arns(grant: Grant, patient: Patient, account: str) -> tuple[str, ...]:
    """An ARN of ours for each of the grant's patterns."""
    ours = f"{patient.policy.janitor.namespace}doctor"
    return tuple(arn if arn == "*" else _concrete(arn, account, ours) for arn in grant.resources)


def _concrete(pattern: str, account: str, name: str) -> str:
    filled = pattern.replace("{partition}", "aws").replace("{account}", account).replace("{namespace}*", name)
    return filled.replace(":*:", f":{GLOBAL}:").replace("/*", "/x")


def _tags(patient: Patient) -> tuple[Any, ...]:
    janitor = patient.policy.janitor
    key = f"aws:ResourceTag/{janitor.owner_tag}"
    values = [*(janitor.owners or ("doctor",))][:1]
    return ({"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": "string"},)


CHECK = AwsCheck()
