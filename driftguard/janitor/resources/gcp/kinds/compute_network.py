"""Compute Engine's networks, with what lies in them. A router's NAT gateways go with the router."""

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.janitor.resources.gcp.compute import compute_kind
from driftguard.janitor.resources.gcp.rest import At
from driftguard.janitor.resources.gcp.service import Service

_USERS = (
    "compute:instance",
    "compute:forwarding-rule",
    "compute:network-endpoint-group",
    "compute:instance-template",
    "container:cluster",
    "run:service",
    "sqladmin:instance",
    "redis:instance",
    "redis:cluster",
    "memcache:instance",
    "file:instance",
)
"""What has an address in a network."""

_VPN = ("compute:vpn-tunnel",)


def _nats(_at: At, item: Item) -> str:
    count = len(item.get("nats") or ())
    return f"{count} NAT gateway{'s' if count > 1 else ''} went with it" if count else ""


def _belongs(item: Item) -> str:
    """A subnet's own route goes with the subnet, and is refused by itself."""
    return "its subnet" if "nextHopNetwork" in item else ""


SERVICE = Service(
    "compute_network",
    (
        compute_kind(
            "addresses",
            "region global",
            "Address",
            "GlobalAddress",
            tags="labels",
            after=("compute:forwarding-rule", "compute:instance", "compute:router", *_VPN),
        ),
        compute_kind("routers", "region", "Router", before=_nats, after=_VPN),
        compute_kind("vpnTunnels", "region", "VpnTunnel", tags="labels"),
        compute_kind("vpnGateways", "region", "VpnGateway", tags="labels", after=_VPN),
        compute_kind(
            "targetVpnGateways",
            "region",
            "TargetVpnGateway",
            tags="labels",
            after=(*_VPN, "compute:forwarding-rule"),
        ),
        compute_kind("externalVpnGateways", "global", "ExternalVpnGateway", tags="labels", after=_VPN),
        compute_kind("firewalls", "global", "Firewall"),
        compute_kind("routes", "global", "Route", belongs=_belongs),
        compute_kind("subnetworks", "region", "Subnetwork", after=(*_USERS, "compute:router", "compute:address")),
        compute_kind(
            "networks",
            "global",
            "Network",
            after=(
                *_USERS,
                "compute:subnetwork",
                "compute:firewall",
                "compute:route",
                "compute:router",
                "compute:address",
                "compute:vpn-gateway",
                "compute:target-vpn-gateway",
                "dns:managed-zone",
            ),
        ),
    ),
)
