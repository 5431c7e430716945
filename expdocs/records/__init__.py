"""Records: files with front matter, read strictly, and the corpus they form."""
