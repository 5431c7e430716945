"""The published site: what pages there are, and the thin MkDocs plugin that writes them."""
