"""From the literals that code holds to names as people type them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_SWITCH = re.compile(r"(?<![\w-])--?[A-Za-z0-9?][\w.:-]*")


@dataclass(frozen=True, slots=True)
class Named:
    """A name as people type it, and the other spellings that mean it."""

    name: str
    aliases: tuple[str, ...] = ()


Spelling = Callable[[list[str]], Iterable[Named]]
"""From the literals of a place to the names they mean."""


def each(texts: list[str]) -> Iterator[Named]:
    """Every literal is a name of its own."""
    yield from map(Named, texts)


def one_of(texts: list[str]) -> Iterator[Named]:
    """The first literal is the name, the others are aliases of it."""
    if texts:
        yield Named(texts[0], tuple(texts[1:]))


def switches(texts: list[str]) -> Iterator[Named]:
    """``-p, --port <n>``, ``--x/--no-x`` or several literals: one flag, named by its first long form."""
    plain = [text.replace("[no-]", "") for text in texts]
    negated = ["--no-" + text.partition("--[no-]")[2] for text in texts if "--[no-]" in text]
    found = [match.rstrip(".:-") for text in [*plain, *negated] for match in _SWITCH.findall(text)]
    found.sort(key=lambda switch: not switch.startswith("--"))
    if found:
        shorts = [switch for switch in found[1:] if switch.startswith("--")]
        yield Named(_positive(found[0], shorts), tuple(shorts))


def usage(texts: list[str]) -> Iterator[Named]:
    """``-p, --port=[N] 'the port to listen on'``: what is quoted only tells of it."""
    for text in texts:
        yield from switches([text.partition("'")[0]])


def laravel(texts: list[str]) -> Iterator[Named]:
    """``--Q|queue``: the short form first."""
    yield from flag([text.strip().lstrip("-").rpartition("|")[2] for text in texts])


def _positive(name: str, others: list[str]) -> str:
    """Of ``--no-x`` and ``--x`` the latter names the flag."""
    plain = name.replace("--no-", "--", 1)
    return plain if plain in others else name


def flag(texts: list[str]) -> Iterator[Named]:
    """``port`` means ``--port``. Go's flag package takes one dash, too; so does its documentation."""
    for text in texts:
        name = text.strip().lstrip("-").rstrip("=:")
        if re.fullmatch(r"[A-Za-z0-9][\w.:-]*", name):
            yield Named(f"-{name}") if len(name) == 1 else Named(f"--{name}", (f"-{name}",))


def option_flag(texts: list[str]) -> Iterator[Named]:
    """``url_prefix`` means ``--url_prefix``, and is written without dashes in a settings file."""
    for named in flag(texts):
        word = named.name.lstrip("-")
        yield Named(named.name, (*named.aliases, word) if "_" in word else named.aliases)


def long_flag(texts: list[str]) -> Iterator[Named]:
    """``b`` means ``--b``, where a long form may be one letter."""
    for text in texts:
        yield from flag([text]) if len(text) > 1 else [Named(f"--{text}")]


def first_flag(texts: list[str]) -> Iterator[Named]:
    """``port, p`` or ``port|p``: the long one is the name."""
    words = [word for text in texts for word in re.split(r"[,|\s]+", text.strip()) if word]
    words.sort(key=lambda word: len(word) == 1)
    yield from flag(words[:1])


def piped(texts: list[str]) -> Iterator[Named]:
    """``-s|--subject <X>`` or ``n|name=``: one flag, named by its first long form."""
    for text in texts:
        words = [
            word.strip("-")
            for word in re.split(r"[|\s,]+", re.sub(r"[<\[{=:].*", "", text.strip()))
            if word.strip("-?")
        ]
        words.sort(key=lambda word: len(word) == 1)
        if words and words[0] not in ("help", "h"):
            yield from flag(words[:1])


def lower_flag(texts: list[str]) -> Iterator[Named]:
    """``OutDir`` means ``--outdir``."""
    yield from flag([text.lower() for text in texts])


def kebab_flag(texts: list[str]) -> Iterator[Named]:
    """``max_size`` and ``maxSize`` mean ``--max-size``."""
    for text in texts:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).replace("_", "-").lower().strip("-")
        yield from flag([words])


def camel_flag(texts: list[str]) -> Iterator[Named]:
    """Yargs takes ``dryRun`` as ``--dryRun`` and as ``--dry-run``."""
    for text in texts:
        kebab = next(iter(kebab_flag([text])), None)
        for named in flag([text]):
            yield Named(named.name, (kebab.name,) if kebab and kebab.name != named.name else ())


def upper(texts: list[str]) -> Iterator[Named]:
    """``db.max-size`` is read as ``DB_MAX_SIZE``."""
    for text in texts:
        yield Named(re.sub(r"[.-]", "_", text).upper())


def upper_snake(text: str) -> str:
    """``MaxSize`` as ``MAX_SIZE``, by the rule of Go's envconfig ``split_words``."""
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z]|\b|\d|_)|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+", text)
    return "_".join(words).upper()


def path(texts: list[str]) -> Iterator[Named]:
    """A route begins with one slash and is more than that."""
    for text in texts:
        joined = re.sub(r"/{2,}", "/", "/" + text.strip())
        if re.search(r"[A-Za-z0-9]", joined):
            yield Named(joined if joined == "/" else joined.rstrip("/"))
