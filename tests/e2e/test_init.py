"""``driftguard init`` in repositories of different make: a policy that validates, workflows that lint, a first run."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import hcl2
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from stage import tf
from stage.command import driftguard

from driftguard import policy_file, scaffold
from driftguard.errors import UsageError
from driftguard.scaffold.detect import Contract, Found
from driftguard.scaffold.policy_text import policy_text

BIN = Path(sys.executable).parent
ENGINE = f"acme/driftguard@{'5a' * 20}"
ACCOUNT = "123456789012"

SAMPLES = {
    "python": {
        "README.md": "# Shop\n\n`SHOP_URL` is the shop's address.\n",
        "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n",
        "src/shop/app.py": 'import os\n\nURL = os.environ["SHOP_URL"]\nKEY = os.environ["SHOP_KEY"]\n',
        "api/openapi.yaml": "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {}\n",
        "infra/main.tf": 'resource "terraform_data" "x" {}\n',
    },
    "typescript": {
        "docs/index.md": "# Web\n",
        ".env.example": "WEB_PORT=3000\n",
        "package.json": '{"name": "web"}\n',
        "src/server.ts": "const port = process.env.WEB_PORT;\n",
        "src/page.tsx": "export const Page = () => null;\n",
        "schema/web.graphql": "type Query { a: Int }\n",
        "node_modules/x/openapi.json": '{"openapi": "3.1.0"}\n',
    },
    "go": {
        "README.rst": "Pay\n===\n",
        "go.mod": "module acme/pay\n",
        "main.go": 'package main\n\nimport "os"\n\nfunc main() { _ = os.Getenv("PAY_URL") }\n',
        "proto/pay.proto": 'syntax = "proto3";\n',
        "odd name/[x]/*.proto": 'syntax = "proto3";\n',
    },
}
EXPECTED = {
    "python": ("Python", ["README*", "**/*.md"], {"api": ["api/openapi.yaml"]}, "infra"),
    "typescript": ("TypeScript", ["docs/**", "**/*.md", "**/.env.example"], {"schema": ["schema/web.graphql"]}, None),
    "go": ("Go", ["README*", "**/*.rst"], {"odd-name-x": ["odd name/[x]/*.proto"], "proto": ["proto/pay.proto"]}, None),
}


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    name = str(request.param)
    return name, repository(tmp_path / name, SAMPLES[name])


def repository(directory: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text)
    git(directory, "init", "-q", "-b", "main")
    git(directory, "remote", "add", "origin", f"https://github.com/acme/{directory.name}.git")
    git(directory, "add", "-A", "--force")
    git(directory, "commit", "-qm", "first")
    return directory


def git(directory: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *who, *words], cwd=directory, check=True, capture_output=True)


def lint(directory: Path) -> None:
    workflows = sorted((directory / ".github" / "workflows").glob("*.yml"))
    environ = {"PATH": str(BIN), "HOME": str(directory)}
    for words in (
        [str(BIN / "actionlint"), *map(str, workflows)],
        [str(BIN / "zizmor"), "--offline", "--pedantic", "--strict-collection", "--no-progress", *map(str, workflows)],
    ):
        done = subprocess.run(words, cwd=directory, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_repository_is_set_up_and_its_first_run_ends_0_or_1(sample: tuple[str, Path]) -> None:
    name, directory = sample
    language, docs, contracts, terraform = EXPECTED[name]
    done = driftguard("init", "--yes", cwd=directory)
    assert done.returncode == 0, done.stderr
    assert f"acme/{name} (main)" in done.stdout
    assert f"languages: {language}" in done.stdout
    assert (f"Terraform: {terraform}" in done.stdout) is (terraform is not None)
    policy = policy_file.load(directory / "policy.yaml")
    assert policy.dry_run
    assert list(policy.ai_sync.docs) == docs
    assert {each.name: list(each.paths) for each in policy.cross_repo.contracts} == contracts
    heard = ("issue_comment.created", "repository_dispatch.driftguard-verdict", "schedule")
    assert [kind for kind in heard if not any(rule.matches(kind) for rule in policy.rules)] == []
    assert driftguard("validate", cwd=directory).returncode == 0
    lint(directory)
    first = driftguard("run", "--dry-run", cwd=directory)
    assert first.returncode in (0, 1), first.stdout + first.stderr


def test_with_an_account_come_the_nightly_workflow_and_the_roles(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    done = driftguard(
        *("init", "--yes", "--engine", ENGINE, "--aws-account", ACCOUNT, "--region", "eu-west-1"), cwd=directory
    )
    assert done.returncode == 0, done.stderr
    policy = policy_file.load(directory / "policy.yaml")
    assert policy.janitor.clouds.aws is not None
    assert policy.janitor.clouds.aws.role == "arn:aws:iam::{account}:role/driftguard-read"
    assert [rule.name for rule in policy.rules] == ["docs", "commands", "contracts", "teardown", "nightly"]
    lint(directory)
    nightly = (directory / ".github" / "workflows" / "driftguard-nightly.yml").read_text()
    assert f"uses: acme/driftguard/.github/workflows/janitor-cron.yml@{'5a' * 20}" in nightly
    with (directory / "terraform" / "driftguard" / "main.tf").open() as stream:
        (module,) = hcl2.load(stream)["module"]
    assert json.loads(module['"driftguard"']["repository"]) == "acme/shop"
    assert "terraform apply" in done.stdout
    assert "Put DriftGuard's repository" not in done.stdout


ROOT = Path(__file__).parents[2]
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
EVERY_CLOUD = (
    "--aws-account",
    ACCOUNT,
    "--azure-subscription",
    SUBSCRIPTION,
    "--gcp-project",
    "acme-shop=123456789012",
)


def test_each_cloud_that_is_named_gets_its_part_of_the_policy_and_its_roles(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    done = driftguard("init", "--yes", "--engine", ENGINE, *EVERY_CLOUD, cwd=directory)
    assert done.returncode == 0, done.stderr
    clouds = policy_file.load(directory / "policy.yaml").janitor.clouds
    assert clouds.aws is not None
    assert clouds.azure is not None
    assert clouds.azure.subscriptions == (SUBSCRIPTION,)
    assert clouds.gcp is not None
    assert clouds.gcp.projects == ("123456789012",)
    lint(directory)
    for cloud, folder in (("aws", "."), ("azure", "azure"), ("gcp", "gcp")):
        with (directory / "terraform" / "driftguard" / folder / "main.tf").open() as stream:
            (module,) = hcl2.load(stream)["module"]
        given = module['"driftguard"']
        assert f"modules/oidc/{cloud}?ref={'5a' * 20}" in given["source"]
        with (ROOT / "terraform" / "modules" / "oidc" / cloud / "variables.tf").open() as stream:
            known = {json.loads(name) for variable in hcl2.load(stream)["variable"] for name in variable}
        assert {name for name in given if not name.startswith("__")} - {"source"} <= known
    assert "name the scopes of deletions" in done.stdout


def test_one_cloud_alone_brings_the_nightly_run_and_nothing_of_the_others(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["go"])
    driftguard("init", "--yes", "--gcp-project", "acme-shop=123456789012", cwd=directory)
    clouds = policy_file.load(directory / "policy.yaml").janitor.clouds
    assert (clouds.aws, clouds.azure) == (None, None)
    assert (directory / ".github" / "workflows" / "driftguard-nightly.yml").exists()
    made = sorted(path.relative_to(directory).as_posix() for path in directory.glob("terraform/**/*.tf"))
    assert made == ["terraform/driftguard/gcp/main.tf"]


@pytest.mark.parametrize("project", ["123456789012", "acme-shop", "acme-shop=shop", "Acme=123456789012", "a=1"])
def test_a_project_is_named_by_id_and_number(tmp_path: Path, project: str) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["go"])
    done = driftguard("init", "--yes", "--gcp-project", project, cwd=directory)
    assert (done.returncode, "is not a project's ID=NUMBER" in done.stderr) == (2, True)
    assert not (directory / "policy.yaml").exists()


@pytest.mark.skipif(tf.missing() != "", reason=tf.missing() or "-")
def test_the_terraform_is_formatted(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    driftguard("init", "--yes", *EVERY_CLOUD, cwd=directory)
    done = tf.terraform("fmt", "-check", "-diff", "-recursive", cwd=directory / "terraform" / "driftguard")
    assert done.returncode == 0, done.stdout


def test_questions_are_asked_and_answers_used(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    done = subprocess.run(
        [sys.executable, "-m", "driftguard", "init"],
        cwd=directory,
        input=f"{ENGINE}\nyes\nacme/web acme/reports\n{ACCOUNT}\neu-west-1 us-east-1\n\nacme-shop=123456789012\n12h\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "AWS accounts to clean" in done.stdout
    policy = policy_file.load(directory / "policy.yaml")
    aws = policy.janitor.clouds.aws
    assert aws is not None
    assert (aws.accounts, aws.regions) == ((ACCOUNT,), ("eu-west-1", "us-east-1"))
    assert policy.janitor.clouds.azure is None
    assert policy.janitor.clouds.gcp is not None
    assert (policy.rules[0].mode, policy.janitor.ttl) == ("block", timedelta(hours=12))
    assert [consumer.repo for consumer in policy.cross_repo.contracts[0].consumers] == ["acme/web", "acme/reports"]
    assert "@5a5a" in (directory / ".github" / "workflows" / "driftguard.yml").read_text()


def test_no_answer_is_an_error_and_writes_nothing(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    done = driftguard("init", cwd=directory)
    assert (done.returncode, done.stderr) == (2, "error: no answer, and nothing was written; --yes asks nothing\n")
    assert not (directory / "policy.yaml").exists()


def test_what_exists_is_kept_unless_force_says_otherwise(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    (directory / "policy.yaml").write_text("version: 1 # mine\n")
    done = driftguard("init", "--yes", cwd=directory)
    assert "policy.yaml: kept: it exists and differs; --force replaces it" in done.stdout
    assert (directory / "policy.yaml").read_text() == "version: 1 # mine\n"
    assert "policy.yaml: replaced" in driftguard("init", "--yes", "--force", cwd=directory).stdout
    assert "policy.yaml: unchanged" in driftguard("init", "--yes", cwd=directory).stdout


def test_a_bad_answer_is_an_error_before_anything_is_written(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    for words in (["--aws-account", "12"], ["--engine", "acme/driftguard@v1"]):
        done = driftguard("init", "--yes", *words, cwd=directory)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert not (directory / "policy.yaml").exists()
    assert not (directory / ".github").exists()


def test_no_link_leads_out_of_the_repository(tmp_path: Path) -> None:
    directory = repository(tmp_path / "shop", SAMPLES["python"])
    outside = tmp_path / "outside"
    outside.mkdir()
    (directory / ".github").symlink_to(outside)
    done = driftguard("init", "--yes", "--force", cwd=directory)
    assert done.returncode == 2
    assert "leads out of" in done.stderr
    assert list(outside.iterdir()) == []


def test_outside_of_a_repository_init_says_so(tmp_path: Path) -> None:
    done = driftguard("init", "--yes", cwd=tmp_path)
    assert done.returncode == 2
    assert "not a git repository" in done.stderr


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(st.lists(names, min_size=1, max_size=4, unique=True), names)
def test_any_file_name_reads_back_from_the_policy_as_it_was(paths: list[str], repo: str) -> None:
    found = Found(repo, "main", (), (), (Contract("api", tuple(paths)),), ())
    read = yaml.safe_load(policy_text(found, scaffold.Answers()))
    assert read["cross_repo"]["contracts"][0]["paths"] == paths
    assert [rule["name"] for rule in read["rules"]] == ["docs", "commands", "contracts"]


def test_an_engine_is_a_commit_and_nothing_that_moves() -> None:
    assert scaffold.Engine.parse(ENGINE).known
    for text in ("acme/driftguard@main", "acme/driftguard", f"acme/driftguard@{'5a' * 19}", "a/b/c@" + "5a" * 20):
        with pytest.raises(UsageError, match="all 40 digits"):
            scaffold.Engine.parse(text)
