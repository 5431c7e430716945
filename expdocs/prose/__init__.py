"""What expdocs finds in the text of a record."""
