"""What kinds of records there are, and validating against them."""
