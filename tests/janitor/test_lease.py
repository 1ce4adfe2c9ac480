"""Whose it is, what protects it and when it ends: each rule by itself, then as properties over all of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.janitor import lease
from driftguard.janitor.lease import (
    Lease,
    LeaseVerdict,
    Terms,
    judge,
    judge_environment,
    judge_whole,
    parse_expiry,
    warns,
)
from driftguard.janitor.tags import Tags
from driftguard.model import History, Target
from driftguard.policy import Policy, parse_duration

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OWNED = {"driftguard:owner": "platform"}
EXPIRED = OWNED | {"driftguard:expires-at": "2026-11-23T11:00:00Z"}
ENV = "shop-pr-7"


def policy(**janitor: Any) -> Policy:
    return Policy.model_validate({"version": 1, "janitor": janitor})


def terms(ended: str | None = None, history: History | None = None, **janitor: Any) -> Terms:
    return Terms(policy(**janitor), NOW, ended, history or History())


def target(tags: Mapping[str, str] | None = EXPIRED, name: str = "dg-orders", **more: Any) -> Target:
    made = {"created_at": NOW - 72 * HOUR, **more}
    return Target("aws", "aws/123456789012/eu-west-1", "sqs:queue", f"arn:{name}", name, tags, **made)


def told(judged: Lease) -> tuple[LeaseVerdict, str]:
    return judged.verdict, judged.policy_path


class TestOwnership:
    def test_name_and_owner_tag_together_make_it_ours(self) -> None:
        assert told(judge(target(), terms())) == (LeaseVerdict.EXPIRED, "janitor.ttl")

    @pytest.mark.parametrize("name", ["", "web", "DG-orders", " dg-orders", "xdg-orders"])
    def test_a_name_outside_the_namespace_is_not_ours(self, name: str) -> None:
        judged = judge(target(name=name), terms())
        assert told(judged) == (LeaseVerdict.UNOWNED, "janitor.namespace")
        assert judged.reason == "not ours: its name doesn't begin with 'dg-'"

    @pytest.mark.parametrize("tags", [{}, {"owner": "platform"}, {"driftguard:owner": ""}, {"driftguard:owner": " "}])
    def test_without_an_owner_it_is_not_ours(self, tags: Mapping[str, str]) -> None:
        judged = judge(target(tags), terms())
        assert told(judged) == (LeaseVerdict.UNOWNED, "janitor.owner_tag")
        assert judged.reason == "not ours: it has no tag driftguard:owner"

    @pytest.mark.parametrize("key", ["driftguard:owner", "DriftGuard:Owner", "driftguard-owner"])
    def test_tag_keys_are_read_as_each_cloud_writes_them(self, key: str) -> None:
        assert judge(target({key: "x", "driftguard-expires-at": "2026-01-01"}), terms()).deletable

    @pytest.mark.parametrize(("owner", "ours"), [("platform", True), (" platform ", True), ("Platform", False)])
    def test_a_policy_may_name_the_owners(self, owner: str, ours: bool) -> None:
        judged = judge(target(EXPIRED | {"driftguard:owner": owner}), terms(owners=["platform", "web"]))
        assert judged.deletable is ours
        assert ours or (told(judged) == (LeaseVerdict.UNOWNED, "janitor.owners") and "'Platform'" in judged.reason)

    def test_two_owners_must_both_be_ours(self) -> None:
        both = EXPIRED | {"driftguard-owner": "somebody"}
        assert judge(target(both), terms()).deletable
        assert judge(target(both), terms(owners=["platform"])).verdict is LeaseVerdict.UNOWNED
        assert judge(target(EXPIRED | {"driftguard-owner": ""}), terms()).verdict is LeaseVerdict.UNOWNED

    def test_tags_that_could_not_be_read_protect(self) -> None:
        judged = judge(target(None), terms(ended=ENV))
        assert told(judged) == (LeaseVerdict.PROTECTED, "janitor.owner_tag")
        assert judged.reason == "its tags could not be read"


class TestProtection:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("Environment", "Production"),
            ("environment", "PROD"),
            ("ENVIRONMENT", "prod"),
            ("Protected", ""),
            ("protected", "no"),
        ],
    )
    def test_the_default_policy_protects_production_and_whatever_says_protected(self, key: str, value: str) -> None:
        judged = judge(target(EXPIRED | {key: value}), terms())
        assert judged.verdict is LeaseVerdict.PROTECTED
        assert judged.policy_path.lower() == f"janitor.protected_tags.{key.lower()}"
        assert judged.reason.lower() == f"protected by its tag {key.lower()}={value.lower()}"

    @pytest.mark.parametrize(
        ("pattern", "value", "protects"),
        [("prod*", "Production-EU", True), ("prod", "production", False), ("?", "x", True), ("[ab]", "B", True)],
    )
    def test_values_are_wildcards_without_case(self, pattern: str, value: str, protects: bool) -> None:
        judged = judge(target(EXPIRED | {"tier": value}), terms(protected_tags={"Tier": ["never", pattern]}))
        assert judged.deletable is not protects

    def test_a_second_tag_of_the_same_name_in_other_letters_protects_too(self) -> None:
        for tags in ({"Environment": "dev", "environment": "prod"}, {"environment": "prod", "Environment": "dev"}):
            assert judge(target(EXPIRED | tags), terms()).verdict is LeaseVerdict.PROTECTED

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("Environment", "Production "),
            ("Environment", "Prod\u200b"),
            ("Environment", "\uff30rod"),
            ("Environment ", "Production"),
            (" environment", "prod"),
            ("Protected\u00a0", "1"),
            ("Protect\u00aded", "1"),
        ],
    )
    def test_a_slip_of_the_pen_costs_no_protection(self, key: str, value: str) -> None:
        """Blanks, letters' widths and what can't be seen, in keys and values."""
        assert judge(target(EXPIRED | {key: value}), terms()).verdict is LeaseVerdict.PROTECTED

    def test_a_hyphen_that_looks_like_one_is_one_in_what_protects_and_in_nothing_else(self) -> None:
        protected = terms(protected_tags={"do-not-delete": ["*"]})
        assert judge(target(EXPIRED | {"do\u2011not\u2011delete": "1"}), protected).verdict is LeaseVerdict.PROTECTED
        assert judge(target(name="dg\u2011orders"), terms()).verdict is LeaseVerdict.UNOWNED
        strange = {"driftguard\u2010owner": "x", "driftguard:expires-at": "2026-01-01"}
        assert judge(target(strange), terms()).verdict is LeaseVerdict.UNOWNED

    def test_what_the_cloud_protects_is_protected(self) -> None:
        judged = judge(target(protection="termination protection"), terms(protected_tags={}))
        assert told(judged) == (LeaseVerdict.PROTECTED, "janitor.protected_tags")
        assert judged.reason == "protected by the cloud: termination protection"

    def test_an_ended_pull_request_ends_no_protection(self) -> None:
        tags = EXPIRED | {"driftguard:env": ENV, "Protected": "1"}
        assert judge(target(tags), terms(ended=ENV)).verdict is LeaseVerdict.PROTECTED


class TestTime:
    @pytest.mark.parametrize(
        ("text", "ends"),
        [
            ("2026-11-23T12:00:00Z", NOW),
            ("2026-11-23t12:00:00z", NOW),
            (" 2026-11-23 12:00:00Z ", NOW),
            ("2026-11-23T12:00:00.5Z", NOW + timedelta(seconds=0.5)),
            ("2026-11-23T17:45:00+05:45", NOW),
            ("2026-11-23T07:00:00-05:00", NOW),
            ("2026-11-22", NOW - 12 * HOUR),
            ("2024-02-29", datetime(2024, 3, 1, tzinfo=UTC)),
            ("2026-11-23t12-00-00z", NOW),
            ("2026-11-23T12-00-00Z", NOW),
            ("1795435200", NOW),
        ],
    )
    def test_a_date_is_read_as_rfc_3339_and_alone_as_its_end_in_utc(self, text: str, ends: datetime) -> None:
        assert parse_expiry(text) == ends
        assert parse_expiry(text).tzinfo is UTC

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "soon",
            "23/11/2026",
            "11-23-2026",
            "2026-11-23T12:00:00",
            "2026-11-23T12:00Z",
            "2026-13-01",
            "2025-02-29",
            "2026-11-23T25:00:00Z",
            "2026-11-23T12:00:00Z and more",
            "9999-12-31",
            "2026-11-23t25-00-00z",
            "2026-11-23t12-00-00",
            "2026-11-23t12-00-00-05-00",
            "179543520",
            "1795435200000",
            "0795435200",
            "-795435200",
            "1795435200.5",
            "١٧٩٥٤٣٥٢٠٠",
            "0001-01-01T00:00:00+23:59",
        ],
    )
    def test_any_other_date_is_unknown_and_never_a_deletion(self, text: str) -> None:
        judged = judge(target(OWNED | {"driftguard:expires-at": text}), terms())
        assert told(judged) == (LeaseVerdict.UNKNOWN, "janitor.ttl")
        assert judged.reason.startswith("its lease can't be read: ")

    def test_an_unreadable_date_is_shown_but_not_at_any_length(self) -> None:
        with pytest.raises(ValueError, match=r"^'x{40}' is not a date like 2026-11-23T12:00:00Z or 2026-11-23$"):
            parse_expiry("x" * 99)
        with pytest.raises(ValueError, match=r"^'2026-13-01' is no date: month must be in 1\.\.12"):
            parse_expiry("2026-13-01")

    def test_at_its_end_it_may_go_and_a_moment_before_it_may_not(self) -> None:
        at = target(OWNED | {"driftguard:expires-at": "2026-11-23T12:00:00Z"})
        assert told(judge(at, terms())) == (LeaseVerdict.EXPIRED, "janitor.ttl")
        before = judge(target(OWNED | {"driftguard:expires-at": "2026-11-23T12:00:01Z"}), terms())
        assert told(before) == (LeaseVerdict.UNEXPIRED, "janitor.ttl")
        assert before.reason == "lives until 2026-11-23 12:00 UTC (driftguard:expires-at)"
        assert judge(at, terms()).reason == "expired 2026-11-23 12:00 UTC (driftguard:expires-at)"

    def test_a_stated_end_comes_before_a_ttl_and_that_before_the_policy_s(self) -> None:
        old: Mapping[str, Any] = {"created_at": NOW - 30 * HOUR}
        assert judge(target(OWNED, **old), terms()).expires_at == NOW - 6 * HOUR
        assert judge(target(OWNED | {"driftguard:ttl": "2d"}, **old), terms()).expires_at == NOW + 18 * HOUR
        both = {"driftguard:ttl": "2d", "driftguard:expires-at": "2026-11-23T11:00:00Z"}
        assert judge(target(OWNED | both, **old), terms()).expires_at == NOW - HOUR
        assert "(policy 24h)" in judge(target(OWNED, **old), terms()).reason
        assert "(driftguard:ttl 2d)" in judge(target(OWNED | {"driftguard:ttl": "2d"}, **old), terms()).reason

    def test_an_unknown_age_is_unknown_unless_the_end_is_stated(self) -> None:
        judged = judge(target(OWNED, created_at=None), terms())
        assert (judged.verdict, judged.reason) == (
            LeaseVerdict.UNKNOWN,
            "its lease can't be read: its age is unknown",
        )
        assert judge(target(created_at=None), terms()).deletable

    @pytest.mark.parametrize("born", [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
    def test_an_age_that_was_never_set_is_unknown(self, born: datetime) -> None:
        """APIs write the zero of their language: year 1, or 1970."""
        assert judge(target(OWNED, created_at=born), terms()).verdict is LeaseVerdict.UNKNOWN

    def test_the_oldest_of_the_clouds_is_believed(self) -> None:
        assert judge(target(OWNED, created_at=lease.OLDEST), terms()).deletable
        assert parse_expiry(f"{lease.OLDEST:%Y-%m-%dT%H:%M:%SZ}") == lease.OLDEST

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "0001-01-01", "1970-01-01T00:00:00Z", "1970-01-01"])
    def test_an_end_that_was_never_set_is_unknown(self, text: str) -> None:
        tags = OWNED | {"driftguard:expires-at": text}
        assert judge(target(tags), terms()).verdict is LeaseVerdict.UNKNOWN

    def test_what_was_created_in_the_future_has_no_age(self) -> None:
        judged = judge(target(OWNED, created_at=NOW + HOUR + timedelta(seconds=1)), terms())
        assert judged.reason == "its lease can't be read: it was created in the future"
        assert judge(target(OWNED, created_at=NOW), terms(ttl="1s")).verdict is LeaseVerdict.UNEXPIRED

    def test_what_a_clock_ahead_of_ours_has_just_made_lives_on_from_then(self) -> None:
        judged = judge(target(OWNED, created_at=NOW + HOUR), terms(ttl="1s"))
        assert (judged.verdict, judged.expires_at) == (LeaseVerdict.UNEXPIRED, NOW + HOUR + timedelta(seconds=1))

    @pytest.mark.parametrize("key", ["driftguard:expires-at", "driftguard:ttl"])
    def test_two_ends_that_differ_are_none(self, key: str) -> None:
        one, other = ("2026-01-01", "2026-02-02") if "expires" in key else ("1h", "2h")
        tags = OWNED | {key: one, key.replace(":", "-"): other}
        judged = judge(target(tags), terms())
        assert judged.reason == f"its lease can't be read: it has two tags {key} that differ"
        assert judge(target(tags | {key.replace(":", "-"): one}), terms()).deletable

    @pytest.mark.parametrize("ttl", ["", "24", "-1h", "1y", "0h", "1h2m"])
    def test_an_unreadable_ttl_is_unknown(self, ttl: str) -> None:
        assert judge(target(OWNED | {"driftguard:ttl": ttl}), terms()).verdict is LeaseVerdict.UNKNOWN

    def test_whether_a_tag_names_an_owner(self) -> None:
        janitor = policy().janitor
        assert lease.has_owner(target(OWNED), janitor) is True
        assert lease.has_owner(target({"note": "x"}), janitor) is False
        assert lease.has_owner(target(None), janitor) is False

    def test_whether_a_tag_states_an_end(self) -> None:
        assert lease.states_expiry(target())
        assert not lease.states_expiry(target(OWNED))
        assert not lease.states_expiry(target(None))


class TestEnvironments:
    def test_an_ended_pull_request_takes_its_environment_whatever_its_ttl(self) -> None:
        tags = OWNED | {"driftguard:expires-at": "2999-01-01", "driftguard:env": ENV}
        judged = judge(target(tags), terms(ended=ENV))
        assert told(judged) == (LeaseVerdict.ENDED, "janitor.environment")
        assert judged.reason == f"its environment {ENV} has ended"

    @pytest.mark.parametrize("tags", [EXPIRED, EXPIRED | {"driftguard:env": "shop-pr-77"}])
    def test_it_takes_nothing_else_however_expired(self, tags: Mapping[str, str]) -> None:
        judged = judge(target(tags), terms(ended=ENV))
        assert told(judged) == (LeaseVerdict.OTHER_ENVIRONMENT, "janitor.environment")
        assert judged.reason == f"not of the environment {ENV}"

    def test_where_no_environment_has_ended_nothing_is_of_it(self) -> None:
        judged = judge(target(EXPIRED | {"driftguard:env": ""}), terms(ended=""))
        assert (judged.verdict, judged.reason) == (LeaseVerdict.OTHER_ENVIRONMENT, "no environment has ended")

    def test_what_is_of_two_environments_is_of_none(self) -> None:
        both = EXPIRED | {"driftguard:env": ENV, "DriftGuard:Env": "web-pr-1"}
        assert judge(target(both), terms(ended=ENV)).verdict is LeaseVerdict.OTHER_ENVIRONMENT
        assert lease.environment_of(target(both)) == ""
        assert lease.environment_of(target(OWNED | {"driftguard-env": ENV})) == ENV
        assert lease.environment_of(target(None)) == ""

    def test_a_whole_environment_goes_if_all_of_it_may(self) -> None:
        judged = judge_environment(ENV, [target(), target(name="dg-other")], terms())
        assert told(judged) == (LeaseVerdict.EXPIRED, "janitor.ttl")
        assert judged.reason == "all of its 2 resources have expired"

    @pytest.mark.parametrize(
        ("kept", "verdict"),
        [
            (target(EXPIRED | {"Protected": "1"}, "dg-kept"), LeaseVerdict.PROTECTED),
            (target(OWNED | {"driftguard:expires-at": "2999-01-01"}, "dg-kept"), LeaseVerdict.UNEXPIRED),
            (target(EXPIRED, "kept"), LeaseVerdict.UNOWNED),
            (target(None, ""), LeaseVerdict.PROTECTED),
        ],
    )
    def test_one_that_stays_keeps_all_of_it(self, kept: Target, verdict: LeaseVerdict) -> None:
        for resources in ([target(), kept], [kept, target()]):
            judged = judge_environment(ENV, resources, terms())
            assert judged.verdict is verdict
            assert judged.reason.startswith(f"{kept.name or kept.id} in it stays: ")
            alone = judge(kept, terms())
            assert (judged.policy_path, judged.expires_at) == (alone.policy_path, alone.expires_at)

    def test_an_environment_of_which_nothing_is_seen_ends_with_its_pull_request_alone(self) -> None:
        assert judge_environment(ENV, [], terms(ended=ENV)).verdict is LeaseVerdict.ENDED
        assert judge_environment(ENV, [], terms(ended="web-pr-1")).verdict is LeaseVerdict.OTHER_ENVIRONMENT
        judged = judge_environment(ENV, [], terms())
        assert told(judged) == (LeaseVerdict.UNKNOWN, "janitor.terraform")
        assert judged.reason == "nothing of it was found that says when it ends"

    def test_a_kept_environment_stays_until_then_even_when_its_pull_request_is_closed(self) -> None:
        of_it = target(EXPIRED | {"driftguard:env": ENV})
        for ended in (None, ENV):
            kept = History(kept={ENV: NOW + HOUR})
            judged = judge(of_it, terms(ended, kept))
            assert told(judged) == (LeaseVerdict.UNEXPIRED, "overrides.longest_keep")
            assert judged.reason == f"its environment {ENV} is kept until 2026-11-23 13:00 UTC"
            assert judged.expires_at == NOW + HOUR
            assert judge_environment(ENV, [], terms(ended, kept)).verdict is LeaseVerdict.UNEXPIRED
            assert judge(of_it, terms(ended, History(kept={ENV: NOW}))).deletable
            assert judge(target(), terms(None, kept)).deletable

    def test_where_nobody_knows_whether_it_is_kept_it_stays(self) -> None:
        judged = judge(target(EXPIRED | {"driftguard:env": ENV}), terms(history=History(kept={ENV: None})))
        assert told(judged) == (LeaseVerdict.UNKNOWN, "overrides.longest_keep")
        assert judged.reason == f"whether its environment {ENV} is to be kept could not be read"

    def test_what_contradicts_an_environment_in_terraform_s_state(self) -> None:
        janitor = policy(owners=["platform"]).janitor
        assert lease.contradiction({}, ENV, janitor) == ""
        assert lease.contradiction(OWNED | {"driftguard:env": ENV, "Environment": "dev"}, ENV, janitor) == ""
        assert lease.contradiction({"environment": "prod"}, ENV, janitor) == "protected by its tag Environment=prod"
        assert lease.contradiction({"driftguard:env": "prod"}, ENV, janitor) == "of the environment 'prod'"
        assert lease.contradiction({"driftguard:owner": "web"}, ENV, janitor) == "not ours: its owner is 'web'"
        assert lease.contradiction({"driftguard:owner": "web"}, ENV, policy().janitor) == ""


class TestWholes:
    """What takes others along goes only if each of these may go with it."""

    def test_goes_if_all_that_goes_with_it_may(self) -> None:
        assert judge_whole(target(), [], terms()) == judge(target(), terms())
        assert judge_whole(target(), [target(name="dg-part")], terms()) == judge(target(), terms())

    def test_stays_for_one_part_that_must_stay_and_names_it(self) -> None:
        kept = target(EXPIRED | {"Environment": "Production"}, name="dg-part")
        judged = judge_whole(target(), [target(name="dg-other"), kept], terms())
        assert told(judged) == (LeaseVerdict.PROTECTED, "janitor.protected_tags.Environment")
        assert judged.reason == "dg-part in it stays: protected by its tag Environment=Production"

    def test_stays_for_what_a_part_takes_along_itself(self) -> None:
        part = target(name="dg-part", holds=(target({}, name="dg-inside"),))
        assert told(judge_whole(target(), [part], terms())) == (LeaseVerdict.UNOWNED, "janitor.owner_tag")

    def test_says_its_own_reason_to_stay_first(self) -> None:
        whole = target(EXPIRED | {"driftguard:expires-at": "2999-01-01"})
        assert judge_whole(whole, [target({})], terms()) == judge(whole, terms())
        assert judge_whole(whole, [target()], terms()) == judge(whole, terms())


class TestSpeaking:
    """What lies in another has a word of its own where it says something else, or can't be read."""

    @pytest.mark.parametrize(
        "tags",
        [
            {},
            {"backup": "daily"},
            EXPIRED,
            OWNED,
            {"DriftGuard-Owner": "platform"},
            {"driftguard:expires-at": EXPIRED["driftguard:expires-at"]},
        ],
        ids=["bare", "others' tags", "the same", "fewer", "the same, written otherwise", "the same end alone"],
    )
    def test_what_says_nothing_else_goes_along(self, tags: Mapping[str, str]) -> None:
        assert lease.speaks(target(tags), target(), policy().janitor) is False

    @pytest.mark.parametrize(
        "tags",
        [
            None,
            {"Environment": "production"},
            {"driftguard:owner": "somebody-else"},
            {"driftguard:expires-at": "2999-01-01"},
            {"driftguard:ttl": "12h"},
            {"driftguard:env": ENV},
            EXPIRED | {"driftguard-owner": "somebody-else"},
        ],
        ids=[
            "unreadable",
            "protected",
            "another's",
            "another end",
            "a time of its own",
            "an environment",
            "two owners",
        ],
    )
    def test_what_says_something_else_has_a_word(self, tags: Mapping[str, str] | None) -> None:
        assert lease.speaks(target(tags), target(), policy().janitor) is True

    def test_what_the_cloud_protects_has_a_word(self) -> None:
        assert lease.speaks(target(protection="EC2 termination protection"), target(), policy().janitor) is True

    def test_the_tags_of_a_whole_that_can_t_be_read_say_nothing(self) -> None:
        assert lease.speaks(target(OWNED), target(None), policy().janitor) is True
        assert lease.speaks(target({}), target(None), policy().janitor) is False

    def test_protection_is_answered_with_yes_or_no(self) -> None:
        assert lease.protects(target(), policy().janitor) is False
        assert lease.protects(target(protection="S3 Object Lock"), policy().janitor) is True


