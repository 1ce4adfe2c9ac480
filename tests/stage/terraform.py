"""A repository with a Terraform configuration, states on a real backend, and the real program."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.nobody import nothing_but
from fakes.trail import MemoryTrail
from stage.moto_cloud import MotoCloud

from driftguard.clients.git import GitTree
from driftguard.clients.terraform import Terraform
from driftguard.executors.terraform_destroy import TerraformDestroy
from driftguard.janitor import stacks
from driftguard.janitor.teardown import Teardown
from driftguard.model import Action
from driftguard.policy import Policy
from driftguard.ports import Receipt, StackDestroyer

PROGRAM = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(PROGRAM is None, reason="there is no terraform on PATH")

_ASKED_FOR = os.environ.get("DRIFTGUARD_TF_MIRROR", "")
_USUAL = ("/opt/tf-plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")


def mirror() -> Path | None:
    """A filesystem mirror with the AWS provider: the one that DRIFTGUARD_TF_MIRROR names, or a usual place."""
    places = [Path(place) for place in (_ASKED_FOR, *_USUAL) if place]
    return next((place for place in places if (place / "registry.terraform.io/hashicorp/aws").is_dir()), None)


needs_aws_provider = pytest.mark.skipif(
    PROGRAM is None or mirror() is None,
    reason=f"no mirror with Terraform's AWS provider: DRIFTGUARD_TF_MIRROR can name one (looked into {_USUAL})",
)

S3 = 'terraform {\n  backend "s3" {}\n}\n'
LOCAL = 'terraform {\n  backend "local" {}\n}\n'
THING = 'resource "terraform_data" "thing" {}\n'
OTHER = 'resource "terraform_data" "other" {}\n'
KEPT = 'resource "terraform_data" "kept" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
FAILS = """\
resource "terraform_data" "fails" {
  provisioner "local-exec" {
    when    = destroy
    command = "exit 1"
  }
}
"""
SLOW = """\
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    when    = destroy
    command = "sleep 30"
  }
}
"""
LOCK_ID = "6b5c1d0e-0000-1111-2222-333344445555"
BUCKET = "terraform-states"


def git(directory: Path, *words: str) -> str:
    named = ("-c", "user.name=tester", "-c", "user.email=tester@example.invalid", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *named, *words], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(directory: Path, files: Mapping[str, str]) -> str:
    """Put ``files`` into the repository at ``directory`` (made if there is none); the commit."""
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / ".git").exists():
        git(directory, "init", "-q", "-b", "main")
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text)
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "--allow-empty", "-m", "configuration")
    return git(directory, "rev-parse", "HEAD")


def surroundings(aws: MotoCloud, home: Path) -> dict[str, str]:
    """What terraform needs and nothing of this machine's."""
    config = home / "terraform.rc"
    found = mirror()
    if found is not None:
        config.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{found}"\n  }}\n}}\n')
    else:
        config.write_text("")
    return {
        **aws.environ,
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TF_CLI_CONFIG_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": "eu-west-1",
    }


def s3_backend(**more: str) -> dict[str, str]:
    """The settings of a state in the test's bucket, as a policy holds them."""
    plain = {"use_path_style": "true", "skip_credentials_validation": "true", "skip_requesting_account_id": "true"}
    return {"bucket": BUCKET, "key": "previews/{env}.tfstate", "region": "eu-west-1", **plain, **more}


@dataclass
class TerraformStage:
    """``arranged`` builds the environment with terraform itself; ``ended`` sends it through executor and teardown."""

    aws: MotoCloud
    directory: Path
    backend: dict[str, str]
    trail: MemoryTrail = field(default_factory=MemoryTrail)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    settings: dict[str, Any] = field(default_factory=dict)
    environment: str = "shop-pr-7"
    revision: str = "HEAD"

    @property
    def repository(self) -> Path:
        return self.directory / "repository"

    @property
    def policy(self) -> Policy:
        stack = {"dir": "infra", "backend_config": self.backend}
        terraform = {"stacks": [stack], "lock_timeout": "1s", **self.settings}
        return Policy.model_validate({"version": 1, "janitor": {"terraform": terraform}})

    def configured(self, text: str, directory: str = "infra") -> None:
        self.revision = committed(self.repository, {f"{directory}/main.tf": text})

    def arranged(self, text: str) -> None:
        """Commit ``text`` and apply it: the environment's state is on the backend."""
        self.configured(text)
        with tempfile.TemporaryDirectory() as name:
            shutil.copytree(self.repository / "infra", name, dirs_exist_ok=True)
            settings = [f"-backend-config={key}={value}" for key, value in self.stack.backend_config.items()]
            self.terraform(Path(name), "init", "-input=false", *settings)
            self.terraform(Path(name), "apply", "-auto-approve", "-input=false")

    def terraform(self, directory: Path, *words: str) -> str:
        environ = surroundings(self.aws, self.directory)
        environ |= {"TF_WORKSPACE": self.stack.workspace} if self.stack.workspace else {}
        done = subprocess.run(
            ["terraform", *words], cwd=directory, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def action(self) -> Action:
        built = list(stacks.stacks_of(self.environment, "acme/shop", self.revision, self.policy))
        [action] = stacks.destructions(built, [], "acme/shop", self.policy)
        return action

    @property
    def stack(self) -> Any:
        [built] = stacks.stacks_of(self.environment, "acme/shop", self.revision, self.policy)
        return built

    @property
    def api(self) -> Terraform:
        environ = surroundings(self.aws, self.directory)
        return Terraform(environ, lambda: GitTree.open(self.repository), patience=(20.0, 5.0))

    def ended(self) -> Receipt:
        return TerraformDestroy(nothing_but(stacks=self.stacks)).apply(self.action)

    @property
    def stacks(self) -> StackDestroyer:
        return Teardown(self.policy, self.api, self.trail, lambda: self.now)

    # The state, as the backend itself has it.

    @property
    def key(self) -> str:
        return self.stack.backend_config["key"]  # type: ignore[no-any-return]

    def put(self, text: str, suffix: str = "") -> None:
        self.aws.client("s3").put_object(Bucket=BUCKET, Key=self.key + suffix, Body=text.encode())

    def remove(self, suffix: str = "") -> None:
        self.aws.client("s3").delete_object(Bucket=BUCKET, Key=self.key + suffix)

    def stored(self) -> set[str]:
        found = self.aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return {item["Key"] for item in found}

    def resources(self) -> set[str]:
        """What the state on the backend holds."""
        body = self.aws.client("s3").get_object(Bucket=BUCKET, Key=self.key)["Body"].read()
        return {resource["name"] for resource in json.loads(body)["resources"]}

    def lock_info(self, age: timedelta) -> str:
        created = (self.now - age).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
        info = {"ID": LOCK_ID, "Operation": "OperationTypeApply", "Info": "", "Who": "ci@runner-7"}
        return json.dumps({**info, "Version": "1.11.4", "Created": created, "Path": f"{BUCKET}/{self.key}"})


@pytest.fixture
def ground(aws: MotoCloud, tmp_path: Path) -> TerraformStage:
    """States in S3 with a lock file beside each."""
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return TerraformStage(aws, tmp_path, s3_backend(use_lockfile="true"))
