"""Reading and deleting natively: what goes along is told, locks reach up and down, and what is kept is said."""

import os

import pytest
from fakes.azure import FakeAzure, Fault
from stage.azure_cloud import EXPIRED, ONE, AzureCloud

from driftguard.clients.azure import reader, writer
from driftguard.errors import AccessDenied, PermanentError, StillInUse
from driftguard.janitor.resources.azure import cloud, cloud_writer
from driftguard.janitor.resources.azure.listings import Listings
from driftguard.janitor.resources.azure.reading import target_of
from driftguard.model import Gap, Target
from driftguard.policy import Azure, Clouds, Janitor
from driftguard.ports import Cloud, CloudWriter

SITE, SERVER, VAULT = "Microsoft.Web/sites", "Microsoft.Sql/servers", "Microsoft.KeyVault/vaults"


class Hands:
    """One subscription of the fake, and both sides of the client under a policy."""

    def __init__(self, azure: AzureCloud) -> None:
        self.fake: FakeAzure = azure.fake
        self.group = self.fake.group(ONE, "web")
        self.under()

    def under(self, **policy: object) -> None:
        settings = {"subscriptions": (ONE,), "endpoint": self.fake.url, **policy}
        self.janitor = janitor = Janitor(clouds=Clouds(azure=Azure.model_validate(settings)))
        self.cloud: Cloud = cloud(janitor, reader(janitor, os.environ))
        self.writer: CloudWriter = cloud_writer(janitor, writer(janitor, os.environ))

    def found_at(self, identity: str) -> Target:
        return target_of({"id": identity})

    def found(self, name: str) -> Target:
        [target] = [item for item in self.cloud.discover() if isinstance(item, Target) and item.name == name]
        return target

    def now(self, name: str) -> Target:
        target = self.cloud.read(self.found(name))
        assert target is not None
        return target


@pytest.fixture
def hands(azure: AzureCloud) -> Hands:
    return Hands(azure)


