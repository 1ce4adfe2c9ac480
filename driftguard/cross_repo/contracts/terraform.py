"""Terraform modules: variables, outputs, what callers must bring, and addresses that states remember."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Change, Level, Version
from driftguard.cross_repo.terraform import constraints, types
from driftguard.cross_repo.terraform.module import SUFFIXES, Block, Module, plain, read
from driftguard.cross_repo.terraform.types import Fit

_FITS = {Fit.NO: Level.BREAKING, Fit.MAYBE: Level.DANGEROUS, Fit.WIDER: Level.INFO}
_ABSENT = "null"


class TerraformDiffer:
    """``Differ`` over the ``.tf`` files of each directory: one module each."""

    kind: ClassVar[str] = "terraform"

    def claims(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says it
        return path.endswith(SUFFIXES)

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        if not old.paths or not new.paths:
            return tuple(sides.come_and_gone(old, new))
        return sides.within_reach(new.paths[0], lambda: tuple(dict.fromkeys(_modules(read(old), read(new)))))


def _modules(old: Mapping[str, Module], new: Mapping[str, Module]) -> Iterator[Change]:
    for folder, before in old.items():
        after = new.get(folder)
        if after is None:
            path = before.blocks[0].path if before.blocks else folder
            yield Change("module-removed", Level.BREAKING, folder, f"the module {folder or '.'} was removed", path)
            continue
        yield from _variables(before.of("variable"), after.of("variable"))
        yield from _outputs(before.of("output"), after.of("output"))
        yield from _demands(before, after)
        yield from _addresses(before, after)
    for folder, after in new.items():
        if folder not in old:
            path = after.blocks[0].path if after.blocks else folder
            yield Change("module-added", Level.INFO, folder, f"the module {folder or '.'} was added", path)


def _at(block: Block, rule: str, level: Level, message: str, inside: str = "") -> Change:
    return Change(rule, level, f"{block.address}{inside}", message, block.path, block.line)


def _variables(old: Mapping[str, Block], new: Mapping[str, Block]) -> Iterator[Change]:
    for address, before in old.items():
        if address not in new:
            said = f"the variable {address} was removed; who sets it gets an error"
            yield Change("variable-removed", Level.BREAKING, address, said, before.path)
        else:
            yield from _variable(before, new[address])
    for address, after in new.items():
        if address not in old and "default" not in after.body:
            said = f"the variable {address} was added without a default"
            yield _at(after, "variable-required-added", Level.BREAKING, said)
        elif address not in old:
            yield _at(after, "variable-added", Level.INFO, f"the variable {address} was added with a default")


def _variable(old: Block, new: Block) -> Iterator[Change]:
    yield from _typed(old, new)
    yield from _default(old, new)
    yield from _nullable(old, new)
    yield from _flags(old, new)
    before, after = _validations(old), _validations(new)
    for condition in after:
        if condition not in before:
            said = f"{new.address} must satisfy: {condition}"
            rule = "variable-validation-added" if len(after) > len(before) else "variable-validation-changed"
            yield _at(new, rule, Level.BREAKING if rule.endswith("added") else Level.DANGEROUS, said)
    if len(after) < len(before):
        yield _at(new, "variable-validation-removed", Level.INFO, f"{new.address} is validated less")


def _typed(old: Block, new: Block) -> Iterator[Change]:
    before, after = (types.parse(plain(block.body.get("type", "any"))) for block in (old, new))
    for misfit in types.misfits(before, after):
        said = f"the type of {new.address}{misfit.where}: {misfit.message}"
        yield _at(new, "variable-type-changed", _FITS[misfit.fit], said, misfit.where)


def _default(old: Block, new: Block) -> Iterator[Change]:
    had, has = "default" in old.body, "default" in new.body
    before, after = plain(old.body.get("default")), plain(new.body.get("default"))
    if had and not has:
        yield _at(new, "variable-default-removed", Level.BREAKING, f"{new.address} lost its default {_short(before)}")
    elif has and not had:
        yield _at(new, "variable-default-added", Level.INFO, f"{new.address} has a default now: {_short(after)}")
    elif before != after:
        said = f"the default of {new.address} changed from {_short(before)} to {_short(after)}"
        yield _at(new, "variable-default-changed", Level.DANGEROUS, said)


def _nullable(old: Block, new: Block) -> Iterator[Change]:
    before, after = (plain(block.body.get("nullable", True)) for block in (old, new))
    if before != after:
        level = Level.BREAKING if after == "false" else Level.INFO
        said = f"{new.address} {'refuses' if after == 'false' else 'accepts'} null now"
        yield _at(new, "variable-nullable-changed", level, said)


def _flags(old: Block, new: Block) -> Iterator[Change]:
    """What is sensitive or ephemeral passes it on to every value made of it, which callers must then mark too."""
    for flag in ("sensitive", "ephemeral"):
        before, after = (plain(block.body.get(flag, False)) for block in (old, new))
        if before != after:
            level = Level.DANGEROUS if after == "true" else Level.INFO
            said = f"{new.address} is {'' if after == 'true' else 'no longer '}{flag}"
            yield _at(new, f"{new.kind}-{flag}-changed", level, said)


def _validations(block: Block) -> list[str]:
    found = block.body.get("validation", [])
    return [
        plain(one.get("condition", ""))
        for one in (found if isinstance(found, list) else [found])
        if isinstance(one, dict)
    ]


def _outputs(old: Mapping[str, Block], new: Mapping[str, Block]) -> Iterator[Change]:
    for address, before in old.items():
        if address not in new:
            said = f"{address} was removed"
            yield Change("output-removed", Level.BREAKING, address, said, before.path)
            continue
        after = new[address]
        yield from _flags(before, after)
        if plain(before.body.get("value")) != plain(after.body.get("value")):
            said = f"{address} is made of something else: {_short(plain(after.body.get('value')))}"
            yield _at(after, "output-value-changed", Level.DANGEROUS, said)
    for address, after in new.items():
        if address not in old:
            yield _at(after, "output-added", Level.INFO, f"{address} was added")


def _demands(old: Module, new: Module) -> Iterator[Change]:
    """``required_version`` and each provider's version and source."""
    before, after = _settings(old), _settings(new)
    for name in sorted(before.keys() | after.keys()):
        block = next(iter(new.settings()), None) or next(iter(old.settings()), None)
        assert block is not None
        what = "Terraform" if not name else f"the provider {name}"
        change = _demand(what, before.get(name), after.get(name), block)
        if change is not None:
            yield change
    for name, block in _aliases(new).items():
        if name not in _aliases(old):
            said = f"callers must pass the provider {name} now"
            yield _at(block, "provider-alias-added", Level.BREAKING, said, f".{name}")


