"""The composition root: the only builder of clients, executors and the gate.

Whether a run may change anything is settled here, once, by what is built: a rehearsal gets no executor and no write
session, so there is nothing it could write with. Everything is built when first asked for; SDKs load only then.
"""

from driftguard.wiring.assembly import Run, assemble, copy_trail
from driftguard.wiring.governing import LazyParents, govern, load_policy, open_tree
from driftguard.wiring.probes import AppReach, aws_as, cloud_called, github_probe, is_key_file, terraform_version
from driftguard.wiring.request import DEFAULT_AUDIT_DIR, Request, utc_now
from driftguard.wiring.sources import LazySources, tools
from driftguard.wiring.views import consumers, contract_diff, diff_renderers, renderers

__all__ = [
    "DEFAULT_AUDIT_DIR",
    "AppReach",
    "LazyParents",
    "LazySources",
    "Request",
    "Run",
    "assemble",
    "aws_as",
    "cloud_called",
    "consumers",
    "contract_diff",
    "copy_trail",
    "diff_renderers",
    "github_probe",
    "govern",
    "is_key_file",
    "load_policy",
    "open_tree",
    "renderers",
    "terraform_version",
    "tools",
    "utc_now",
]
