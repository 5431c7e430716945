"""Secrets and personal data in any text: what is found, where, and how it is shown."""