class TestReading:
    def test_a_group_holds_its_members_and_what_has_no_tags_in_them_goes_by_these(self, hands: Hands) -> None:
        group = hands.fake.group(ONE, "dg-group", EXPIRED)
        hands.fake.put(group, SITE, "dg-a", EXPIRED)
        hands.fake.put(group, f"{SITE}/slots", "dg-a/untagged")
        hands.fake.put(group, f"{SITE}/slots", "dg-a/tagged", {"Protected": "1"})
        hands.fake.put(group, SITE, "stranger")
        hands.fake.page = 2
        assert {held.name for held in hands.now("dg-group").holds} == {"dg-a", "tagged", "stranger"}

    def test_a_member_more_is_another_fingerprint(self, hands: Hands) -> None:
        group = hands.fake.group(ONE, "dg-group", EXPIRED)
        before = hands.now("dg-group").fingerprint
        hands.fake.put(group, SITE, "dg-a", EXPIRED)
        assert hands.now("dg-group").fingerprint != before

    def test_a_lock_in_a_group_protects_it_and_its_neighbours_stay_free(self, hands: Hands) -> None:
        group = hands.fake.group(ONE, "dg-group", EXPIRED)
        hands.fake.lock(hands.fake.put(group, SITE, "dg-a", EXPIRED))
        hands.fake.put(group, SITE, "dg-ab", EXPIRED)
        assert "lock" in hands.now("dg-group").protection
        assert "lock" in hands.now("dg-a").protection
        assert hands.now("dg-ab").protection == ""

    def test_what_lies_in_a_resource_with_tags_of_its_own_goes_along_by_name(self, hands: Hands) -> None:
        hands.fake.put(hands.group, SERVER, "dg-server", EXPIRED)
        hands.fake.put(hands.group, f"{SERVER}/databases", "dg-server/kept", {"Protected": "1"})
        hands.fake.put(hands.group, SERVER, "dg-server2", EXPIRED)
        assert [(held.name, held.tags) for held in hands.now("dg-server").holds] == [("kept", {"Protected": "1"})]

    def machine(self, hands: Hands, option: str, tags: dict[str, str]) -> set[str]:
        """Put one with a disk, a card and an address, all tagged so; returns what goes along."""
        network = hands.fake.group(ONE, "network")
        disk = hands.fake.put(hands.group, "Microsoft.Compute/disks", "data", tags)
        address = hands.fake.put(network, "Microsoft.Network/publicIPAddresses", "address", tags)
        public = {"id": address, "properties": {"deleteOption": option}}
        cards = {"ipConfigurations": [{"properties": {"publicIPAddress": public}}, {"properties": {}}]}
        card = hands.fake.put(network, "Microsoft.Network/networkInterfaces", "card", tags, properties=cards)
        properties = {
            "storageProfile": {"dataDisks": [{"deleteOption": option, "managedDisk": {"id": disk}}]},
            "networkProfile": {"networkInterfaces": [{"id": card, "properties": {"deleteOption": option}}]},
        }
        group = hands.fake.group(ONE, "dg-group", EXPIRED)
        hands.fake.put(group, "Microsoft.Compute/virtualMachines", "dg-vm", EXPIRED, properties=properties)
        return {held.name for held in hands.now("dg-vm").holds}

    def test_what_goes_with_a_machine_though_it_lies_elsewhere_has_a_voice(self, hands: Hands) -> None:
        assert self.machine(hands, "Delete", {"Protected": "1"}) == {"data", "card", "address"}
        assert {held.name for held in hands.now("dg-group").holds} == {"dg-vm", "data", "card", "address"}

    def test_what_a_machine_leaves_behind_has_none(self, hands: Hands) -> None:
        assert self.machine(hands, "Detach", {"Protected": "1"}) == set()

    def test_a_locked_disk_without_tags_keeps_the_machine_that_takes_it(self, hands: Hands) -> None:
        hands.fake.lock(f"{hands.group}/providers/Microsoft.Compute/disks/data")
        assert self.machine(hands, "Delete", {}) == {"data"}

    def cluster(self, hands: Hands, owner: str = "") -> str:
        """Put one, and the group that it keeps for its nodes; returns that."""
        kind = "Microsoft.ContainerService/managedClusters"
        made = hands.fake.put(hands.group, kind, "dg-aks", EXPIRED, properties={"nodeResourceGroup": "MC_aks"})
        nodes = hands.fake.group(ONE, "MC_aks", managedBy=owner or made)
        hands.fake.put(nodes, "Microsoft.Compute/virtualMachineScaleSets", "aks-nodes", {"driftguard:owner": "else"})
        return nodes

    def test_a_cluster_goes_with_the_group_of_its_nodes_and_with_whatever_is_in_it(self, hands: Hands) -> None:
        self.cluster(hands)
        assert (hands.now("dg-aks").protection, hands.now("dg-aks").holds) == ("", ())

    @pytest.mark.parametrize("whole", [False, True])
    def test_what_is_protected_in_the_group_of_its_nodes_keeps_the_cluster(self, hands: Hands, whole: bool) -> None:
        if whole:
            hands.group = hands.fake.group(ONE, "dg-group", EXPIRED)
        hands.fake.put(self.cluster(hands), "Microsoft.Compute/disks", "pvc-1", {"Environment": "Production"})
        names = {held.name for held in hands.now("dg-group" if whole else "dg-aks").holds}
        assert names == ({"pvc-1", "dg-aks"} if whole else {"pvc-1"})

    def test_a_lock_in_the_group_of_its_nodes_keeps_the_cluster(self, hands: Hands) -> None:
        hands.fake.lock(f"{self.cluster(hands)}/providers/Microsoft.Compute/disks/pvc-1")
        assert [held.name for held in hands.now("dg-aks").holds] == ["MC_aks"]

    def test_a_group_that_isnt_the_clusters_own_keeps_it(self, hands: Hands) -> None:
        self.cluster(hands, "/subscriptions/x/somebody/else")
        assert {held.name for held in hands.now("dg-aks").holds} == {"MC_aks", "aks-nodes"}

    def test_where_the_group_of_its_nodes_cant_be_read_nothing_is_known(self, hands: Hands) -> None:
        self.cluster(hands)
        target = hands.found("dg-aks")
        hands.fake.faults.append(Fault("GET .*/mc_aks/resources$", 403, "AuthorizationFailed"))
        with pytest.raises(AccessDenied):
            hands.cloud.read(target)

    def test_its_case_doesnt_hide_what_lies_in_it(self, hands: Hands) -> None:
        hands.fake.put(hands.group, SERVER, "dg-Server", EXPIRED)
        hands.fake.put(hands.group, f"{SERVER}/databases", "DG-SERVER/kept", {"Protected": "1"})
        assert [held.name for held in hands.now("dg-Server").holds] == ["kept"]

    def test_many_in_one_group_share_a_listing_for_a_moment_and_no_longer(self, hands: Hands) -> None:
        now = 0.0
        listings = Listings(reader(hands.janitor, os.environ), lambda: now)
        group = hands.group.lower()
        for moment, count in ((0.0, 0), (0.5, 0), (1.0, 1)):
            now = moment
            assert len(listings.of(group, 1.0)) == count
            if not count:
                hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        assert len(listings.of(group, 0.0)) == 1

    def test_the_policy_can_leave_groups_alone(self, hands: Hands) -> None:
        hands.under(resource_groups=False)
        hands.fake.put(hands.fake.group(ONE, "dg-group", EXPIRED), SITE, "dg-a", EXPIRED)
        assert [item.name for item in hands.cloud.discover() if isinstance(item, Target)] == ["dg-a"]
        assert hands.now("dg-a").protection == ""

    def test_an_age_comes_from_the_groups_listing_where_the_type_tells_none(self, hands: Hands) -> None:
        hands.fake.put(hands.group, SITE, "dg-a", {"driftguard:owner": "x"})
        assert hands.found("dg-a").created_at == hands.now("dg-a").created_at
        assert hands.now("dg-a").created_at is not None

    def test_locks_that_cant_be_read_leave_it_unknown(self, hands: Hands) -> None:
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        target = hands.found("dg-a")
        hands.fake.faults.append(Fault("GET .*/locks", 403, "AuthorizationFailed"))
        with pytest.raises(AccessDenied):
            hands.cloud.read(target)

    @pytest.mark.parametrize("around", ["GET .*/locks$", "GET .*/resourcegroups/web$", "GET .*/web/resources$"])
    def test_what_is_around_it_and_isnt_found_doesnt_make_it_gone(self, hands: Hands, around: str) -> None:
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        target = hands.found("dg-a")
        hands.fake.faults.append(Fault(around, 404, "NotFound"))
        with pytest.raises(PermanentError, match="what protects dg-a could not be read"):
            hands.cloud.read(target)

    def test_an_answer_of_something_else_is_no_answer(self, hands: Hands) -> None:
        target = hands.found_at(hands.fake.put(hands.group, SITE, "dg-a", EXPIRED))
        hands.fake.things[target.id]["id"] = hands.fake.put(hands.group, SITE, "dg-b", EXPIRED)
        with pytest.raises(PermanentError, match="Azure answered with"):
            hands.cloud.read(target)

    def test_its_name_is_what_its_id_says_and_not_what_it_calls_itself(self, hands: Hands) -> None:
        """The id is what would be deleted."""
        target = hands.found_at(hands.fake.put(hands.group, SITE, "payments", EXPIRED))
        hands.fake.things[target.id]["name"] = "dg-a"
        now = hands.cloud.read(target)
        assert now is not None
        assert now.name == "payments"

    def test_a_tag_without_a_value_has_none(self, hands: Hands) -> None:
        target = hands.found_at(hands.fake.put(hands.group, SITE, "dg-a", EXPIRED))
        hands.fake.things[target.id]["tags"] = {"driftguard:owner": None}
        now = hands.cloud.read(target)
        assert now is not None
        assert now.tags == {"driftguard:owner": ""}

    def test_ages_that_cant_be_read_are_a_gap_and_the_resource_is_seen(self, hands: Hands) -> None:
        hands.fake.put(hands.group, SITE, "dg-a", {"driftguard:owner": "x"})
        hands.fake.faults.append(Fault("GET .*/web/resources$", 403, "AuthorizationFailed"))
        gap, target = hands.cloud.discover()
        assert isinstance(gap, Gap)
        assert isinstance(target, Target)
        assert gap.scope == f"{target.path}/{target.id}"
        assert target.created_at is None

    @pytest.mark.parametrize("tags", [["driftguard:owner"], "driftguard:owner"])
    def test_a_row_that_cant_be_read_is_a_gap(self, hands: Hands, tags: object) -> None:
        hands.fake.things[hands.fake.put(hands.group, SITE, "dg-a", EXPIRED).lower()]["tags"] = tags
        assert [type(item) for item in hands.cloud.discover()] == [Gap]

    @pytest.mark.parametrize("code", ["SubscriptionNotFound", "NoRegisteredProviderFound", ""])
    def test_a_404_for_another_reason_isnt_gone(self, hands: Hands, code: str) -> None:
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        target = hands.found("dg-a")
        hands.fake.faults.append(Fault("GET .*/sites/dg-a$", 404, code or "?"))
        with pytest.raises(PermanentError):
            hands.cloud.read(target)

    def test_types_are_chosen_by_azures_own_names_in_any_case(self, hands: Hands) -> None:
        hands.under(types=("microsoft.SQL/*",))
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        hands.fake.put(hands.group, SERVER, "dg-b", EXPIRED)
        assert [item.name for item in hands.cloud.discover() if not isinstance(item, Gap)] == ["dg-b"]

    def test_every_page_of_the_graph_is_read(self, hands: Hands) -> None:
        hands.fake.page = 3
        for number in range(10):
            hands.fake.put(hands.group, SITE, f"dg-{number}", EXPIRED)
        assert len([item for item in hands.cloud.discover() if not isinstance(item, Gap)]) == 10


