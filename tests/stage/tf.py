"""Terraform as tests may use it: providers from a mirror on this machine, nothing from the network."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2] / "terraform"
_PLACES = ("~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")


def mirror() -> Path | None:
    """A directory that holds registry.terraform.io/..., where Terraform itself or an administrator would put one."""
    places = [Path(place).expanduser() for place in _PLACES] + sorted(Path("/opt").glob("*"))
    return next((place for place in places if (place / "registry.terraform.io").is_dir()), None)


def missing(provider: str | None = None) -> str:
    """Why Terraform can't be run here, empty if it can; ``provider`` is ``hashicorp/aws``."""
    if shutil.which("terraform") is None:
        return "terraform is not installed"
    found = mirror()
    if provider and (found is None or not (found / "registry.terraform.io" / provider).is_dir()):
        return f"no mirror on this machine holds {provider}, and tests download nothing"
    return ""


def terraform(*words: str, cwd: Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it to its end, without a colour, a question or a network."""
    settings = cwd / "mirror.tfrc"
    found = mirror()
    if found is not None:
        settings.write_text(
            f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(str(found))}\n  }}\n}}\n"
        )
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    given = {"HOME": str(cwd), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "NO_PROXY": "*"}
    config = {"TF_CLI_CONFIG_FILE": str(settings)} if found is not None else {}
    return subprocess.run(
        ["terraform", *words],
        cwd=cwd,
        env=kept | given | config | dict(environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def copied(part: str, to: Path) -> Path:
    """A copy of terraform/ to work in; the directory ``part`` of it."""
    shutil.copytree(ROOT, to / "terraform", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    return to / "terraform" / part


def apply(directory: Path, environ: Mapping[str, str], **variables: str) -> Mapping[str, Any]:
    """Apply with local state; the outputs."""
    (directory / "override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    given = [f"-var={name}={value}" for name, value in variables.items()]
    for words in (("init", "-input=false"), ("apply", "-input=false", "-auto-approve", *given)):
        done = terraform(*words, cwd=directory, environ=environ)
        assert done.returncode == 0, done.stdout + done.stderr
    outputs = json.loads(terraform("output", "-json", cwd=directory, environ=environ).stdout)
    return {name: output["value"] for name, output in outputs.items()}
