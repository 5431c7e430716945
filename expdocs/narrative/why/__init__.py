"""Answers to questions out of what records say."""
