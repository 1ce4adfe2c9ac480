"""What single kinds do that isn't in their declaration alone: contents first, protections, names, labels in words."""

import copy
from typing import Any

import pytest
from fakes.gcp import Fault, error
from stage import google_things as things
from stage.google_cloud import Google

from driftguard.errors import AccessDenied, NotFound, PermanentError, StillInUse, Withheld
from driftguard.janitor.resources.gcp.answers import described, moment, region_of, size
from driftguard.janitor.resources.gcp.catalogue import single_kinds
from driftguard.janitor.resources.gcp.names import Form, fill
from driftguard.model import Gap, Target

BUCKET = "storage/storage/v1/b/dg-old-bucket-sandbox-one"


def objects(gcp: Google, *more: dict[str, object]) -> None:
    """Two versions of one object, one whose name looks like a path that leads elsewhere, and ``more``."""
    names = [("a/b.txt", "1"), ("a/b.txt", "2"), ("../../b/web/o/x?y#z%2F", "3")]
    found = [{"name": name, "generation": generation} for name, generation in names]
    gcp.fake.inside[f"{BUCKET}/o"] = ("items", [*found, *more])


class TestBuckets:
    def test_every_version_of_every_object_goes_first(self, gcp: Google) -> None:
        gcp.put("bucket", softDeletePolicy={"retentionDurationSeconds": "604800"})
        objects(gcp)
        gcp.fake.page = 2
        note = gcp.writer.delete(gcp.found())
        assert note == "3 object versions went with it; it can be restored for 7 days"
        assert gcp.fake.inside[f"{BUCKET}/o"][1] == []
        assert gcp.fake.names() == {"sandbox-one"}

    @pytest.mark.parametrize("hold", ["temporaryHold", "eventBasedHold"])
    def test_one_held_object_keeps_all_of_them(self, gcp: Google, hold: str) -> None:
        gcp.put("bucket")
        objects(gcp, {"name": "z", "generation": "9", hold: True})
        with pytest.raises(Withheld, match="its object z is held"):
            gcp.writer.delete(gcp.found())
        assert gcp.fake.writes == []

    @pytest.mark.parametrize(
        "protection",
        [
            {"retentionPolicy": {"retentionPeriod": "1"}},
            {"objectRetention": {"mode": "Enabled"}},
            {"defaultEventBasedHold": True},
        ],
    )
    def test_retention_protects(self, gcp: Google, protection: dict[str, object]) -> None:
        gcp.put("bucket", **protection)
        assert gcp.read().protection
        with pytest.raises(Withheld):
            gcp.writer.delete(gcp.found())
        assert gcp.fake.writes == []

    def test_one_that_another_project_has_by_now_is_never_touched(self, gcp: Google) -> None:
        """Bucket names are the world's: one that is free is soon somebody else's."""
        gcp.put("bucket")
        found = gcp.found()
        gcp.fake.things[BUCKET].body["projectNumber"] = "999999999999"
        with pytest.raises(PermanentError, match="belongs to project 999999999999"):
            gcp.cloud.read(found)
        with pytest.raises(PermanentError, match="belongs to project 999999999999"):
            gcp.writer.delete(found)
        assert gcp.fake.writes == []

    def test_one_that_doesnt_say_whose_it_is_is_never_touched(self, gcp: Google) -> None:
        """Its path names no project, so that only the answer can tell."""
        gcp.put("bucket")
        found = gcp.found()
        del gcp.fake.things[BUCKET].body["projectNumber"]
        for look in (gcp.cloud.read, gcp.writer.delete):
            with pytest.raises(PermanentError, match="belongs to project None"):
                look(found)
        assert gcp.fake.writes == []


