"""No secret gets into a log line or the trail, whatever stands around it."""

import io
import json
import logging
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from driftguard import logs
from driftguard.redaction import HIDDEN, Redactor, secret_values

FORMS = {
    "GitHub token": "ghp_" + "a1B2" * 9,
    "fine-grained token": "github_pat_" + "a1B2" * 12,
    "installation token": "ghs_" + "a1B2" * 9,
    "AWS key id": "AKIA" + "ABCD2345" * 2,
    "Google key": "AIza" + "Sy0-_abc" * 5,
    "Slack token": "xoxb-1234567890-abcdefghij",
    "Slack webhook": "https://hooks.slack.com/services/T000/B000/XXXX",
    "Teams webhook": "https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/3",
    "JWT": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOmFjbWUifQ.c2lnbmF0dXJl",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
}
text = st.text(st.characters(codec="utf-8"), max_size=30)


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS)
def test_a_secret_of_a_known_form_is_hidden_without_knowing_its_value(secret: str) -> None:
    assert Redactor()(f"before {secret} after") == f"before {HIDDEN} after"


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("Authorization: Bearer abcdefghijk", "abcdefghijk"),
        ("https://alice:hunter22@example.com/x", "hunter22"),
        ("url?sig=abcdef123456&x=1", "abcdef123456"),
        ('{"password": "correct-horse"}', "correct-horse"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENG", "wJalrXUtnFEMIK7MDENG"),
    ],
)
def test_what_stands_after_a_telling_word_is_hidden(line: str, secret: str) -> None:
    assert secret not in Redactor()(line)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:dg-42-AbCdEf",
        "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:dg-token:production",
    ],
)
def test_an_arn_is_a_name_and_stays_readable_so_that_the_trail_says_which_one_went(arn: str) -> None:
    assert Redactor()(f"delete_resource:{arn} password=hunter22") == f"delete_resource:{arn} password={HIDDEN}"


@given(text, text, st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=8, max_size=40))
def test_a_known_value_is_hidden_in_every_spelling(before: str, after: str, secret: str) -> None:
    redact = Redactor([secret])
    assume(secret not in HIDDEN)
    for spelling in (secret, quote(secret, safe="")):
        assert spelling not in redact(f"{before}{spelling}{after}").replace(HIDDEN, "")


@given(text, st.sampled_from(sorted(FORMS.values())), text)
def test_redacting_twice_changes_nothing_more(before: str, secret: str, after: str) -> None:
    redact = Redactor(["topsecret-value"])
    once = redact(f"{before} {secret} token=abcdefgh {after}")
    assert redact(once) == once


def test_values_come_from_variables_whose_names_say_so() -> None:
    environ = {
        "GITHUB_TOKEN": "t" * 20,
        "DB_PASSWORD": "p" * 12,
        "SLACK_WEBHOOK_URL": "https://example.com/hook",
        "TOKEN_PATH": "/run/secrets/token",
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/key.json",
        "HOME": "/home/somebody",
        "SHORT_TOKEN": "abc",
    }
    assert set(secret_values(environ)) == {"t" * 20, "p" * 12, "https://example.com/hook"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def logged(stream: io.StringIO, style: logs.LogStyle, message: str, **extra: object) -> str:
    log = logging.getLogger("driftguard")
    before = log.handlers[:], log.propagate, log.level
    try:
        logs.configure(stream, style, Redactor(["hunter22-secret"]), logging.INFO)
        logging.getLogger("driftguard.test").warning(message, extra=extra)
    finally:
        log.handlers[:], log.propagate = before[0], before[1]
        log.setLevel(before[2])
    return stream.getvalue()


def test_json_logs_are_one_object_a_line_without_the_secret() -> None:
    line = logged(
        io.StringIO(), logs.LogStyle.JSON, 'said "hunter22-secret"\n{"forged": 1}', detail={"t": "hunter22-secret"}
    )
    record = json.loads(line)
    assert line.count("\n") == 1
    assert "hunter22" not in line
    assert (record["level"], record["logger"], record["detail"]) == ("WARNING", "driftguard.test", {"t": HIDDEN})
    assert record["time"].endswith("Z")


def test_text_logs_cannot_be_forged_and_colours_are_for_terminals_only() -> None:
    assert logged(io.StringIO(), logs.LogStyle.TEXT, "a\n\x1b[31mfake hunter22-secret").count("\n") == 1
    assert "\x1b" not in logged(io.StringIO(), logs.LogStyle.TEXT, "a\x1b[31mfake")
    assert logged(Terminal(), logs.LogStyle.TEXT, "a").startswith("\x1b[33m")


@pytest.mark.parametrize(
    ("environ", "stream", "style"),
    [
        ({"GITHUB_ACTIONS": "true"}, io.StringIO(), logs.LogStyle.JSON),
        ({"CI": "1"}, io.StringIO(), logs.LogStyle.JSON),
        ({"CI": "true"}, Terminal(), logs.LogStyle.TEXT),
        ({}, io.StringIO(), logs.LogStyle.TEXT),
    ],
)
def test_machines_get_json_and_people_text(environ: dict[str, str], stream: io.StringIO, style: logs.LogStyle) -> None:
    assert logs.pick_style(environ, stream) is style
