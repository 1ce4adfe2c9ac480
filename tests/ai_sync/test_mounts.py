"""Routes that another file mounts carry the path of the mount, through imports and further mounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from driftguard.ai_sync import inherited, mounts
from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ports import WordHit


@dataclass(frozen=True)
class Tree:
    """``ports.SourceTree`` over files in memory, as far as mounts look at it."""

    files: Mapping[str, str]

    def search(self, revision: str, words: Sequence[str], pathspecs: Sequence[str] = ()) -> Iterator[WordHit]:
        for path, text in self.files.items():
            for number, line in enumerate(text.split("\n"), 1):
                if any(word in line for word in words):
                    yield WordHit(path, number, line)

    def read_many(self, revision: str, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((path, self.files[path].encode()) for path in paths)


def named(path: str, route: str, files: Mapping[str, str]) -> Item:
    item = Item(ItemKind.HTTP_ROUTE, route, path, 1, 1, "")
    (found,) = mounts.mounted([item], mounts.find(Tree(files), "head", mounts.specs_of([item])))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("path", "files", "prefix"),
    [
        ("src/users.js", {"src/app.js": "import * as u from './users.js'\napp.use('/api', u.handlers)"}, "/api"),
        ("src/users/index.ts", {"src/app.ts": "const u = require('./users')\napp.use('/api', auth, u)"}, "/api"),
        ("src/users.js", {"src/app.js": "app.use('/api', require('./users'))"}, "/api"),
        (
            "a/users.js",
            {
                "app.js": "const r = require('./a/index')\napp.use('/v1', r)",
                "a/index.js": "const { users } = require('./users')\nr.use('/api', users)",
            },
            "/v1/api",
        ),
        (
            "app/users.py",
            {"app/main.py": "from app import users\napp.include_router(users.router, prefix='/api')"},
            "/api",
        ),
        (
            "app/users.py",
            {"app/main.py": "from .users import router as r\napp.include_router(r, prefix='/api', tags=['x'])"},
            "/api",
        ),
        (
            "app/users.py",
            {"app/main.py": "from app.users import users_bp\napp.register_blueprint(users_bp, url_prefix='/api')"},
            "/api",
        ),
        ("shop/urls.py", {"site/urls.py": "urlpatterns = [path('api/', include('shop.urls'))]"}, "/api"),
        ("src/other.js", {"src/app.js": "import u from './users.js'\napp.use('/api', u)"}, ""),
        (
            "src/users.js",
            {"src/app.js": "import u from './users.js'\napp.use('/a', u)\napp.use('/b', u)"},
            "",
        ),
    ],
)
def test_a_mounted_route_has_the_mount_s_path_before_its_own(path: str, files: dict[str, str], prefix: str) -> None:
    assert named(path, "/list/{id}", files).name == f"{prefix}/list/{{id}}"


@pytest.mark.parametrize(("route", "aliases"), [("/list/{id}", ("/list/{id}",)), ("/list", ())])
def test_only_a_path_that_says_something_by_itself_documents_without_its_mount(
    route: str, aliases: tuple[str, ...]
) -> None:
    files = {"src/app.js": "import u from './users.js'\napp.use('/api', u)"}
    assert named("src/users.js", route, files).aliases == aliases


BASE = '[ApiController]\n[Route("api/[controller]")]\npublic abstract class BaseApi : ControllerBase { }'


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("public class UsersController : BaseApi\n{", "/api/users"),
        ("[Authorize]\npublic class UsersController(IUsers users) : BaseApi, IOther {", "/api/users"),
        ('[Route("own")]\npublic class UsersController : BaseApi {', ""),
        ("public class UsersController : ControllerBase {", ""),
    ],
)
def test_a_controller_without_a_route_has_its_base_class_s(code: str, prefix: str) -> None:
    found = inherited.find(Tree({"Api/BaseApi.cs": BASE, "Api/UsersController.cs": code}), "head")  # type: ignore[arg-type]
    item = Item(ItemKind.HTTP_ROUTE, "/x", "Api/UsersController.cs", 1, 1, "")
    assert mounts.specs_of([item]) == mounts.CSHARP
    assert [each.name for each in mounts.mounted([item], found)] == [f"{prefix}/x"]
