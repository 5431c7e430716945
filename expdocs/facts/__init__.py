"""Values that records cite, resolved from evidence."""
