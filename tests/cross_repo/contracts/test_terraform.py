"""Terraform modules: variables, outputs, demands and addresses, as python-hcl2 reads them."""

import pytest
from stage.contracts import diff, told, words

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.terraform import constraints, types

BASE = """\
terraform {
  required_version = ">= 1.5, < 2.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "name" {
  type = string
  description = "A name."
}

variable "size" {
  type    = number
  default = 1
  validation {
    condition     = var.size > 0
    error_message = "Not ${var.size}."
  }
}

variable "tags" {
  type    = object({ owner = string, cost = optional(number, 3) })
  default = { owner = "me" }
}

output "arn" {
  value = aws_s3_bucket.logs.arn
}

resource "aws_s3_bucket" "logs" {
  bucket = var.name
}
"""

PAIRS: list[tuple[str, str, str, str]] = [
    (
        "variable without default",
        'output "arn"',
        'variable "more" {}\noutput "arn"',
        "breaking variable-required-added",
    ),
    (
        "variable with default",
        'output "arn"',
        'variable "more" { default = null }\noutput "arn"',
        "info variable-added",
    ),
    (
        "variable removed",
        'variable "name" {\n  type = string\n  description = "A name."\n}',
        "",
        "breaking variable-removed",
    ),
    ("default removed", "  default = 1\n", "", "breaking variable-default-removed"),
    ("default changed", "default = 1", "default = 2", "dangerous variable-default-changed"),
    ("default added", "type = string", 'type = string\n  default = "x"', "info variable-default-added"),
    ("type narrowed", "type = string", "type = number", "breaking variable-type-changed"),
    ("type widened", "type    = number", "type    = string", "info variable-type-changed"),
    ("any", "type = string", "type = any", "info variable-type-changed"),
    ("attribute required", "owner = string,", "owner = string, more = bool,", "breaking variable-type-changed"),
    ("attribute optional", "owner = string,", "owner = string, more = optional(bool),", "info variable-type-changed"),
    ("attribute removed", ", cost = optional(number, 3)", "", "dangerous variable-type-changed"),
    ("attribute became required", "optional(number, 3)", "number", "breaking variable-type-changed"),
    ("default of an attribute", "optional(number, 3)", "optional(number, 4)", "dangerous variable-type-changed"),
    ("not nullable", "type = string", "type = string\n  nullable = false", "breaking variable-nullable-changed"),
    ("sensitive", "type = string", "type = string\n  sensitive = true", "dangerous variable-sensitive-changed"),
    ("validation changed", "var.size > 0", "var.size > 1", "dangerous variable-validation-changed"),
    (
        "validation added",
        "type = string",
        'type = string\n  validation {\n    condition = var.name != ""\n    error_message = "No."\n  }',
        "breaking variable-validation-added",
    ),
    ("output removed", 'output "arn" {\n  value = aws_s3_bucket.logs.arn\n}', "", "breaking output-removed"),
    ("output added", 'output "arn"', 'output "id" { value = 1 }\noutput "arn"', "info output-added"),
    ("output sensitive", "logs.arn", "logs.arn\n  sensitive = true", "dangerous output-sensitive-changed"),
    ("output value", "logs.arn", "logs.id", "dangerous output-value-changed"),
    ("Terraform tightened", ">= 1.5, < 2.0", ">= 1.6, < 2.0", "breaking required-version-tightened"),
    ("Terraform loosened", ">= 1.5, < 2.0", ">= 1.5", "info required-version-loosened"),
    ("provider tightened", "~> 5.0", "~> 5.20", "breaking provider-version-tightened"),
    ("provider loosened", "~> 5.0", ">= 5.0", "info provider-version-loosened"),
    (
        "provider added",
        "    aws = {",
        '    random = { source = "hashicorp/random" }\n    aws = {',
        "dangerous provider-added",
    ),
    (
        "resource renamed",
        'resource "aws_s3_bucket" "logs"',
        'resource "aws_s3_bucket" "log"',
        "dangerous resource-moved",
    ),
    ("resource repeated", "bucket = var.name", "for_each = toset([])", "dangerous resource-instances-moved"),
]

HARMLESS = [
    ("description", "A name.", "The name."),
    ("comment", "type = string", "# words\n  type = string"),
    ("formatting", "owner = string, cost = optional(number, 3)", "owner = string,\n    cost = optional(number, 3)"),
    ("error message", "Not ${var.size}.", "No."),
    ("same constraint", ">= 1.5, < 2.0", ">= 1.5.0, < 2"),
    (
        "moved",
        'resource "aws_s3_bucket" "logs"',
        'moved {\n  from = aws_s3_bucket.logs\n  to = aws_s3_bucket.log\n}\nresource "aws_s3_bucket" "log"',
    ),
    ("count", "bucket = var.name", "count = 1\n  bucket = var.name"),
]


