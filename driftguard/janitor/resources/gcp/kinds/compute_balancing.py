"""Compute Engine's load balancing, from the forwarding rule back to the health check."""

from driftguard.janitor.resources.gcp.compute import compute_kind
from driftguard.janitor.resources.gcp.service import Service

PROXIES = ("http", "https", "ssl", "tcp", "grpc")
_RULE = ("compute:forwarding-rule",)
_PROXIES = tuple(f"compute:target-{proxy}-proxy" for proxy in PROXIES)

SERVICE = Service(
    "compute_balancing",
    (
        compute_kind("forwardingRules", "region global", "ForwardingRule", "GlobalForwardingRule", tags="labels"),
        compute_kind("targetHttpProxies", "global region", "TargetHttpProxy", "RegionTargetHttpProxy", after=_RULE),
        compute_kind("targetHttpsProxies", "global region", "TargetHttpsProxy", "RegionTargetHttpsProxy", after=_RULE),
        compute_kind("targetSslProxies", "global", "TargetSslProxy", after=_RULE),
        compute_kind("targetTcpProxies", "global region", "TargetTcpProxy", "RegionTargetTcpProxy", after=_RULE),
        compute_kind("targetGrpcProxies", "global", "TargetGrpcProxy", after=_RULE),
        compute_kind("targetPools", "region", "TargetPool", after=_RULE),
        compute_kind("targetInstances", "zone", "TargetInstance", after=_RULE),
        compute_kind(
            "sslCertificates",
            "global region",
            "SslCertificate",
            "RegionSslCertificate",
            after=("compute:target-https-proxy", "compute:target-ssl-proxy"),
        ),
        compute_kind("urlMaps", "global region", "UrlMap", "RegionUrlMap", after=_PROXIES),
        compute_kind(
            "backendServices",
            "global region",
            "BackendService",
            "RegionBackendService",
            after=("compute:url-map", *_PROXIES, *_RULE),
        ),
        compute_kind("backendBuckets", "global", "BackendBucket", after=("compute:url-map",)),
        compute_kind(
            "networkEndpointGroups",
            "zone region global",
            "NetworkEndpointGroup",
            "RegionNetworkEndpointGroup",
            "GlobalNetworkEndpointGroup",
            after=("compute:backend-service",),
        ),
        compute_kind(
            "healthChecks",
            "global region",
            "HealthCheck",
            "RegionHealthCheck",
            after=("compute:backend-service", "compute:instance-group-manager"),
        ),
        compute_kind("httpHealthChecks", "global", "HttpHealthCheck", after=("compute:target-pool",)),
        compute_kind("httpsHealthChecks", "global", "HttpsHealthCheck", after=("compute:target-pool",)),
        compute_kind("securityPolicies", "global", "SecurityPolicy", tags="labels", after=("compute:backend-service",)),
    ),
)
