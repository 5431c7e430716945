"""One module for each repair; each is given a record and returns its text mended."""