def _aliases(module: Module) -> dict[str, Block]:
    """``aws.peer``: what ``configuration_aliases`` names."""
    found: dict[str, Block] = {}
    for block in module.settings():
        for wanted in _wanted(block).values():
            listed = wanted.get("configuration_aliases", []) if isinstance(wanted, dict) else []
            found |= {plain(name): block for name in (listed if isinstance(listed, list) else [listed])}
    return found


def _demand(what: str, before: str | None, after: str | None, block: Block) -> Change | None:
    rule = "required-version" if what == "Terraform" else "provider-version"
    if before == after:
        return None
    if what != "Terraform" and before is None:
        return _at(block, "provider-added", Level.DANGEROUS, f"{what} ({after or 'any version'}) is needed now")
    if what != "Terraform" and after is None:
        return _at(block, "provider-removed", Level.INFO, f"{what} is no longer needed")
    old, new = constraints.parse(before or ""), constraints.parse(after or "")
    said = f"{what} must be {after or 'any version'} now, {before or 'any version'} before"
    if old is None or new is None:
        return _at(block, f"{rule}-changed", Level.DANGEROUS, said)
    if new.allows(old):
        return _at(block, f"{rule}-loosened", Level.INFO, said) if not old.allows(new) else None
    return _at(block, f"{rule}-tightened", Level.BREAKING, said)


def _settings(module: Module) -> dict[str, str]:
    """``""`` -> required_version, provider's source -> its version."""
    found: dict[str, str] = {}
    for block in module.settings():
        if "required_version" in block.body:
            found[""] = plain(block.body["required_version"])
        for name, wanted in _wanted(block).items():
            found |= _provider(name, wanted)
    return found


def _wanted(block: Block) -> dict[str, Any]:
    """Provider's local name -> what ``required_providers`` says of it."""
    listed = block.body.get("required_providers", [])
    found: dict[str, Any] = {}
    for providers in listed if isinstance(listed, list) else [listed]:
        found |= providers if isinstance(providers, dict) else {}
    return {name: wanted for name, wanted in found.items() if not name.startswith("__")}


def _provider(name: str, wanted: Any) -> dict[str, str]:
    if not isinstance(wanted, dict):
        return {name: plain(wanted)}
    return {plain(wanted.get("source", f'"{name}"')): plain(wanted.get("version", '""'))}


def _addresses(old: Module, new: Module) -> Iterator[Change]:
    """A resource whose address is gone is destroyed and made anew, unless a ``moved`` block says where it went."""
    forwarded = {_base(plain(block.body.get("from", ""))) for block in new.blocks if block.kind in ("moved", "removed")}
    for kind in ("resource", "module"):
        now = new.of(kind)
        for address, before in old.of(kind).items():
            if address in now:
                yield from _instances(before, now[address], _froms(new))
            elif address not in forwarded:
                said = f"{address} is gone without a moved or removed block: where it was made, it is destroyed"
                yield Change("resource-moved", Level.DANGEROUS, address, said, before.path)


def _instances(old: Block, new: Block, forwarded: list[str]) -> Iterator[Change]:
    """``count`` and ``for_each`` are part of an instance's address."""
    before, after = _repeated(old), _repeated(new)
    told = any(_base(address) == new.address for address in forwarded)
    if before != after and not told and {before, after} != {"nothing", "count"}:  # Terraform moves x to x[0] by itself
        said = f"{new.address} is repeated by {after} now, by {before} before, without a moved block"
        yield _at(new, "resource-instances-moved", Level.DANGEROUS, said)


def _froms(module: Module) -> list[str]:
    return [plain(block.body.get("from", "")) for block in module.blocks if block.kind == "moved"]


def _base(address: str) -> str:
    return address.partition("[")[0]


def _repeated(block: Block) -> str:
    return next((name for name in ("count", "for_each") if name in block.body), "nothing")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - part of one line of a terminal


DIFFER = TerraformDiffer()
