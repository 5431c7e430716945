"""Everything that writes records."""
