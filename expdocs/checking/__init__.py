"""Checking a whole repository: only what changed, in more than one process where it pays."""
