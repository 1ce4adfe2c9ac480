"""Microsoft.Compute: machines, and the disks and images that are left of them."""

from __future__ import annotations

from collections.abc import Iterator

from driftguard.janitor.resources.azure.resource import AzureType, Item, Provider, dig

_MACHINES = ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachineScaleSets")


def _deleted_along(item: Item) -> Iterator[str]:
    """Disks and interfaces that say so, https://learn.microsoft.com/azure/virtual-machines/delete."""
    storage = dig(item, "properties.storageProfile") or {}
    for disk in (storage.get("osDisk") or {}, *(storage.get("dataDisks") or ())):
        if disk.get("deleteOption") == "Delete" and dig(disk, "managedDisk.id"):
            yield str(dig(disk, "managedDisk.id"))
    for card in dig(item, "properties.networkProfile.networkInterfaces") or ():
        if dig(card, "properties.deleteOption") == "Delete":
            yield str(card["id"])


PROVIDER = Provider(
    "Microsoft.Compute",
    (
        AzureType(
            name="Microsoft.Compute/virtualMachines",
            what="Virtual machines",
            size="{properties.hardwareProfile.vmSize} {properties.storageProfile.osDisk.osType}",
            takes=_deleted_along,
        ),
        AzureType(name="Microsoft.Compute/virtualMachineScaleSets", what="Scale sets, with their machines"),
        AzureType(
            name="Microsoft.Compute/disks",
            what="Managed disks",
            after=(*_MACHINES, "Microsoft.Compute/images", "Microsoft.ContainerService/managedClusters"),
            size="{sku.name} {properties.diskSizeGB}-GiB",
        ),
        AzureType(
            name="Microsoft.Compute/snapshots",
            what="Snapshots of disks",
            size="{sku.name} {properties.diskSizeGB}-GiB",
        ),
        AzureType(name="Microsoft.Compute/images", what="Images", after=_MACHINES),
        AzureType(name="Microsoft.Compute/availabilitySets", what="Availability sets", after=_MACHINES),
        AzureType(
            name="Microsoft.Compute/proximityPlacementGroups",
            what="Proximity placement groups",
            after=(*_MACHINES, "Microsoft.Compute/availabilitySets"),
        ),
        AzureType(name="Microsoft.Compute/sshPublicKeys", what="SSH public keys"),
        AzureType(
            name="Microsoft.Compute/diskEncryptionSets",
            what="Disk encryption sets",
            after=(*_MACHINES, "Microsoft.Compute/disks", "Microsoft.Compute/snapshots"),
        ),
        AzureType(
            name="Microsoft.Compute/galleries",
            what="Compute galleries",
            after=("Microsoft.Compute/galleries/images",),
        ),
        AzureType(
            name="Microsoft.Compute/galleries/images",
            what="Image definitions in a gallery",
            after=("Microsoft.Compute/galleries/images/versions",),
        ),
        AzureType(name="Microsoft.Compute/galleries/images/versions", what="Versions of images in a gallery"),
    ),
)
