"""Microsoft.Network: what holds an address or a subnet goes before it, and networks go last."""

from __future__ import annotations

from collections.abc import Iterator

from driftguard.janitor.resources.azure.resource import AzureType, Item, Provider, dig

_MACHINES = ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachineScaleSets")
_CLUSTERS = ("Microsoft.ContainerService/managedClusters",)
_IN_SUBNETS = (
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/privateLinkServices",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/azureFirewalls",
    "Microsoft.Network/bastionHosts",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.ContainerInstance/containerGroups",
    "Microsoft.App/managedEnvironments",
    "Microsoft.Web/sites",
    "Microsoft.Sql/managedInstances",
    "Microsoft.DBforPostgreSQL/flexibleServers",
    "Microsoft.DBforMySQL/flexibleServers",
    "Microsoft.Cache/redis",
    "Microsoft.Databricks/workspaces",
    "Microsoft.ApiManagement/service",
    *_MACHINES,
    *_CLUSTERS,
)
_WITH_ADDRESSES = (
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/azureFirewalls",
    "Microsoft.Network/bastionHosts",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.Network/natGateways",
    *_CLUSTERS,
)


def _addresses(item: Item) -> Iterator[str]:
    """Public addresses that go when the interface's machine does."""
    for each in dig(item, "properties.ipConfigurations") or ():
        address = dig(each, "properties.publicIPAddress") or {}
        if dig(address, "properties.deleteOption") == "Delete" and address.get("id"):
            yield str(address["id"])


PROVIDER = Provider(
    "Microsoft.Network",
    (
        AzureType(
            name="Microsoft.Network/networkInterfaces",
            what="Network interfaces",
            takes=_addresses,
            after=(*_MACHINES, "Microsoft.Network/privateEndpoints"),
        ),
        AzureType(
            name="Microsoft.Network/virtualNetworks",
            what="Virtual networks, with their subnets",
            after=_IN_SUBNETS,
        ),
        AzureType(
            name="Microsoft.Network/networkSecurityGroups",
            what="Network security groups",
            after=("Microsoft.Network/networkInterfaces", "Microsoft.Network/virtualNetworks"),
        ),
        AzureType(
            name="Microsoft.Network/applicationSecurityGroups",
            what="Application security groups",
            after=("Microsoft.Network/networkInterfaces", "Microsoft.Network/networkSecurityGroups"),
        ),
        AzureType(
            name="Microsoft.Network/routeTables", what="Route tables", after=("Microsoft.Network/virtualNetworks",)
        ),
        AzureType(
            name="Microsoft.Network/natGateways",
            what="NAT gateways",
            after=("Microsoft.Network/virtualNetworks",),
            size="{sku.name}",
        ),
        AzureType(
            name="Microsoft.Network/publicIPAddresses",
            what="Public IP addresses",
            after=_WITH_ADDRESSES,
            size="{sku.name}",
        ),
        AzureType(
            name="Microsoft.Network/publicIPPrefixes",
            what="Prefixes of public IP addresses",
            after=("Microsoft.Network/publicIPAddresses", "Microsoft.Network/natGateways"),
        ),
        AzureType(
            name="Microsoft.Network/loadBalancers",
            what="Load balancers",
            after=(*_MACHINES, "Microsoft.Network/networkInterfaces", "Microsoft.Network/privateLinkServices"),
            size="{sku.name}",
        ),
        AzureType(name="Microsoft.Network/applicationGateways", what="Application gateways"),
        AzureType(
            name="Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
            what="Firewall policies of application gateways",
            after=("Microsoft.Network/applicationGateways",),
        ),
        AzureType(name="Microsoft.Network/azureFirewalls", what="Azure Firewalls"),
        AzureType(
            name="Microsoft.Network/firewallPolicies",
            what="Policies of Azure Firewalls",
            after=("Microsoft.Network/azureFirewalls",),
        ),
        AzureType(name="Microsoft.Network/bastionHosts", what="Bastion hosts"),
        AzureType(
            name="Microsoft.Network/virtualNetworkGateways",
            what="VPN and ExpressRoute gateways",
            after=("Microsoft.Network/connections",),
        ),
        AzureType(
            name="Microsoft.Network/localNetworkGateways",
            what="Local network gateways",
            after=("Microsoft.Network/connections",),
        ),
        AzureType(name="Microsoft.Network/connections", what="Connections of gateways"),
        AzureType(name="Microsoft.Network/privateEndpoints", what="Private endpoints, with their interfaces"),
        AzureType(
            name="Microsoft.Network/privateLinkServices",
            what="Private link services",
            after=("Microsoft.Network/privateEndpoints",),
        ),
        AzureType(
            name="Microsoft.Network/privateDnsZones",
            what="Private DNS zones, with their records and links",
            after=("Microsoft.Network/privateEndpoints",),
            contents=("virtualNetworkLinks",),
        ),
        AzureType(name="Microsoft.Network/dnsZones", what="DNS zones, with their records"),
        AzureType(name="Microsoft.Network/trafficManagerProfiles", what="Traffic Manager profiles"),
    ),
)
