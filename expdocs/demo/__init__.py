"""A real repository with real runs, made from nothing."""