class TestTaken:
    """What goes along with something else is held up to the gate where it has a word of its own."""

    DISK = "compute.googleapis.com/projects/sandbox-one/zones/europe-west1-b/disks/data"

    def machine(self, gcp: Google, labels: dict[str, str], *, along: bool) -> Target:
        gcp.fake.put("compute.googleapis.com/Disk", self.DISK, things.ONE, labels=labels)
        source = f"https://www.googleapis.com/compute/v1/{self.DISK.partition('/')[2]}"
        gcp.put("instance", disks=[{"source": source, "autoDelete": along}], networkInterfaces=[])
        [found] = [each for each in gcp.cloud.discover() if isinstance(each, Target) and each.name != "data"]
        return found

    @pytest.mark.parametrize("labels", [{"protected": "1"}, {"driftguard-owner": "somebody-else"}, things.NEW])
    def test_a_disk_that_goes_with_its_machine_has_a_voice(self, gcp: Google, labels: dict[str, str]) -> None:
        target = self.machine(gcp, labels, along=True)
        now = gcp.cloud.read(target)
        assert now is not None
        assert [held.id for held in now.holds] == [f"//{self.DISK}"]
        assert now.fingerprint != target.fingerprint

    @pytest.mark.parametrize(("labels", "along"), [({}, True), (dict(things.OLD), True), ({"protected": "1"}, False)])
    def test_one_that_says_nothing_or_stays_has_none(self, gcp: Google, labels: dict[str, str], along: bool) -> None:
        now = gcp.cloud.read(self.machine(gcp, labels, along=along))
        assert now is not None
        assert now.holds == ()

    @pytest.mark.parametrize("source", ["https://x/disks/d", "https://x/projects/somebody-elses/zones/z/disks/d"])
    def test_where_a_disk_cant_be_read_nothing_is_known(self, gcp: Google, source: str) -> None:
        gcp.put("instance", disks=[{"source": source, "autoDelete": True}], networkInterfaces=[])
        with pytest.raises(PermanentError):
            gcp.cloud.read(gcp.found())

    @pytest.mark.parametrize(
        ("machine", "kept"),
        [
            ({"labels": {"protected": "1"}}, {"group-x1y2"}),
            ({"deletionProtection": True}, {"group-x1y2"}),
            ({}, {"data"}),
        ],
    )
    def test_a_managed_group_s_machines_and_their_disks_have_voices(
        self, gcp: Google, machine: dict[str, Any], kept: set[str]
    ) -> None:
        source = f"https://www.googleapis.com/compute/v1/{self.DISK.partition('/')[2]}"
        disks = [{"source": source, "autoDelete": True}]
        gcp.fake.put(
            "compute.googleapis.com/Disk", self.DISK, things.ONE, labels=things.NEW if kept == {"data"} else {}
        )
        for name, body in (("group-x1y2", {**machine, "disks": disks}), ("group2-a", {"labels": {"protected": "1"}})):
            full = f"compute.googleapis.com/projects/sandbox-one/zones/europe-west1-b/instances/{name}"
            gcp.fake.put("compute.googleapis.com/Instance", full, things.ONE, **body)
        gcp.put("manager", baseInstanceName="group")
        [target] = [each for each in gcp.cloud.discover() if isinstance(each, Target) and each.name == "dg-old-manager"]
        now = gcp.cloud.read(target)
        assert now is not None
        assert {held.name for held in now.holds} == kept

    def test_a_group_over_a_region_has_machines_in_its_zones(self, gcp: Google) -> None:
        place = "compute.googleapis.com/projects/sandbox-one"
        machine = f"{place}/zones/europe-west1-c/instances/group-x"
        gcp.fake.put("compute.googleapis.com/Instance", machine, things.ONE, labels={"protected": "1"}, disks=[])
        zones = [{"zone": f"https://x/zones/europe-west1-{letter}"} for letter in "bc"]
        manager: dict[str, Any] = {"baseInstanceName": "group", "distributionPolicy": {"zones": zones}}
        full = f"{place}/regions/europe-west1/instanceGroupManagers/dg-group"
        manager["description"] = "driftguard-owner=x driftguard-expires-at=2020-01-01"
        gcp.fake.put("compute.googleapis.com/RegionInstanceGroupManager", full, things.ONE, **manager)
        [target] = [each for each in gcp.cloud.discover() if isinstance(each, Target) and each.name == "dg-group"]
        now = gcp.cloud.read(target)
        assert now is not None
        assert [held.name for held in now.holds] == ["group-x"]

    def test_a_table_has_a_voice_in_its_dataset(self, gcp: Google) -> None:
        gcp.put("dataset")
        tables = [
            {"tableReference": {"tableId": "plain"}},
            {"tableReference": {"tableId": "alike"}, "labels": dict(things.OLD)},
            {"tableReference": {"tableId": "kept"}, "labels": {"environment": "production"}},
        ]
        gcp.fake.inside["bigquery/bigquery/v2/projects/sandbox-one/datasets/dg-old-dataset/tables"] = ("tables", tables)
        assert [held.name for held in gcp.read().holds] == ["kept"]

    def test_a_snapshot_has_a_voice_in_its_instance(self, gcp: Google) -> None:
        gcp.put("filestore")
        listing = "file/v1/projects/sandbox-one/locations/europe-west1/instances/dg-old-filestore/snapshots"
        kept = {"name": f"{listing.removeprefix('file/v1/')}/kept", "labels": {"protected": "1"}}
        gcp.fake.inside[listing] = ("snapshots", [kept])
        [held] = gcp.read().holds
        assert held.id == f"//file.googleapis.com/{kept['name']}"

    def test_tables_that_cant_be_listed_leave_the_dataset_unknown(self, gcp: Google) -> None:
        gcp.put("dataset")
        found = gcp.found()
        gcp.fake.faults.append(Fault("/tables", *error(403, "PERMISSION_DENIED", "forbidden", "")[:2]))
        with pytest.raises(AccessDenied):
            gcp.cloud.read(found)


