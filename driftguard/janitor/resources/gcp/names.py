"""Full resource names, as Cloud Asset Inventory gives them, and the REST paths that they stand for.

https://cloud.google.com/asset-inventory/docs/asset-names
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Form:
    """``name``: ``//pubsub.googleapis.com/projects/{project}/topics/{name}``. A field holds no ``/``.

    ``path``: the REST path below the API's version where that isn't the name's own; with the same fields.
    """

    name: str
    path: str = ""

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile("".join(map(_as_regex, re.split(r"(\{\w+\})", self.name))))

    @cached_property
    def template(self) -> str:
        """The REST path, unfilled."""
        return self.path or self.name.removeprefix("//").partition("/")[2]

    def match(self, name: str) -> Mapping[str, str] | None:
        """The fields of ``name``, or ``None`` if it isn't of this form."""
        found = self._regex.fullmatch(name)
        return found.groupdict() if found else None

    def rest(self, fields: Mapping[str, str]) -> str:
        """The REST path, each field quoted."""
        return fill(self.template, fields)


def _as_regex(part: str) -> str:
    field = _FIELD.fullmatch(part)
    return f"(?P<{field[1]}>[^/]+)" if field else re.escape(part)


def fill(template: str, fields: Mapping[str, str]) -> str:
    """``template`` with each ``{field}`` filled in and quoted, so that nothing in it is a slash of the path's."""
    return _FIELD.sub(lambda field: quote(fields[field[1]], safe=":@~+$"), template)
