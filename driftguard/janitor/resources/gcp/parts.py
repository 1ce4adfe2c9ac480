"""Asset types that carry the labels of what they are a part of, and go with it; alone they are nobody's to delete."""

from __future__ import annotations

from fnmatch import fnmatchcase

PARTS = (
    "*k8s.io/*",
    "run.googleapis.com/Revision",
    "run.googleapis.com/Execution",
    "run.googleapis.com/Task",
    "container.googleapis.com/NodePool",
    "bigquery.googleapis.com/Table",
    "bigquery.googleapis.com/Model",
    "bigquery.googleapis.com/Routine",
    "sqladmin.googleapis.com/BackupRun",
    "spanner.googleapis.com/Database",
    "secretmanager.googleapis.com/SecretVersion",
    "artifactregistry.googleapis.com/DockerImage",
    "cloudresourcemanager.googleapis.com/Project",
    "iam.googleapis.com/ServiceAccountKey",
)
"""https://cloud.google.com/asset-inventory/docs/asset-types"""


def is_part(asset: str) -> bool:
    return any(fnmatchcase(asset, pattern) for pattern in PARTS)
