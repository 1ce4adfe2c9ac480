"""Things to put into the small Google Cloud: one of every type that the janitor knows, some in use by others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.gcp import FakeGoogle

OLD = {"driftguard-owner": "platform", "driftguard-expires-at": "2020-01-01t00-00-00z"}
NEW = {"driftguard-owner": "platform", "driftguard-expires-at": "2999-01-01"}
REGION, ZONE = "europe-west1", "europe-west1-b"
ONE, TWO = "100000000001", "100000000002"
IDS = {ONE: "sandbox-one", TWO: "sandbox-two"}
FOLDER = "folders/900001"

_LABELLED, _DESCRIBED, _BARE = "labels", "description", "bare"


@dataclass(frozen=True)
class Row:
    """``name`` is the full name's template; ``uses`` what in its body points at others."""

    asset: str
    name: str
    says: str = _LABELLED
    location: str = REGION
    body: Mapping[str, Any] = field(default_factory=dict)


def _compute(asset: str, where: str, says: str = _DESCRIBED, **body: Any) -> Row:
    place = {"zone": f"zones/{ZONE}", "region": f"regions/{REGION}", "global": "global"}
    scope, collection = where.split()
    name = f"compute.googleapis.com/projects/{{p}}/{place[scope]}/{collection}/{{n}}"
    location = {"zone": ZONE, "region": REGION, "global": "global"}[scope]
    return Row(f"compute.googleapis.com/{asset}", name, says, location, body)


def _at(service: str, asset: str, collection: str, says: str = _LABELLED, **body: Any) -> Row:
    name = f"{service}.googleapis.com/projects/{{p}}/locations/{REGION}/{collection}/{{n}}"
    return Row(f"{service}.googleapis.com/{asset}", name, says, REGION, body)


def _in(service: str, asset: str, collection: str, says: str = _LABELLED, **body: Any) -> Row:
    name = f"{service}.googleapis.com/projects/{{p}}/{collection}/{{n}}"
    return Row(f"{service}.googleapis.com/{asset}", name, says, "global", body)


_COMPUTE = "https://www.googleapis.com/compute/v1/projects/{p}"
_NETWORK = {"network": f"{_COMPUTE}/global/networks/dg-old-network"}
_SUBNET = {"subnetwork": f"{_COMPUTE}/regions/{REGION}/subnetworks/dg-old-subnetwork"}

