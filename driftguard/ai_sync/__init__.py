"""Documentation that can't fall behind the code: the guard that is always there, and the judge that may add to it."""
