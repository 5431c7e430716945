"""What a history of experiments tells, computed offline from records and committed evidence."""
