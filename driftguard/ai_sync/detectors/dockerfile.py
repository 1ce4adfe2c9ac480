"""Dockerfiles: what the last stage sets, takes and exposes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named

_INSTRUCTION = re.compile(
    r"^[ \t]*(?P<word>FROM|ENV|ARG|EXPOSE)[ \t]+(?P<rest>(?:\\[ \t]*\n(?:[ \t]*#[^\n]*\n)*|[^\n])*)",
    re.IGNORECASE | re.MULTILINE,
)
_PAIR = re.compile(r"(?:^|\s)(?P<name>[A-Za-z_]\w*)=(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|(?:\\.|\$\{[^}]*\}|[^\s\\])*)")
_FROM = re.compile(r"(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<name>\S+))?", re.IGNORECASE)
_DEFAULT = re.compile(r"^[ \t]*ARG[ \t]+(?P<name>\w+)=[\"']?(?P<value>[\w./:-]*)", re.IGNORECASE | re.MULTILINE)
_VARIABLE = re.compile(r"\$\{?(?P<name>\w+)(?::-(?P<default>[^}]*))?\}?")
_PORT = re.compile(r"(?<![\w-])(?P<port>\d{2,5})(?:/(?:tcp|udp))?(?![\w-])")
_DEFAULT_PORT = re.compile(r"\$\{\w+:-(?P<port>\d{2,5})\}(?:/\w+)?")
_OF_THE_BUILD = re.compile(
    r"(?:.*_)?(?:VERSION|SHA|SHA\d+|SUM|CHECKSUM|COMMIT|REVISION|REF|TAG|DATE|HOME|DIR|PATH|UID|GID|USER|GROUP|ARCH|OS|PLATFORM|MIRROR|BRANCH|URL|IMAGE|VARIANT|REPO|HASH|OPTS|FLAGS)"
    r"|TARGET.*|BUILD.*|GIT_.*|VCS_.*|.*_VER|.*FROZEN.*|YARN_.*|PNPM_.*|UV_.*|POETRY_.*|NEXT_TELEMETRY_DISABLED|LC_ALL|S6_.*"
)

_SETTING = re.compile(r"(?!GIT_|VCS_|BUILD).+_(?:USER|URL)")


def _find(path: str, text: str) -> Iterator[Found]:  # noqa: ARG001
    image = _image(text)
    for match in _INSTRUCTION.finditer(text):
        word, rest = match["word"].upper(), match["rest"]
        if word == "FROM" or not any(match.start() in stage for stage in image):
            continue
        if word == "EXPOSE":
            for port in _PORT.finditer(_DEFAULT_PORT.sub(_in_place, rest)):
                yield Found(ItemKind.PORT, Named(port["port"]), match.start("rest") + port.start("port"))
            continue
        kind = ItemKind.DOCKER_ENV if word == "ENV" else ItemKind.DOCKER_ARG
        for name, at in _names(rest, is_arg=word == "ARG"):
            own = _is_of_the_build(name, word) or _is_used_here(name, text)
            yield Found(kind, Named(name), match.start("rest") + at, own)


def _in_place(hole: re.Match[str]) -> str:
    return f" {hole['port']} ".ljust(len(hole[0]))


def _image(text: str) -> list[range]:
    """Where the last stage stands, and the stages that it is built on."""
    stages = list(_stages(text))
    wanted = stages[-1:]
    for _ in stages:
        below = next((stage for stage in stages if stage[1] and stage[1] == wanted[-1][0]), None)
        if below is None or below in wanted:
            break
        wanted.append(below)
    return [place for _, _, place in wanted] or [range(len(text))]


def _stages(text: str) -> Iterator[tuple[str, str, range]]:
    """Image, name and place of each stage; arguments in the image's name have their default values."""
    defaults = {match["name"]: match["value"] for match in _DEFAULT.finditer(text)}
    begun = [match for match in _INSTRUCTION.finditer(text) if match["word"].upper() == "FROM"]
    ends = [match.start() for match in begun[1:]] + [len(text)]
    for match, end in zip(begun, ends, strict=False):
        found = _FROM.match(match["rest"].strip())
        if found:
            image = _VARIABLE.sub(lambda hole: defaults.get(hole["name"], hole["default"] or ""), found["image"])
            yield image.lower(), (found["name"] or "").lower(), range(match.start(), end)


def _names(rest: str, *, is_arg: bool) -> Iterator[tuple[str, int]]:
    pairs = list(_PAIR.finditer(re.sub(r"\\[ \t]*\n", lambda found: " " * len(found[0]), rest)))
    for pair in pairs:
        yield pair["name"], pair.start("name")
    alone = re.match(r"[A-Za-z_]\w*", rest)
    if not pairs and alone and (is_arg or " " in rest.strip()):
        yield alone[0], 0


def _is_of_the_build(name: str, word: str) -> bool:
    """``DB_USER`` and ``API_URL`` are settings where the image sets them, and the build's own as its arguments."""
    return _OF_THE_BUILD.fullmatch(name) is not None and not (word == "ENV" and _SETTING.fullmatch(name))


def _is_used_here(name: str, text: str) -> bool:
    """A variable that the Dockerfile itself uses is a part of its text, not a setting of the image."""
    return re.search(rf"\$\{{?{name}\b", text) is not None


DETECTOR = PlainReader(
    "dockerfile",
    ("*/Dockerfile", "*/Dockerfile.*", "*/Containerfile", "*.dockerfile", "*.Dockerfile"),
    re.compile(rb"^[ \t]*(?:ENV|ARG|EXPOSE)\s", re.IGNORECASE | re.MULTILINE),
    _find,
)
