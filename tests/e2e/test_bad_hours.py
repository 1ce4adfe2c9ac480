"""Azure and Google Cloud in a bad hour, behind https proxies that break the same things on both."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from fakes.gcp import error
from stage import google_things as things
from stage.azure_cloud import EXPIRED, ONE, OTHER
from stage.three_clouds import ThreeClouds, by_name
from stage.tls_proxy import Rule, TlsProxy, between

GOES, FAILS = 8, {"dg-goes-0", "dg-goes-1", "dg-goes-5"}
CODES = {
    403: ("AuthorizationFailed", "PERMISSION_DENIED"),
    409: ("AnotherOperationInProgress", "ABORTED"),
    429: ("TooManyRequests", "RESOURCE_EXHAUSTED"),
    503: ("ServerBusy", "UNAVAILABLE"),
}
PAGE = "<html>a gateway's page</html>"


def azure_words(status: int) -> str:
    return json.dumps({"error": {"code": CODES[status][0], "message": "by rule"}}) if status in CODES else PAGE


def google_words(status: int) -> str:
    return json.dumps(error(status, CODES[status][1], "", "by rule")[1]) if status in CODES else PAGE


def rules() -> list[Rule]:
    """The same for both; what refuses a listing names each cloud's own."""
    return [
        Rule("DELETE .*dg-goes-0", 403),
        Rule("DELETE .*dg-goes-1", hang=300.0),
        Rule("DELETE .*dg-goes-2", cut="before", times=1),
        Rule("DELETE .*dg-goes-3", cut="after", times=1),
        Rule("DELETE .*dg-goes-4", 409, times=1),
        Rule("GET .*/dg-goes-5", 403),
        Rule("GET .*/dg-goes-6", 429, times=3, retry_after="0"),
        Rule("GET .*/dg-goes-7", 500, times=2),
        Rule("DELETE .*dg-goes-7", 503, times=1, retry_after="0"),
        Rule("GET .*/operations/", 429, times=2, retry_after="0"),
        Rule(f"GET .*({OTHER}.*/locks|projects/{things.TWO}:searchAllResources)", 403),
    ]


def fill(clouds: ThreeClouds) -> None:
    """Eight that are to go and one that is protected, in each of two subscriptions and projects."""
    for subscription, number, begin in ((ONE, things.ONE, "dg-goes"), (OTHER, things.TWO, "dg-other")):
        group = clouds.azure.group(subscription, "web")
        for each in range(GOES):
            clouds.azure.put(group, "Microsoft.Web/sites", f"{begin}-{each}", EXPIRED)
            things.put(clouds.google, "repository", f"{begin}-{each}", number, things.OLD)
        clouds.azure.put(group, "Microsoft.Web/sites", f"{begin}-kept", EXPIRED | {"Protected": "1"})
        things.put(clouds.google, "repository", f"{begin}-kept", number, things.OLD | {"protected": "1"})


@contextmanager
def behind(clouds: ThreeClouds, broken: Callable[[], list[Rule]]) -> Iterator[dict[str, TlsProxy]]:
    """Azure and Google Cloud, each behind a proxy that breaks this; AWS isn't looked at."""
    azure, google = clouds.certificates
    del clouds.clouds["aws"]
    with ExitStack() as stack:
        found = {
            "azure": between(clouds.azure.url, azure, azure_words, broken(), clouds.home / "before-azure"),
            "gcp": between(clouds.google.url, google, google_words, broken(), clouds.home / "before-google"),
        }
        entered = {name: stack.enter_context(proxy) for name, proxy in found.items()}
        clouds.urls.update({name: proxy.url for name, proxy in entered.items()})
        clouds.certificates = [*clouds.certificates, *(proxy.trusted for proxy in entered.values())]
        yield entered


def test_in_a_bad_hour_nothing_protected_goes_and_whatever_stays_is_named(clouds: ThreeClouds) -> None:
    """Throttling with Retry-After, errors, gateways' pages, resets before and after, a hang, refusals."""
    fill(clouds)
    clouds.limits |= {"action_timeout": "6s"}
    with behind(clouds, rules) as proxies:
        code, report = clouds.nightly()
    assert code == 3
    for provider, left in (("azure", clouds.azure.names), ("gcp", clouds.google.names())):
        assert [rule.like for rule in proxies[provider].rules if not rule.dealt] == [], "every rule was met"
        assert {"dg-other-kept", *(f"dg-other-{each}" for each in range(GOES))} < left
        assert {name for name in left if name.startswith("dg-goes")} == FAILS | {"dg-goes-kept"}
        _named(report, provider)


def test_where_every_deletion_hangs_the_run_keeps_its_deadline_and_names_what_it_gave_up(clouds: ThreeClouds) -> None:
    """Two at a time, so that most are never begun."""
    fill(clouds)
    clouds.limits |= {"action_timeout": "2s", "deadline": "3s", "parallel": 2}
    begin = time.monotonic()
    with behind(clouds, lambda: [Rule("DELETE ", hang=300.0)]) as proxies:
        code, report = clouds.nightly()
        took = time.monotonic() - begin
    assert (code, took < 30) == (3, True)  # it looks through the clouds before the deadline begins
    for provider, left in (("azure", clouds.azure.names), ("gcp", clouds.google.names())):
        assert sum(name.startswith("dg-") for name in left) == 2 * (GOES + 1)
        given_up = [each["error"] for each in by_name(report, "outcomes", provider).values() if each["error"]]
        assert len(given_up) == 2 * GOES
        assert sum(asked.startswith("DELETE") for asked in proxies[provider].asked) < 2 * GOES


def _named(report: Any, provider: str) -> None:
    ended = by_name(report, "outcomes", provider)
    assert {name for name, each in ended.items() if each["status"] == "verified"} == {
        f"dg-goes-{each}" for each in range(GOES)
    } - FAILS
    assert "by rule" in ended["dg-goes-0"]["error"]
    assert "took too long" in ended["dg-goes-1"]["error"]
    gaps = [gap for gap in report["gaps"] if gap["scope"].startswith(provider)]
    [unread] = [gap for gap in gaps if gap["what"] == "dg-goes-5"]
    assert "by rule" in unread["error"]
    hidden = {"azure": OTHER, "gcp": things.TWO}[provider]
    assert any(hidden in gap["scope"] and "by rule" in gap["error"] for gap in gaps)
