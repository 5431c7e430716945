"""Committed snapshots of runs and commits, and what they prove."""
