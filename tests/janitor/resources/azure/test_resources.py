"""Reading and deleting natively: what goes along is told, locks reach up and down, and what is kept is said."""

import os

import pytest
from fakes.azure import FakeAzure, Fault
from stage.azure_cloud import EXPIRED, ONE, AzureCloud

from driftguard.clients.azure import reader, writer
from driftguard.errors import AccessDenied, PermanentError, StillInUse
from driftguard.janitor.resources.azure import cloud, cloud_writer
from driftguard.janitor.resources.azure.listings import Listings
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

    def test_a_member_that_goes_meanwhile_doesnt_make_its_group_look_gone(self, hands: Hands) -> None:
        group = hands.fake.group(ONE, "dg-group", EXPIRED)
        hands.fake.put(group, VAULT, "dg-vault", EXPIRED)
        target = hands.now("dg-group")
        hands.fake.faults.append(Fault("GET .*/vaults/dg-vault$", 404, "ResourceNotFound"))
        assert hands.writer.delete(target) == "dg-vault recoverable"
        assert "dg-group" not in hands.fake.names
