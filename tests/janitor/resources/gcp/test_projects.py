"""Whole projects: what in one speaks for itself keeps it whole, liens protect it, and nothing is read as absent."""

from datetime import UTC, datetime

import pytest
from fakes.gcp import Fault, error
from stage import google_things as things
from stage.google_cloud import Google

from driftguard.errors import DriftGuardError, NotFound, Withheld
from driftguard.janitor.lease import Terms, judge_whole
from driftguard.model import Target
from driftguard.policy import Policy

NUMBER = "200000000001"
TOPIC = "pubsub.googleapis.com/projects/dg-preview/topics/{}"


@pytest.fixture
def project(gcp: Google) -> Target:
    gcp.fake.project(NUMBER, "dg-preview", labels=things.OLD, parent=things.FOLDER)
    return gcp.found()


def inside(gcp: Google, name: str, labels: dict[str, str]) -> None:
    gcp.fake.put("pubsub.googleapis.com/Topic", TOPIC.format(name), NUMBER, labels=labels)


def goes(gcp: Google, project: Target) -> bool:
    now = gcp.cloud.read(project)
    assert now is not None
    policy = Policy.model_validate({"version": 1})
    return judge_whole(now, now.holds, Terms(policy, datetime(2026, 11, 25, tzinfo=UTC))).deletable


def test_it_goes_with_whatever_says_nothing_of_its_own(gcp: Google, project: Target) -> None:
    inside(gcp, "plain", {})
    inside(gcp, "alike", dict(things.OLD))
    inside(gcp, "of-a-team", {"team": "x"})
    assert goes(gcp, project)
    note = gcp.writer.delete(project)
    assert note == f"it can be restored for 30 days: gcloud projects undelete {NUMBER}"
    assert gcp.cloud.read(project) is None
    with pytest.raises(NotFound):
        gcp.writer.delete(project)


def test_what_every_project_has_of_google_s_own_says_nothing(gcp: Google, project: Target) -> None:
    """A network's own routes and the two sinks of every project: nothing to be deleted alone, and no reason to stay."""
    route = "compute.googleapis.com/projects/dg-preview/global/routes/default-route-1"
    gcp.fake.put("compute.googleapis.com/Route", route, NUMBER, nextHopNetwork="x")
    sink = "logging.googleapis.com/projects/dg-preview/sinks/_Default"
    gcp.fake.put("logging.googleapis.com/LogSink", sink, NUMBER)
    assert goes(gcp, project)


@pytest.mark.parametrize(
    "labels",
    [
        {"protected": "1"},
        {"environment": "prod"},
        {"driftguard-owner": "somebody-else"},
        things.NEW,
        {"driftguard-ttl": "30d"},
        {"driftguard-env": "shop-pr-9"},
    ],
)
def test_one_thing_with_a_word_of_its_own_keeps_it_whole(gcp: Google, project: Target, labels: dict[str, str]) -> None:
    inside(gcp, "plain", {})
    inside(gcp, "guest", labels)
    now = gcp.cloud.read(project)
    assert now is not None
    assert [member.name for member in now.holds] == ["guest"]
    assert now.fingerprint != project.fingerprint
    assert not goes(gcp, project)


def test_one_that_has_its_own_end_and_is_past_it_is_judged_and_goes_along(gcp: Google, project: Target) -> None:
    inside(gcp, "dg-guest", things.OLD | {"driftguard-expires-at": "2021-01-01"})
    now = gcp.cloud.read(project)
    assert now is not None
    assert [member.name for member in now.holds] == ["dg-guest"]
    assert goes(gcp, project)


def test_a_thing_in_it_that_google_protects_keeps_it_whole(gcp: Google, project: Target) -> None:
    full = "cloudsql.googleapis.com/projects/dg-preview/instances/db"
    settings = {"deletionProtectionEnabled": True}
    gcp.fake.put("sqladmin.googleapis.com/Instance", full, NUMBER, settings=settings)
    assert not goes(gcp, project)


def test_a_thing_of_no_known_kind_in_it_has_a_voice_too(gcp: Google, project: Target) -> None:
    full = "dataproc.googleapis.com/projects/dg-preview/regions/r/clusters/c"
    gcp.fake.put("dataproc.googleapis.com/Cluster", full, NUMBER, labels={"protected": "1"})
    assert not goes(gcp, project)


def test_a_lien_protects_it(gcp: Google, project: Target) -> None:
    gcp.fake.liens[NUMBER] = "an audit"
    now = gcp.cloud.read(project)
    assert now is not None
    assert now.protection == "a lien: an audit"
    with pytest.raises(Withheld, match="an audit"):
        gcp.writer.delete(project)
    assert gcp.fake.writes == []


@pytest.mark.parametrize("like", ["v3/liens", "searchAllResources", "GET cloudresourcemanager/v3/projects/2"])
def test_what_cant_be_read_is_unknown(gcp: Google, project: Target, like: str) -> None:
    gcp.fake.faults.append(Fault(like, *error(403, "PERMISSION_DENIED", "forbidden", "no")[:2]))
    with pytest.raises(DriftGuardError, match="403"):
        gcp.cloud.read(project)


def test_one_that_was_moved_out_of_the_folder_is_never_touched(gcp: Google, project: Target) -> None:
    gcp.fake.projects[NUMBER]["parent"] = "folders/900009"
    with pytest.raises(DriftGuardError, match="which the policy doesn't list"):
        gcp.writer.delete(project)
    assert gcp.fake.writes == []


def test_one_that_is_worked_in_is_no_environment(gcp: Google) -> None:
    gcp.fake.project(things.ONE, "dg-sandbox", labels=things.OLD, parent=things.FOLDER)
    assert list(gcp.cloud.discover()) == []


def test_a_folder_that_cant_be_listed_is_a_gap_over_all_that_lies_in_it(gcp: Google, project: Target) -> None:
    gcp.fake.faults.append(Fault("GET cloudresourcemanager/v3/projects$", *error(403, "", "forbidden", "no")[:2]))
    [gap] = gcp.cloud.discover()
    assert gap.covers(project.path)  # type: ignore[union-attr]
