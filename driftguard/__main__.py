"""``python -m driftguard``."""

import sys

from driftguard.cli import main

sys.exit(main())
