"""Amazon Resource Names: reading them, and patterns that take them apart and put them together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_FIELD = re.compile(r"\{(\w+)([*/]?)\}")
_SHAPES = {"": r"[^/:]+", "*": r".+", "/": r"(?:.*/)?"}


@dataclass(frozen=True, slots=True)
class Arn:
    """``arn:partition:service:region:account:resource``."""

    text: str
    service: str
    region: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Raises ``ValueError`` if ``text`` is no ARN."""
        _, _, service, region, _, resource = text.split(":", 5)
        return cls(text, service, region, resource)

    @property
    def sort(self) -> str:
        """Service and first word of the resource: ``ec2:volume``; for naming what no file here knows."""
        return f"{self.service}:{re.split('[/:]', self.resource.lstrip('/'), maxsplit=1)[0]}"


@dataclass(frozen=True)
class ArnPattern:
    """All of an ARN after its partition: ``ec2:{region}:{account}:volume/{id}``.

    ``{id}`` holds no ``/`` or ``:``; ``{id*}`` holds anything; ``{path/}`` holds nothing or a path that ends in ``/``.
    """

    text: str

    @property
    def service(self) -> str:
        return self.text.partition(":")[0]

    @property
    def regional(self) -> bool:
        return "{region}" in self.text

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts = re.split(r"(\{\w+[*/]?\})", self.text)
        return re.compile(r"arn:(?P<partition>[\w-]+):" + "".join(map(_as_regex, parts)))

    def match(self, arn: str) -> Mapping[str, str] | None:
        """The fields of ``arn``, or ``None`` if it isn't of this pattern."""
        found = self._regex.fullmatch(arn)
        return found.groupdict() if found else None

    def format(self, fields: Mapping[str, str]) -> str:
        """The ARN with these ``fields``; its ``partition`` is one of them."""
        return f"arn:{fields['partition']}:" + _FIELD.sub(lambda field: fields.get(field[1], ""), self.text)


def _as_regex(part: str) -> str:
    field = _FIELD.fullmatch(part)
    if field is None:
        return re.escape(part)
    shape = r"[^/:]*" if field[1] in ("region", "account") else _SHAPES[field[2]]
    return f"(?P<{field[1]}>{shape})"


def partition_of(region: str) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