ROWS: Mapping[str, Row] = {
    "instance": _compute(
        "Instance",
        "zone instances",
        _LABELLED,
        machineType=f"{_COMPUTE}/zones/{ZONE}/machineTypes/e2-micro",
        disks=[{"source": f"{_COMPUTE}/zones/{ZONE}/disks/dg-old-disk"}],
        networkInterfaces=[_SUBNET],
    ),
    "disk": _compute("Disk", "zone disks", _LABELLED, type=f"{_COMPUTE}/diskTypes/pd-ssd", sizeGb="10"),
    "regiondisk": _compute("RegionDisk", "region disks", _LABELLED),
    "snapshot": _compute("Snapshot", "global snapshots", _LABELLED),
    "image": _compute("Image", "global images", _LABELLED),
    "machineimage": _compute("MachineImage", "global machineImages", _LABELLED),
    "manager": _compute(
        "InstanceGroupManager",
        "zone instanceGroupManagers",
        instanceTemplate=f"{_COMPUTE}/global/instanceTemplates/dg-old-template",
    ),
    "group": _compute("InstanceGroup", "zone instanceGroups"),
    "template": _compute("InstanceTemplate", "global instanceTemplates"),
    "rule": _compute(
        "ForwardingRule",
        "region forwardingRules",
        _LABELLED,
        IPAddress=f"{_COMPUTE}/regions/{REGION}/addresses/dg-old-address",
    ),
    "globalrule": _compute(
        "GlobalForwardingRule",
        "global forwardingRules",
        _LABELLED,
        target=f"{_COMPUTE}/global/targetHttpsProxies/dg-old-https",
    ),
    "http": _compute("TargetHttpProxy", "global targetHttpProxies", urlMap=f"{_COMPUTE}/global/urlMaps/dg-old-urlmap"),
    "https": _compute(
        "TargetHttpsProxy",
        "global targetHttpsProxies",
        urlMap=f"{_COMPUTE}/global/urlMaps/dg-old-urlmap",
        sslCertificates=[f"{_COMPUTE}/global/sslCertificates/dg-old-certificate"],
    ),
    "ssl": _compute("TargetSslProxy", "global targetSslProxies"),
    "tcp": _compute("TargetTcpProxy", "global targetTcpProxies"),
    "grpc": _compute("TargetGrpcProxy", "global targetGrpcProxies"),
    "pool": _compute("TargetPool", "region targetPools"),
    "target": _compute("TargetInstance", "zone targetInstances"),
    "certificate": _compute("SslCertificate", "global sslCertificates"),
    "urlmap": _compute("UrlMap", "global urlMaps", defaultService=f"{_COMPUTE}/global/backendServices/dg-old-backend"),
    "backend": _compute(
        "BackendService",
        "global backendServices",
        healthChecks=[f"{_COMPUTE}/global/healthChecks/dg-old-check"],
        backends=[{"group": f"{_COMPUTE}/zones/{ZONE}/instanceGroups/dg-old-group"}],
    ),
    "backendbucket": _compute("BackendBucket", "global backendBuckets"),
    "neg": _compute("NetworkEndpointGroup", "zone networkEndpointGroups"),
    "check": _compute("HealthCheck", "global healthChecks"),
    "httpcheck": _compute("HttpHealthCheck", "global httpHealthChecks"),
    "httpscheck": _compute("HttpsHealthCheck", "global httpsHealthChecks"),
    "armor": _compute("SecurityPolicy", "global securityPolicies", _LABELLED),
    "address": _compute("Address", "region addresses", _LABELLED),
    "globaladdress": _compute("GlobalAddress", "global addresses", _LABELLED),
    "router": _compute("Router", "region routers", nats=[{"name": "nat"}], **_NETWORK),
    "tunnel": _compute(
        "VpnTunnel",
        "region vpnTunnels",
        _LABELLED,
        vpnGateway=f"{_COMPUTE}/regions/{REGION}/vpnGateways/dg-old-gateway",
    ),
    "gateway": _compute("VpnGateway", "region vpnGateways", _LABELLED, **_NETWORK),
    "oldgateway": _compute("TargetVpnGateway", "region targetVpnGateways", _LABELLED, **_NETWORK),
    "peer": _compute("ExternalVpnGateway", "global externalVpnGateways", _LABELLED),
    "firewall": _compute("Firewall", "global firewalls", **_NETWORK),
    "route": _compute("Route", "global routes", **_NETWORK),
    "subnetwork": _compute("Subnetwork", "region subnetworks", **_NETWORK),
    "network": _compute("Network", "global networks"),
    "cluster": _at("container", "Cluster", "clusters"),
    "zonecluster": Row(
        "container.googleapis.com/Cluster",
        f"container.googleapis.com/projects/{{p}}/zones/{ZONE}/clusters/{{n}}",
        location=ZONE,
    ),
    "service": _at("run", "Service", "services"),
    "job": _at("run", "Job", "jobs"),
    "worker": _at("run", "WorkerPool", "workerPools"),
    "function": _at("cloudfunctions", "Function", "functions"),
    "sql": Row("sqladmin.googleapis.com/Instance", "cloudsql.googleapis.com/projects/{p}/instances/{n}"),
    "bucket": Row("storage.googleapis.com/Bucket", "storage.googleapis.com/{n}-{p}", location="EU"),
    "topic": _in("pubsub", "Topic", "topics"),
    "subscription": _in("pubsub", "Subscription", "subscriptions", topic="projects/{p}/topics/dg-old-topic"),
    "psnapshot": _in("pubsub", "Snapshot", "snapshots"),
    "dataset": _in("bigquery", "Dataset", "datasets"),
    "repository": _at("artifactregistry", "Repository", "repositories"),
    "secret": _in("secretmanager", "Secret", "secrets"),
    "spanner": _in("spanner", "Instance", "instances"),
    "firestore": _in("firestore", "Database", "databases", _BARE),
    "redis": _at("redis", "Instance", "instances"),
    "rediscluster": _at("redis", "Cluster", "clusters"),
    "memcached": _at("memcache", "Instance", "instances"),
    "sink": _in("logging", "LogSink", "sinks", _DESCRIBED),
    "account": _in("iam", "ServiceAccount", "serviceAccounts", _DESCRIBED),
    "zone": _in("dns", "ManagedZone", "managedZones", dnsName="pr-7.example."),
    "filestore": _at("file", "Instance", "instances"),
    "filebackup": _at("file", "Backup", "backups"),
    "workflow": _at("workflows", "Workflow", "workflows"),
    "queue": _at("cloudtasks", "Queue", "queues", _BARE),
    "cron": _at("cloudscheduler", "Job", "jobs", _DESCRIBED),
}
"""By a word that is the end of its name, ``dg-old-topic``."""

