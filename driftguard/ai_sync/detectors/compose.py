"""Compose files: variables of services built here, variables that the file asks for, published ports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync import yaml_nodes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named

_ASKED = re.compile(r"(?<!\$)\$\{(?P<name>[A-Za-z_]\w*)(?:[:?+-][^}]*)?\}|(?<!\$)\$(?P<bare>[A-Z][A-Z0-9_]+)")
_OTHERS = re.compile(
    r"(?:.*/)?(?:[\w.]+-)*(?:postgres(?:ql)?|postgis|timescaledb|mysql|mariadb|mongo(?:db)?|redis|valkey|memcached|rabbitmq|nats|nginx|httpd|caddy"
    r"|traefik|haproxy|envoy|elasticsearch|opensearch|kibana|logstash|cp-\w[\w-]*|kafka|zookeeper|clickhouse(?:-server)?|grafana"
    r"|loki|tempo|prometheus|alertmanager|jaeger|all-in-one|opentelemetry-collector[\w-]*|zipkin|influxdb|telegraf|minio|mc|mailhog"
    r"|mailpit|mailcatcher|maildev|localstack|keycloak|dex|vault|consul|etcd|adminer|phpmyadmin|pgadmin4|selenium|browserless|chrome"
    r"|chromium|gotenberg|tika|meilisearch|typesense|qdrant|chroma|ollama|watchtower|cadvisor|node-exporter|wordpress|busybox|alpine)"
    r"(?:-(?:alpine|server|standalone|ha|cluster|single|ce|oss|community))*(?:[:@].*)?"
)
"""Images that repositories start beside their own."""
_PUBLISHED = re.compile(
    r"^(?:\d+\.[\d.]+:|\[[^\]]*\]:)?(?:\$\{\w+:?-)?(?P<port>\d{2,5})\}?(?::\d+(?:-\d+)?)?(?:/\w+)?$"
)


def _find(path: str, text: str) -> Iterator[Found]:  # noqa: ARG001
    for match in _ASKED.finditer(text):
        if not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip().startswith("#"):
            yield Found(ItemKind.ENV_VAR, Named(match["name"] or match["bare"]), match.start())
    for _, service in yaml_nodes.pairs(yaml_nodes.get(yaml_nodes.compose(text), "services")):
        if _is_own(service):
            yield from _environment(yaml_nodes.get(service, "environment"))
            yield from _ports(yaml_nodes.get(service, "ports"))


def _is_own(service: yaml_nodes.Node) -> bool:
    """Built here, or from somebody's registry and none of those that everybody starts."""
    image = yaml_nodes.scalar(yaml_nodes.get(service, "image"))
    return yaml_nodes.get(service, "build") is not None or ("/" in image and not _OTHERS.fullmatch(image))


def _environment(node: yaml_nodes.Node | None) -> Iterator[Found]:
    named = [(str(key.value), key) for key, _ in yaml_nodes.pairs(node)]
    named += [(yaml_nodes.scalar(entry).partition("=")[0].strip(), entry) for entry in yaml_nodes.items(node)]
    for name, where in named:
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            yield Found(ItemKind.COMPOSE_ENV, Named(name), yaml_nodes.start(where))


def _ports(node: yaml_nodes.Node | None) -> Iterator[Found]:
    for entry in yaml_nodes.items(node):
        published = yaml_nodes.scalar(entry) or yaml_nodes.scalar(yaml_nodes.get(entry, "published"))
        match = _PUBLISHED.match(published.strip())
        if match:
            yield Found(ItemKind.PORT, Named(match["port"]), yaml_nodes.start(entry))


DETECTOR = PlainReader(
    "compose",
    ("*/docker-compose*.yml", "*/docker-compose*.yaml", "*/compose*.yml", "*/compose*.yaml"),
    re.compile(rb"\benvironment:|\bports:|\$\{?[A-Za-z_]"),
    _find,
)
