"""Every row of the table of kinds, held against Google's own descriptions of its APIs: method, path, parameters."""

import re
from collections.abc import Iterator

import pytest
from stage import google_apis

from driftguard.clients.gcp import NARROW, READ_ONLY_SERVICES, WIDE
from driftguard.janitor.resources.gcp.catalogue import single_kinds
from driftguard.janitor.resources.gcp.rest import RestKind

KINDS = single_kinds()


def rows() -> Iterator[tuple[RestKind, str]]:
    """Each kind with each of its REST paths, its fields filled in with words of their own."""
    for kind in KINDS.values():
        for form in kind.forms:
            yield kind, f"{kind.version}/" + re.sub(r"\{(\w+)\}", r"some-\1", form.template)


ROWS = [pytest.param(kind, path, id=f"{kind.kind} {path}") for kind, path in rows()]


@pytest.mark.parametrize(("kind", "path"), ROWS)
def test_google_reads_and_deletes_there_and_takes_what_is_asked(kind: RestKind, path: str) -> None:
    read = google_apis.method(kind.service, "GET", path)
    delete = google_apis.method(kind.service, "DELETE", path)
    assert read is not None
    assert delete is not None
    assert kind.query.keys() <= delete.query
    assert delete.required <= kind.query.keys()
    assert read.required == frozenset()


@pytest.mark.parametrize(("kind", "path"), ROWS)
def test_the_read_sessions_scope_is_enough(kind: RestKind, path: str) -> None:
    read = google_apis.method(kind.service, "GET", path)
    assert read is not None
    asked = NARROW if kind.service in READ_ONLY_SERVICES else (WIDE,)
    assert not read.scopes or read.scopes & set(asked)


def test_the_wide_scope_is_asked_for_only_where_no_narrow_one_is_enough() -> None:
    for service in google_apis.VERSIONS:
        reads = [each for each in google_apis.methods(service) if each.verb == "GET" and each.scopes]
        narrow = all(each.scopes & set(NARROW) for each in reads)
        assert not narrow or service in READ_ONLY_SERVICES, service


@pytest.mark.parametrize(
    ("service", "verb", "path", "query"),
    [
        (
            "cloudasset",
            "GET",
            "v1/projects/1:searchAllResources",
            "query assetTypes pageSize pageToken readMask orderBy",
        ),
        ("cloudresourcemanager", "GET", "v3/projects", "parent pageSize pageToken"),
        ("cloudresourcemanager", "GET", "v3/projects/1", ""),
        ("cloudresourcemanager", "DELETE", "v3/projects/1", ""),
        ("cloudresourcemanager", "GET", "v3/liens", "parent pageToken"),
        ("cloudresourcemanager", "GET", "v3/operations/o", ""),
        ("compute", "GET", "compute/v1/projects/p/zones/z/operations/o", ""),
        ("compute", "GET", "compute/v1/projects/p/regions/r/operations/o", ""),
        ("compute", "GET", "compute/v1/projects/p/global/operations/o", ""),
        ("compute", "DELETE", "compute/v1/projects/p/zones/z/autoscalers/a", ""),
        ("compute", "DELETE", "compute/v1/projects/p/regions/r/autoscalers/a", ""),
        ("container", "GET", "v1/projects/p/locations/l/operations/o", ""),
        ("sqladmin", "GET", "v1/projects/p/operations/o", ""),
        ("run", "GET", "v2/projects/p/locations/l/operations/o", ""),
        ("firestore", "GET", "v1/projects/p/databases/d/operations/o", ""),
        ("storage", "GET", "storage/v1/b/b/o", "versions maxResults fields pageToken"),
        ("storage", "DELETE", "storage/v1/b/b/o/a%2Fb", "generation"),
        ("dns", "GET", "dns/v1/projects/p/managedZones/z/rrsets", "pageToken"),
        ("dns", "DELETE", "dns/v1/projects/p/managedZones/z/rrsets/r/A", ""),
        ("spanner", "GET", "v1/projects/p/instances/i/databases", "pageToken"),
        ("spanner", "GET", "v1/projects/p/instances/i/backups", "pageSize pageToken"),
    ],
)
def test_what_else_is_asked_is_there_too(service: str, verb: str, path: str, query: str) -> None:
    found = google_apis.method(service, verb, path)
    assert found is not None
    assert set(query.split()) <= found.query
    asked = NARROW if service in READ_ONLY_SERVICES else (WIDE,)
    assert verb != "GET" or not found.scopes or found.scopes & set(asked)


def test_every_kind_of_the_order_is_in_the_table() -> None:
    assert {before for kind in KINDS.values() for before in kind.after} <= KINDS.keys()


def test_nothing_waits_for_itself_by_way_of_others() -> None:
    done: set[str] = set()
    while len(done) < len(KINDS):
        ready = {name for name, kind in KINDS.items() if name not in done and done.issuperset(kind.after)}
        assert ready, KINDS.keys() - done
        done |= ready


def test_every_asset_type_belongs_to_one_kind() -> None:
    assets = [asset for kind in KINDS.values() for asset in kind.assets]
    assert len(assets) == len(set(assets))