class TestVersions:
    def test_a_version_that_the_answer_refuses_is_stepped_down_from(self, hands: Hands) -> None:
        kind = SITE.lower()
        hands.fake.announced[kind], hands.fake.supported[kind] = ("2099-01-01",), ("2020-01-01", "2022-02-02")
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        hands.writer.delete(hands.now("dg-a"))
        assert "dg-a" not in hands.fake.names

    def test_a_type_that_its_provider_doesnt_list_cant_be_looked_at(self, hands: Hands) -> None:
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        target = hands.found("dg-a")
        hands.fake.types.clear()
        with pytest.raises(PermanentError, match="lists no api-version"):
            hands.cloud.read(target)


class TestDeleting:
    def delete(self, hands: Hands, name: str) -> str:
        return hands.writer.delete(hands.now(name))

    @pytest.mark.parametrize("turns", [0, 1, 2])
    def test_each_way_in_which_a_long_operation_ends_is_followed(self, hands: Hands, turns: int) -> None:
        """At once, by Azure-AsyncOperation, by Location: the fake takes turns."""
        hands.fake.polls = 2
        for number in range(turns + 1):
            hands.fake.put(hands.group, "Microsoft.Logic/workflows", f"dg-{number}", EXPIRED)
        for number in range(turns + 1):
            assert self.delete(hands, f"dg-{number}") == ""
        assert hands.fake.names == {"web"}

    def test_an_operation_that_fails_says_why(self, hands: Hands) -> None:
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        target = hands.now("dg-a")
        hands.fake.failing = "CannotDeleteResource"
        with pytest.raises(StillInUse, match="CannotDeleteResource"):
            hands.writer.delete(target)

    def test_what_azure_keeps_is_said_with_its_end(self, hands: Hands) -> None:
        hands.fake.put(hands.group, VAULT, "dg-vault", EXPIRED)
        assert self.delete(hands, "dg-vault") == "recoverable until 2027-02-23"
        assert len(hands.fake.records) == 1

    def test_it_is_purged_only_if_the_policy_says_so_and_azure_lets_us(self, hands: Hands) -> None:
        hands.under(purge=True)
        hands.fake.put(hands.group, VAULT, "dg-one", EXPIRED)
        hands.fake.put(hands.group, VAULT, "dg-two", EXPIRED, properties={"enablePurgeProtection": True})
        hands.fake.put(hands.group, "Microsoft.CognitiveServices/accounts", "dg-three", EXPIRED)
        assert self.delete(hands, "dg-one") == "purged"
        assert self.delete(hands, "dg-two") == "recoverable until 2027-02-23"
        assert self.delete(hands, "dg-three") == "purged"
        assert [record.rpartition("/")[2] for record in hands.fake.records] == ["dg-two"]

    def test_a_purge_that_fails_undoes_nothing_and_is_said(self, hands: Hands) -> None:
        hands.under(purge=True)
        hands.fake.faults.append(Fault("POST .*/purge", 403, "AuthorizationFailed"))
        hands.fake.put(hands.group, VAULT, "dg-vault", EXPIRED)
        assert "2027-02-23; it could not be purged: " in self.delete(hands, "dg-vault")
        assert "dg-vault" not in hands.fake.names

    @pytest.mark.parametrize("inside", [SITE, f"{SITE}/slots"])
    def test_an_app_never_takes_its_plan_along(self, hands: Hands, inside: str) -> None:
        """App Service deletes the plan with the last app in it, unless it is told not to."""
        hands.fake.put(hands.group, SITE, "dg-a", EXPIRED)
        hands.fake.put(hands.group, f"{SITE}/slots", "dg-a/dg-blue", EXPIRED)
        hands.fake.plans[hands.fake.put(hands.group, SITE.replace("sites", "serverFarms"), "shared").lower()] = "dg-"
        self.delete(hands, "dg-a" if inside == SITE else "dg-blue")
        assert "shared" in hands.fake.names

    def test_contents_that_lie_elsewhere_are_left_alone(self, hands: Hands) -> None:
        kind = "Microsoft.Network/privateDnsZones"
        hands.fake.put(hands.group, kind, "dg-zone", EXPIRED)
        hands.fake.put(hands.group, f"{kind}/virtualNetworkLinks", "dg-zone/link")
        target, elsewhere = hands.now("dg-zone"), hands.fake.put(hands.group, SITE, "stranger")
        hands.fake.faults.append(Fault("GET .*/virtualnetworklinks$", 200, said=({"value": [{"id": elsewhere}]},)))
        with pytest.raises(PermanentError, match="doesn't lie there"):
            hands.writer.delete(target)
        assert hands.fake.writes == []

    def test_a_member_that_goes_meanwhile_doesnt_make_its_group_look_gone(self, hands: Hands) -> None:
        group = hands.fake.group(ONE, "dg-group", EXPIRED)
        hands.fake.put(group, VAULT, "dg-vault", EXPIRED)
        target = hands.now("dg-group")
        hands.fake.faults.append(Fault("GET .*/vaults/dg-vault$", 404, "ResourceNotFound"))
        assert hands.writer.delete(target) == "dg-vault recoverable"
        assert "dg-group" not in hands.fake.names