class TestSpanner:
    @pytest.mark.parametrize(
        ("listing", "item"),
        [("databases", {"name": "x", "enableDropProtection": True}), ("backups", {"name": "x"})],
    )
    def test_a_protected_database_and_a_backup_keep_the_instance(
        self, gcp: Google, listing: str, item: dict[str, object]
    ) -> None:
        gcp.put("spanner")
        gcp.fake.inside[f"spanner/v1/projects/sandbox-one/instances/dg-old-spanner/{listing}"] = (listing, [item])
        assert gcp.read().protection
        with pytest.raises(Withheld):
            gcp.writer.delete(gcp.found())

    def test_where_that_cant_be_read_nothing_is_known(self, gcp: Google) -> None:
        gcp.put("spanner")
        found = gcp.found()
        gcp.fake.faults.append(Fault("/databases", *error(404, "NOT_FOUND", "notFound", "")[:2]))
        with pytest.raises(PermanentError, match="what protects dg-old-spanner could not be read"):
            gcp.cloud.read(found)


class TestGroups:
    def test_an_autoscaler_goes_before_its_group(self, gcp: Google) -> None:
        scaler = "compute/v1/projects/sandbox-one/zones/europe-west1-b/autoscalers/s"
        gcp.put("manager", status={"autoscaler": f"https://compute.googleapis.com/{scaler}"})
        gcp.fake.put(
            "compute.googleapis.com/Autoscaler",
            f"compute.googleapis.com/{scaler.removeprefix('compute/v1/')}",
            things.ONE,
        )
        assert gcp.writer.delete(gcp.found()) == "its autoscaler went with it"
        assert [each.rpartition("/")[2] for each in gcp.fake.writes] == ["s", "dg-old-manager"]

    def test_what_went_meanwhile_inside_isnt_the_thing_itself(self, gcp: Google) -> None:
        gcp.put("manager", status={"autoscaler": "https://x/autoscalers/gone"})
        with pytest.raises(StillInUse, match="went while it was being deleted"):
            gcp.writer.delete(gcp.found())


class TestWords:
    def test_what_has_no_labels_says_them_in_its_description(self, gcp: Google) -> None:
        gcp.put("network")
        now = gcp.read()
        assert dict(now.tags or {}) == things.OLD
        assert now.fingerprint == gcp.found().fingerprint

    def test_a_name_alone_is_nobodys(self, gcp: Google) -> None:
        things.put(gcp.fake, "network", "dg-network", things.ONE, {})
        assert gcp.read().tags == {}

    def test_what_has_neither_is_spoken_for_by_its_project(self, gcp: Google) -> None:
        gcp.put("queue")
        assert dict(gcp.read().tags or {}) == things.OLD

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("driftguard-owner=a, protected=yes; x=1", {"driftguard-owner": "a", "protected": "yes", "x": "1"}),
            ("For PR 7 (driftguard-owner=a)", {"driftguard-owner": "a"}),
            ("driftguard:owner=a", {"driftguard:owner": "a"}),
            ("Ours: driftguard-owner=a.", {"driftguard-owner": "a"}),
            ("protected=…", {"protected": "…"}),
            ("see https://x?driftguard-owner=a", {}),
            ("notdriftguard-owner =a", {}),
            ('environment="Production"', {"environment": "Production"}),
            ("**environment=prod** | x", {"environment": "prod"}),
            ("environment=prod|team=x", {"environment": "prod", "team": "x"}),
            ("protected=\u201cyes\u201d", {"protected": "yes"}),
            ("a=1 a=1", {"a": "1"}),
            ("environment=prod (environment=dev)", None),
            ("driftguard-expires-at=2999-01-01 driftguard-expires-at=2020-01-01", None),
            ("", {}),
            (None, {}),
        ],
    )
    def test_words_in_a_description(self, text: object, words: dict[str, str] | None) -> None:
        assert described(text) == words

    def test_what_says_two_things_cant_be_read(self, gcp: Google) -> None:
        gcp.put("network")
        gcp.fake.things[next(iter(gcp.fake.things))].body["description"] = "a=1 a=2"
        assert gcp.found().tags is None
        assert gcp.read().tags is None

    def test_the_second_look_asks_its_project_anew(self, gcp: Google) -> None:
        """What the project said when it was admitted may be hours old."""
        gcp.put("queue")
        found = gcp.found()
        gcp.fake.projects[things.ONE]["labels"] = {**things.OLD, "protected": "1"}
        now = gcp.cloud.read(found)
        assert now is not None
        assert now.tags == {**things.OLD, "protected": "1"}
        assert now.fingerprint != found.fingerprint

    def test_an_age_that_cant_be_asked_for_is_a_gap(self, gcp: Google) -> None:
        things.put(gcp.fake, "topic", "dg-topic", things.ONE, {"driftguard-owner": "x"})
        gcp.fake.faults.append(Fault("GET pubsub", *error(403, "PERMISSION_DENIED", "forbidden", "")[:2]))
        gap, found = gcp.cloud.discover()
        assert isinstance(gap, Gap)
        assert isinstance(found, Target)
        assert gap.scope == f"{found.path}/{found.id}"

    def test_a_service_account_is_known_by_its_address(self, gcp: Google) -> None:
        gcp.put("account")
        found = gcp.found()
        assert found.name == "dg-old-account@sandbox-one.iam.gserviceaccount.com"
        assert gcp.writer.delete(found) == "it can be restored for 30 days"