PROTECTED: Mapping[str, Mapping[str, Any]] = {
    "instance": {"deletionProtection": True, "disks": [], "networkInterfaces": []},
    "sql": {"settings": {"deletionProtectionEnabled": True}},
    "bucket": {"retentionPolicy": {"retentionPeriod": "3600"}},
    "firestore": {"deleteProtectionState": "DELETE_PROTECTION_ENABLED"},
    "rediscluster": {"deletionProtectionEnabled": True},
    "filestore": {"deletionProtectionEnabled": True},
    "route": {"nextHopNetwork": "x", "network": ""},
}
"""What Google itself protects them with."""


def put(fake: FakeGoogle, word: str, name: str, number: str, words: Mapping[str, str], **more: Any) -> str:
    """One thing of ``ROWS``; returns what its full name ends in."""
    row, project = ROWS[word], IDS[number]
    body = {**_filled(row.body, project), **more}
    if row.says == _DESCRIBED:
        body["description"] = f"Made for a pull request. {', '.join(f'{key}={value}' for key, value in words.items())}"
    full = row.name.format(p=project, n=name)
    if word == "account":
        body["email"] = f"{name}@{project}.iam.gserviceaccount.com"
    labels = words if row.says == _LABELLED else {}
    return fake.put(row.asset, full, number, labels=labels, location=row.location, **body).name


def _filled(body: Any, project: str) -> Any:
    if isinstance(body, str):
        return body.replace("{p}", project)
    if isinstance(body, list):
        return [_filled(each, project) for each in body]
    return {key: _filled(value, project) for key, value in body.items()} if isinstance(body, Mapping) else body


def a_full_world(fake: FakeGoogle) -> tuple[list[str], set[str]]:
    """Two projects with one of each type past its time, a folder with whole projects; what goes, what stays."""
    stays = what_stays(fake)
    return [*_goes(fake), "dg-preview-1"], stays


def _goes(fake: FakeGoogle) -> Iterator[str]:
    for number in (ONE, TWO):
        for word in ROWS:
            if number == ONE or ROWS[word].says != _BARE:
                yield put(fake, word, f"dg-old-{word}", number, OLD)
    for number in (ONE, TWO):
        bucket = f"storage/storage/v1/b/dg-old-bucket-{IDS[number]}"
        objects = [{"name": f"a/{n}.txt", "generation": str(n)} for n in range(7)]
        fake.inside[f"{bucket}/o"] = ("items", objects)
        zone = f"dns/dns/v1/projects/{IDS[number]}/managedZones/dg-old-zone"
        names = [("pr-7.example.", "NS"), ("pr-7.example.", "SOA"), ("www.pr-7.example.", "A")]
        fake.inside[f"{zone}/rrsets"] = ("rrsets", [{"name": name, "type": kind} for name, kind in names])


def what_stays(fake: FakeGoogle) -> set[str]:
    """Two projects and a folder with whole projects: one thing for each reason to stay, and one project that goes."""
    fake.project(ONE, IDS[ONE], labels=OLD)
    fake.project(TWO, IDS[TWO])
    kept = {put(fake, word, f"dg-kept-{word}", ONE, OLD, **protection) for word, protection in PROTECTED.items()}
    others = {
        put(fake, "topic", "dg-new-topic", ONE, NEW),
        put(fake, "topic", "dg-prod-topic", TWO, OLD | {"environment": "production"}),
        put(fake, "topic", "web-topic", TWO, OLD),
        put(fake, "network", "dg-foreign", TWO, {}),
        put(fake, "queue", "dg-old-queue-of-nobody", TWO, OLD),
        *_whole_projects(fake),
    }
    projects = {"dg-preview-2", "dg-preview-3", "dg-preview-4", "team-project", *IDS.values()}
    return kept | others | projects


def _whole_projects(fake: FakeGoogle) -> Iterator[str]:
    """One that goes with what is in it; one with a lien, one with a guest that is protected, one of nobody's."""
    for number in (1, 2, 3):
        fake.project(f"20000000000{number}", f"dg-preview-{number}", labels=OLD, parent=FOLDER)
    fake.project("200000000004", "dg-preview-4", parent=FOLDER)
    fake.project("200000000005", "team-project", labels=OLD, parent=FOLDER)
    fake.liens["200000000002"] = "an audit is under way"
    inside = "pubsub.googleapis.com/projects/dg-preview-{n}/topics/{t}"
    yield fake.put("pubsub.googleapis.com/Topic", inside.format(n=1, t="orders"), "200000000001").name
    guest = inside.format(n=3, t="guest")
    yield fake.put("pubsub.googleapis.com/Topic", guest, "200000000003", labels={"protected": "yes"}).name
