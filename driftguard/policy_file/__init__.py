"""policy.yaml -> ``Policy``, with line and column for every defect, and all of them at once."""

from driftguard.policy_file.defects import Defect, PolicyDefects
from driftguard.policy_file.layers import NO_PARENTS
from driftguard.policy_file.load import load, parse, schema_text

__all__ = ["NO_PARENTS", "Defect", "PolicyDefects", "load", "parse", "schema_text"]
