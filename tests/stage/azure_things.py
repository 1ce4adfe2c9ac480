"""A population for the fake Azure: what is to go, and everything that is to stay, each for its own reason."""

from collections.abc import Mapping

from fakes.azure import FakeAzure
from stage.azure_cloud import EXPIRED, FRESH, LOCKED, ONE, OTHER

TYPES = (
    "Microsoft.ApiManagement/service",
    "Microsoft.App/containerApps",
    "Microsoft.App/managedEnvironments",
    "Microsoft.AppConfiguration/configurationStores",
    "Microsoft.Automation/automationAccounts",
    "Microsoft.Batch/batchAccounts",
    "Microsoft.Cache/redis",
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.Compute/disks",
    "Microsoft.Compute/images",
    "Microsoft.Compute/snapshots",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.ContainerInstance/containerGroups",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.DBforPostgreSQL/flexibleServers",
    "Microsoft.DataFactory/factories",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.EventHub/namespaces",
    "Microsoft.Insights/components",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Logic/workflows",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.RecoveryServices/vaults",
    "Microsoft.Search/searchServices",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.SignalRService/signalR",
    "Microsoft.Sql/servers",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Web/serverFarms",
    "Microsoft.Web/sites",
    "Contoso.Unheard/of",
)
KEPT: tuple[Mapping[str, str], ...] = (
    {**EXPIRED, "environment": "PRODUCTION"},
    {**EXPIRED, "Protected": "x"},
    FRESH,
    {"driftguard:owner": "x", "driftguard:expires-at": "23/11/2026"},
    {"team": "x"},
)
"""How a tag keeps something, one type after the other."""


def fill(fake: FakeAzure) -> None:
    """Names that begin with ``dg-goes`` are to go, and nothing else."""
    fake.subscription(LOCKED)
    for subscription, step in ((ONE, 1), (OTHER, 4)):
        many = fake.group(subscription, "web")
        for number, kind in list(enumerate(TYPES))[::step]:
            made = fake.put(many, kind, f"dg-goes-{number}", EXPIRED)
            if kind.endswith("privateDnsZones"):
                fake.hold(made, fake.put(many, f"{kind}/virtualNetworkLinks", f"dg-goes-{number}/link"))
            fake.put(many, kind, f"dg-kept-{number}", KEPT[number % len(KEPT)])
            fake.put(many, kind, f"web-{number}", EXPIRED)
    _network(fake)
    _locks(fake)
    _groups(fake)


def _network(fake: FakeAzure) -> None:
    """Parts that hold each other: they can go in one order only."""
    group = fake.group(ONE, "chain")
    machine = fake.put(group, "Microsoft.Compute/virtualMachines", "dg-goes-vm", {"DRIFTGUARD:OWNER": "x", **_ENDED})
    card = fake.put(group, "Microsoft.Network/networkInterfaces", "dg-goes-nic", EXPIRED)
    disk = fake.put(group, "Microsoft.Compute/disks", "dg-goes-disk", EXPIRED)
    network = fake.put(group, "Microsoft.Network/virtualNetworks", "dg-goes-net", EXPIRED)
    rules = fake.put(group, "Microsoft.Network/networkSecurityGroups", "dg-goes-nsg", EXPIRED)
    for held, holder in ((card, machine), (disk, machine), (network, card), (rules, network)):
        fake.hold(held, holder)


_ENDED = {"driftguard:expires-at": "2020-01-01"}


def _locks(fake: FakeAzure) -> None:
    """One on a subscription, one on a group, one on a resource, and one on something inside a resource."""
    fake.put(fake.group(LOCKED, "web"), "Microsoft.Web/sites", "dg-kept-in-subscription", EXPIRED)
    fake.lock(f"/subscriptions/{LOCKED}", "on-subscription")
    group = fake.group(ONE, "locked")
    fake.put(group, "Microsoft.Web/sites", "dg-kept-in-group", EXPIRED)
    fake.lock(group, "on-group")
    single = fake.group(OTHER, "single")
    fake.lock(fake.put(single, "Microsoft.Web/sites", "dg-kept-alone", EXPIRED), "on-resource")
    server = fake.put(single, "Microsoft.Sql/servers", "dg-kept-server", EXPIRED)
    fake.lock(f"{server}/databases/x", "on-database")
    vault = {"securitySettings": {"immutabilitySettings": {"state": "Locked"}}}
    fake.put(single, "Microsoft.RecoveryServices/vaults", "dg-kept-vault", EXPIRED, properties=vault)


def _groups(fake: FakeAzure) -> None:
    """One that is wholly ours, one with a stranger in it, and one that belongs to a cluster."""
    whole = fake.group(OTHER, "dg-goes-whole", EXPIRED)
    site = fake.put(whole, "Microsoft.Web/sites", "dg-goes-inside", EXPIRED)
    fake.put(whole, "Microsoft.KeyVault/vaults", "dg-goes-vault", EXPIRED)
    fake.put(whole, "Microsoft.Web/sites/slots", "dg-goes-inside/blue")
    fake.hold(site, fake.put(whole, "Microsoft.Web/serverFarms", "dg-goes-plan", EXPIRED))
    mixed = fake.group(ONE, "dg-kept-mixed", EXPIRED)
    fake.put(mixed, "Microsoft.Web/sites", "dg-goes-beside", EXPIRED)
    fake.put(mixed, "Microsoft.Web/sites", "stranger")
    managed = fake.group(ONE, "dg-kept-nodes", EXPIRED, managedBy="/subscriptions/x/managedClusters/aks")
    fake.put(managed, "Microsoft.Compute/disks", "dg-kept-node", EXPIRED)
