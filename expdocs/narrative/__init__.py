"""From evidence to pages: a brief, claims by a writer, a verifier in plain code, a renderer."""
