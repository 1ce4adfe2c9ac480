"""The documentation of one revision: which names stand in it, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from driftguard.ai_sync.items import Item
from driftguard.ai_sync.needles import Needle, escaped, matched, plain
from driftguard.ai_sync.word_index import WordIndex
from driftguard.globs import Globs
from driftguard.policy import AiSync
from driftguard.ports import SourceTree, WordHit


@dataclass
class Docs:
    """Reads only; searches through git."""

    tree: SourceTree
    policy: AiSync
    revision: str

    def holds(self, path: str) -> bool:
        """Whether a path is documentation that counts."""
        return self._globs.match(path) and not self._not.match(path)

    def tells(self, path: str) -> bool:
        """Whether a path is text for people, counting or not: documentation, a changelog."""
        return self._globs.match(path) or self._not.match(path)

    def mentions(self, items: Iterable[Item]) -> Mapping[tuple[str, str], Sequence[WordHit]]:
        """Item's key -> the lines that name it, in path order. Items that none names are left out."""
        needles = [Needle(item) for item in items]
        index = WordIndex((needle, needle.words if needle.is_whole else ("",)) for needle in needles)
        words = {spelled for needle in needles for word in needle.words for spelled in escaped(word)}
        found: dict[tuple[str, str], list[WordHit]] = defaultdict(list)
        for hit in self.tree.search(self.revision, sorted(words), self.pathspecs):
            if self.holds(hit.path):
                line = plain(hit.text)
                for needle in matched(index.near(line), line):
                    found[needle.item.key].append(hit)
        return found

    def lines(self, path: str) -> Sequence[str]:
        """A document's text; nothing where it can't be read."""
        return (self.tree.read(self.revision, path) or b"").decode(errors="replace").splitlines()

    @cached_property
    def pathspecs(self) -> tuple[str, ...]:
        """The globs in git's own language, so that git reads little else; ``holds`` decides."""
        return tuple(map(_pathspec, self.policy.docs))

    @cached_property
    def _globs(self) -> Globs:
        return Globs(self.policy.docs)

    @cached_property
    def _not(self) -> Globs:
        return Globs(self.policy.not_docs)


def _pathspec(glob: str) -> str:
    """A name at any depth as the end of a path, which git compares ten times faster."""
    plain = glob.lstrip("/")
    name = plain.removeprefix("**/")
    if "/" not in name:
        return f"*{name.lstrip('*')}"
    if "/" not in name.rstrip("/"):
        return f":(glob)**/{name}**"
    return f":(glob){plain}**" if plain.endswith("/") else f":(glob){plain}"
