"""`/driftguard …` in a pull request's comments: what was asked, who may ask it, and what then counts."""