class TestWarnings:
    GRACE: Mapping[str, Any] = {"warn_before": "6h"}

    def test_without_a_grace_nothing_is_warned_of_and_the_expired_goes(self) -> None:
        judged = judge(target(), terms())
        assert judged.deletable
        assert warns(judged, terms()) is False
        fresh = judge(target(OWNED | {"driftguard:expires-at": "2999-01-01"}), terms())
        assert warns(fresh, terms()) is False

    def test_the_first_sight_of_what_has_expired_warns_and_it_stays(self) -> None:
        judged = judge(target(), terms(**self.GRACE))
        assert told(judged) == (LeaseVerdict.UNWARNED, "janitor.warn_before")
        assert judged.reason.endswith("; nobody was warned yet, so the next run deletes it")
        assert judged.expires_at == NOW - HOUR
        assert warns(judged, terms(**self.GRACE))

    def test_after_a_warning_of_this_very_end_it_goes(self) -> None:
        first = judge(target(), terms(**self.GRACE))
        assert first.expires_at is not None
        history = History(warned={target().id: first.expires_at.isoformat()})
        assert judge(target(), terms(history=history, **self.GRACE)).verdict is LeaseVerdict.EXPIRED
        moved = target(OWNED | {"driftguard:expires-at": "2026-11-23T11:30:00Z"})
        assert judge(moved, terms(history=history, **self.GRACE)).verdict is LeaseVerdict.UNWARNED
        assert (
            judge(replace(target(), id="arn:other"), terms(history=history, **self.GRACE)).verdict
            is LeaseVerdict.UNWARNED
        )

    @pytest.mark.parametrize(("hours", "near"), [(5, True), (6, True), (7, False)])
    def test_what_will_end_within_the_grace_is_warned_of_early(self, hours: int, near: bool) -> None:
        ends = (NOW + hours * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
        judged = judge(target(OWNED | {"driftguard:expires-at": ends}), terms(**self.GRACE))
        assert judged.verdict is LeaseVerdict.UNEXPIRED
        assert warns(judged, terms(**self.GRACE)) is near

    def test_nothing_else_is_warned_of(self) -> None:
        for tags in (OWNED | {"driftguard:expires-at": "soon"}, EXPIRED | {"Protected": "1"}, {}, None):
            assert not warns(judge(target(tags), terms(**self.GRACE)), terms(**self.GRACE))
        ended = terms(ended=ENV, **self.GRACE)
        judged = judge(target(EXPIRED | {"driftguard:env": ENV}), ended)
        assert judged.deletable, "a closed pull request is warning enough"
        assert not warns(judged, ended)

    def test_the_earliest_end_there_is_warns_too(self) -> None:
        judged = judge(target(OWNED | {"driftguard:expires-at": "2006-01-01T00:00:00Z"}), terms(**self.GRACE))
        assert warns(judged, terms(**self.GRACE))


class TestTags:
    def test_no_value_is_lost_where_two_keys_are_one(self) -> None:
        tags = Tags.of({"A:b": "1", "a-B": "2", "c": "3"})
        assert tags.all("a:b") == ("1", "2")
        assert (tags.one("C"), tags.one("d"), tags.all("d")) == ("3", None, ())
        with pytest.raises(ValueError, match="two tags a:b that differ"):
            tags.one("a:b")


OWNER_KEYS, TIME_KEYS = ["driftguard:owner", "driftguard-owner"], ["driftguard:expires-at", "driftguard:ttl"]
OTHER_KEYS = ["driftguard:env", "Environment", "environment", "Protected", "note"]
KEYS = st.sampled_from([*OWNER_KEYS, *TIME_KEYS, *OTHER_KEYS])
VALUES = st.sampled_from(["platform", "", "2026-01-01", "2999-01-01", "1h", "9w", ENV, "prod", "dev"]) | st.text(
    max_size=5
)
TAGS = st.none() | st.dictionaries(KEYS, VALUES, max_size=6)
TARGETS = st.builds(
    target,
    TAGS,
    st.sampled_from(["dg-orders", "dg-", "web", ""]),
    created_at=st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    protection=st.sampled_from(["", "", "", "termination"]),
)
ENDED = st.sampled_from([None, "", ENV])


@given(TARGETS, ENDED)
def test_nothing_goes_that_is_not_ours_or_is_protected(seen: Target, ended: str | None) -> None:
    """Told again here in other words than the code's."""
    if not judge(seen, terms(ended)).deletable:
        return
    assert seen.tags is not None
    lower = [(key.lower().replace(":", "-"), value.lower()) for key, value in seen.tags.items()]
    assert seen.name.startswith("dg-")
    assert any(key == "driftguard-owner" and value.strip() for key, value in lower)
    assert not seen.protection
    assert not any(
        key == "protected" or (key == "environment" and value in {"prod", "production"}) for key, value in lower
    )
    if ended is not None:
        assert ended
        assert {value for key, value in lower if key == "driftguard-env"} == {ended}


@given(TARGETS, st.integers(0, 10**6))
def test_what_may_go_now_may_go_later_and_what_may_not_go_later_may_not_go_now(seen: Target, minutes: int) -> None:
    now = terms()
    later = replace(now, now=NOW + timedelta(minutes=minutes))
    assert not judge(seen, now).deletable or judge(seen, later).deletable


@given(TARGETS, KEYS, VALUES, ENDED)
def test_a_protecting_tag_added_to_anything_protects_it(seen: Target, key: str, value: str, ended: str | None) -> None:
    tags = {**(seen.tags or {}), key: value, "PROTECTED": "x"}
    assert not judge(replace(seen, tags=tags), terms(ended)).deletable


@given(TARGETS, ENDED)
def test_judging_never_fails_and_always_gives_a_reason_and_a_line(seen: Target, ended: str | None) -> None:
    judged = judge(seen, terms(ended, warn_before="6h"))
    assert judged.reason
    assert judged.policy_path.startswith("janitor.")
    warns(judged, terms(ended, warn_before="6h"))


@given(st.lists(TARGETS, max_size=4), ENDED)
def test_an_environment_goes_only_if_each_of_its_resources_may(seen: list[Target], ended: str | None) -> None:
    if judge_environment(ENV, seen, terms(ended)).deletable:
        assert all(judge(resource, terms(ended)).deletable for resource in seen)


def test_a_ttl_in_the_policy_is_the_one_that_is_counted() -> None:
    assert parse_duration("90m") == timedelta(minutes=90)
    assert judge(target(OWNED, created_at=NOW - 2 * HOUR), terms(ttl="90m")).deletable
    assert not judge(target(OWNED, created_at=NOW - HOUR), terms(ttl="90m")).deletable
