"""Spanner instances, with their databases. A database's drop protection and a backup keep the whole instance."""

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.janitor.resources.gcp.rest import At
from driftguard.janitor.resources.gcp.service import Service, plain_kind

_IN = "projects/{project}/instances/{name}"


def _protection(at: At, _item: Item) -> str:
    for database in at.every(f"{_IN}/databases", "databases"):
        if database.get("enableDropProtection"):
            return "the drop protection of one of its databases"
    backup = next(at.every(f"{_IN}/backups", "backups", pageSize=1), None)
    return "" if backup is None else "a backup in it, which Spanner never drops with its instance"


SERVICE = Service("spanner", (plain_kind("spanner", "v1", "instance", _IN, protection=_protection),))