@pytest.mark.parametrize(("was", "now", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_each_kind_of_change(was: str, now: str, expected: str) -> None:
    assert was in BASE
    assert told("terraform", {"m/main.tf": BASE}, {"m/main.tf": BASE.replace(was, now)}) == words(expected)


@pytest.mark.parametrize(("was", "now"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_no_caller_notices_is_no_change(was: str, now: str) -> None:
    assert was in BASE
    assert told("terraform", {"m/main.tf": BASE}, {"m/main.tf": BASE.replace(was, now)}) == set()


def test_a_change_has_its_address_file_and_line() -> None:
    (change,) = diff("terraform", {"m/main.tf": BASE}, {"m/main.tf": BASE.replace("default = 1", "default = 2")})
    assert (change.location, change.path) == ("var.size", "m/main.tf")
    assert BASE.splitlines()[change.line - 1] == 'variable "size" {'


def test_blocks_may_move_between_the_files_of_a_module_and_be_json() -> None:
    head, _, tail = BASE.partition('output "arn"')
    apart = {"m/main.tf": head, "m/outputs.tf": f'output "arn"{tail}'}
    assert told("terraform", {"m/main.tf": BASE}, apart) == set()
    json = {
        "m/main.tf": head + tail.partition("}\n")[2],
        "m/o.tf.json": '{"output": {"arn": {"value": "${aws_s3_bucket.logs.arn}"}}}',
    }
    assert told("terraform", {"m/main.tf": BASE}, json) == set()


def test_modules_that_come_and_go() -> None:
    one, two = {"a/main.tf": BASE}, {"a/main.tf": BASE, "b/main.tf": BASE}
    assert told("terraform", one, two) == {"info module-added"}
    assert told("terraform", two, one) == {"breaking module-removed"}
    assert told("terraform", one, {}) == {"breaking contract-removed"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [('variable "a" {', 1, "not HCL"), ("a = 1\nx = = 3", 2, "not HCL"), (b"\xff", 1, "not UTF-8")],
)
def test_what_is_no_hcl_is_refused_at_its_place(text: str | bytes, line: int, words: str) -> None:
    for old, new in ((BASE, text), (text, BASE)):
        with pytest.raises(Unreadable) as refused:
            diff("terraform", {"m/main.tf": old}, {"m/main.tf": new})
        assert words in refused.value.message
        assert (refused.value.path, refused.value.line) == ("m/main.tf", line)


@pytest.mark.parametrize(
    ("old", "new", "allows"),
    [
        (">= 1.0", ">= 1.0", True),
        ("~> 1.2", ">= 1.2, < 2", True),
        (">= 1.2, < 2", "~> 1.2", True),
        ("~> 1.2.3", "~> 1.2", True),
        ("~> 1.2", "~> 1.2.3", False),
        ("= 1.5", "1.5.0", True),
        (">= 1", "> 1", False),
        ("> 1", ">= 1", True),
        ("< 3", "<= 3", True),
        ("<= 3", "< 3", False),
        (">= 1", ">= 1, != 1.5", False),
        (">= 1, != 1.5", ">= 1, != 1.5", True),
        (">= 2", ">= 1, != 1.5", True),
        ("", ">= 1", False),
        (">= 1", "", True),
    ],
)
def test_constraints_as_intervals(old: str, new: str, allows: bool) -> None:
    before, after = constraints.parse(old), constraints.parse(new)
    assert before is not None
    assert after is not None
    assert after.allows(before) is allows


def test_a_provider_that_callers_must_pass_breaks_them() -> None:
    text = 'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n%s    }\n  }\n}\n'
    old, new = {"m.tf": text % ""}, {"m.tf": text % "      configuration_aliases = [aws.peer]\n"}
    assert told("terraform", old, new) == {"breaking provider-alias-added"}
    assert told("terraform", new, old) == set()


def test_a_collection_of_anything_may_be_written_short() -> None:
    old, new = ({"m.tf": f'variable "a" {{\n  type = {kind}\n}}'} for kind in ("list", "list(any)"))
    assert told("terraform", old, new) == set()


def test_an_address_twice_is_refused_but_in_an_override() -> None:
    one = 'variable "a" {\n  type = string\n}\n'
    with pytest.raises(Unreadable, match=r"var\.a is already defined in m\.tf, line 1") as refused:
        diff("terraform", {"m.tf": one}, {"m.tf": one, "n.tf": f"\n{one}"})
    assert (refused.value.path, refused.value.line) == ("n.tf", 2)
    assert told("terraform", {"m.tf": one}, {"m.tf": one, "m_override.tf": one}) == set()


def test_a_constraint_that_isn_t_understood_is_not_guessed_at() -> None:
    assert constraints.parse("latest") is None
    assert told("terraform", {"m.tf": BASE}, {"m.tf": BASE.replace("~> 5.0", "latest")}) == {
        "dangerous provider-version-changed"
    }


@pytest.mark.parametrize(
    "text",
    ["string", "list(string)", "tuple([string, number])", "map(object({ a = optional(list(any), []) }))", "set(bool)"],
)
def test_types_are_parsed_whole(text: str) -> None:
    parsed = types.parse(text)
    assert parsed.name != text or "(" not in text
    assert list(types.misfits(parsed, types.parse(text.replace(" ", "")))) == []
