"""Azure resource ids and type names: read, compared without case, and written one way. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

GROUP = "microsoft.resources:resourcegroups"
"""The kind of a resource group."""

GLOBAL = "global"
_LOCKS = "/providers/microsoft.authorization/locks/"
_GROUP_DEPTH = 5


def kind_of(type_name: str) -> str:
    """``Microsoft.Compute/virtualMachines`` as a target's type: ``microsoft.compute:virtualmachines``."""
    return type_name.lower().replace("/", ":")


@dataclass(frozen=True)
class ResourceId:
    """``/subscriptions/S/resourceGroups/G/providers/N/T/X``, in lower case, as Azure takes ids for equal in any."""

    text: str

    @classmethod
    def parse(cls, text: str) -> ResourceId:
        """Raises ``ValueError`` if ``text`` is no id of a resource group or of something in a subscription."""
        found = cls("/" + text.strip("/").lower())
        parts = found.text.split("/")
        if len(parts) < _GROUP_DEPTH or parts[1] != "subscriptions" or not found.type:
            raise ValueError(f"'{text}' is not the id of a resource")
        return found

    @property
    def subscription(self) -> str:
        return self.text.split("/")[2]

    @property
    def group(self) -> str:
        """The resource group's name; empty for what is in none."""
        parts = self.text.split("/")
        return parts[4] if parts[3] == "resourcegroups" else ""

    @property
    def group_id(self) -> str:
        return f"/subscriptions/{self.subscription}/resourcegroups/{self.group}"

    @cached_property
    def type(self) -> str:
        """``microsoft.sql/servers/databases``; empty if the text is no resource's."""
        if self.text.count("/") == _GROUP_DEPTH - 1 and self.text.split("/")[3] == "resourcegroups":
            return "microsoft.resources/resourcegroups"
        provider, *rest = self.text.rpartition("/providers/")[2].split("/")
        return "/".join((provider, *rest[::2])) if "/providers/" in self.text and len(rest) > 1 else ""

    @property
    def kind(self) -> str:
        return kind_of(self.type)

    @property
    def name(self) -> str:
        return self.text.rpartition("/")[2]

    def within(self, other: str) -> bool:
        """Whether this is the resource or group with the id ``other``, or lies in it."""
        return self.text == other or self.text.startswith(f"{other}/")


def locked(lock: str) -> str:
    """The id of what the lock with the id ``lock`` is on: a subscription, a group or a resource."""
    return lock.lower().partition(_LOCKS)[0]


def place(location: object) -> str:
    """``West Europe`` as Azure also writes it: ``westeurope``; ``global`` for what has no location."""
    return str(location or "").replace(" ", "").lower() or GLOBAL