class TestOneByOne:
    @pytest.mark.parametrize("word", sorted(things.PROTECTED))
    def test_what_google_protects_is_seen_and_kept(self, gcp: Google, word: str) -> None:
        gcp.put(word, **things.PROTECTED[word])
        assert gcp.read().protection
        with pytest.raises(Withheld):
            gcp.writer.delete(gcp.found())
        assert gcp.fake.writes == []

    def test_every_kind_has_a_thing_to_be_tried_on(self) -> None:
        tried = {row.asset for row in things.ROWS.values()}
        missing = {kind.kind for kind in single_kinds().values() if not tried & set(kind.assets)}
        assert missing == {"cloudfunctions:cloud-function"}, "the first generation lies where the second does"

    def test_a_function_under_two_asset_types_is_one_function(self, gcp: Google) -> None:
        """One of the first generation is listed as such first, and is deleted as such."""
        gcp.put("function")
        path = "cloudfunctions/v2/projects/sandbox-one/locations/europe-west1/functions/dg-old-function"
        first = copy.copy(gcp.fake.things[path])
        first.asset = "cloudfunctions.googleapis.com/CloudFunction"
        gcp.fake.things["the same"] = first
        assert gcp.found().type == "cloudfunctions:cloud-function"

    def test_a_name_of_another_form_is_refused(self, gcp: Google) -> None:
        target = Target("gcp", f"gcp/{things.ONE}/global", "pubsub:topic", "//pubsub.googleapis.com/topics/x", "x")
        with pytest.raises(PermanentError, match="not the full name"):
            gcp.cloud.read(target)
        with pytest.raises(PermanentError, match="nothing here can delete"):
            gcp.writer.delete(Target("gcp", target.scope, "pubsub:schema", target.id, "x"))

    def test_a_scope_of_another_project_is_refused(self, gcp: Google) -> None:
        gcp.put("topic")
        found = gcp.found()
        strange = Target("gcp", "gcp/999999999999/global", found.type, found.id, found.name)
        with pytest.raises(PermanentError):
            gcp.writer.delete(strange)
        assert gcp.fake.writes == []

    def test_what_is_gone_isnt_deleted_twice(self, gcp: Google) -> None:
        gcp.put("topic")
        found = gcp.found()
        gcp.writer.delete(found)
        with pytest.raises(NotFound):
            gcp.writer.delete(found)
        assert len(gcp.fake.writes) == 1


class TestNames:
    def test_no_field_of_a_name_becomes_a_path_or_a_query(self) -> None:
        form = Form("//pubsub.googleapis.com/projects/{project}/topics/{name}")
        fields = form.match("//pubsub.googleapis.com/projects/p/topics/a%2Fb?c#d")
        assert fields is not None
        assert form.rest(fields) == "projects/p/topics/a%252Fb%3Fc%23d"
        assert form.match("//pubsub.googleapis.com/projects/p/topics/a/b") is None
        assert fill("b/{name}/o/{object}", {"name": "x", "object": "../y"}) == "b/x/o/..%2Fy"

    def test_a_zone_counts_as_its_region(self) -> None:
        assert [region_of(each) for each in ("europe-west1-b", "europe-west1", "EU", "")] == [
            "europe-west1",
            "europe-west1",
            "eu",
            "global",
        ]

    def test_times_as_google_writes_them(self) -> None:
        wanted = moment("2026-01-01T00:00:00Z")
        assert wanted is not None
        assert moment("1767225600000") == moment("2025-12-31T16:00:00.000-08:00") == wanted
        assert moment("") is moment(None) is moment("soon") is None
        assert moment("2026-01-01T00:00:00") is None, "of no zone"

    def test_what_a_price_goes_by(self) -> None:
        disk = {"type": "https://x/diskTypes/pd-ssd", "sizeGb": "10"}
        assert size("type", "sizeGb")(disk) == "pd-ssd 10 GiB"
        assert size("machineType")({"machineType": "zones/z/machineTypes/e2-micro"}) == "e2-micro"
        assert size("type")({}) == ""
