"""The page of rules: ``python -m driftguard.cross_repo.openapi > docs/openapi-rules.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from driftguard.cross_repo.contracts.changes import Level
from driftguard.cross_repo.openapi.rules import NEVER, RULES, Rule

_HEAD = """\
# OpenAPI: what breaks, rule by rule

<!-- Written by `python -m driftguard.cross_repo.openapi`; a test keeps it in step. -->

Swagger 2.0, OpenAPI 3.0 and 3.1, in YAML and JSON. Ids and levels are those of
[oasdiff](https://github.com/oasdiff/oasdiff) (its list of August 2026: 213 errors, 30 warnings, 266 notes), so that
ignore lists carry over; rules of our own cover what that list passes over. Each rule has its own pair of documents in
`tests/cross_repo/openapi/test_rules.py`, under its id: `pytest tests/cross_repo/openapi/test_rules.py -k RULE`.
`python bench/openapi_pairs.py FOLDER` scores the differ on pairs that others judged.

| level | means | oasdiff's word |
|---|---|---|
| breaking | a consumer that did everything right can fail | ERR |
| dangerous | some consumers can fail | WARN |
| info | worth a line in the changelog | INFO |

## Where the verdict differs from oasdiff's

- An `allOf` that was flattened, taken apart or wrapped, a component that was renamed, a schema that was inlined or
  taken out, and a parameter that moved between a path and its operations are no changes.
- An enum that was lifted altogether widens: `…-enum-removed` is info in a request and dangerous in a response; oasdiff
  reports each value as removed.
- An `anyOf` or `oneOf` that was lifted altogether (`…-lifted`) widens too: info in a request, dangerous in a response.
  One that was put where none stood is dangerous in a request (`…-imposed`), unless an alternative takes all of before;
  so are `items` where a list took anything.
- An `enum` or `const` tells the type where none is written.
- A parameter of several types that lost one, and a response header that gained one, are breaking.
- `nullable: true`, `type: [x, "null"]` and an alternative `type: "null"` are one and the same, as are 3.0's and 3.1's
  ways to write exclusive bounds, and `const` and an `enum` of one value.
- What is `readOnly` in a request or `writeOnly` in a response, in both versions, is never sent and breaks nobody; nor
  does anything below it.
- Header names compare without case. A response code that a range (`2XX`) takes over is still there.
- A webhook is read as a request, as oasdiff does, and also as what its consumers get; a callback only as that.
- oasdiff takes all changes of security for information. That credentials which were enough are not any more is
  dangerous here (`api-security-tightened`); so is a scheme that is sent another way.
- A reference to the network is not followed; `remote-ref-not-followed` says so each time, changed or not.

"""


def table() -> str:
    """The whole page."""
    return _HEAD + "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    for title, source in (("Rules of oasdiff", "oasdiff"), ("Rules of our own", "own")):
        rules = [rule for rule in RULES.values() if rule.source == source]
        yield f"## {title}\n"
        for level in Level:
            chosen = [rule for rule in rules if rule.level is level]
            yield f"### {level} ({len(chosen)})\n\n| rule | says |\n|---|---|"
            yield from map(_row, chosen)
            yield ""


def _row(rule: Rule) -> str:
    note = " (never: a missing `minItems` is zero, so that it is raised or lowered)" if rule.id in NEVER else ""
    return f"| `{rule.id}` | {rule.message.replace('{', '').replace('}', '')}{note} |"


if __name__ == "__main__":
    sys.stdout.write(table())
