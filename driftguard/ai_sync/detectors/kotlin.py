"""Kotlin: what Java has, over Kotlin's grammar."""

from driftguard.ai_sync.detectors.jvm import KOTLIN
from driftguard.ai_sync.reader import Reader

DETECTOR = Reader(KOTLIN)
