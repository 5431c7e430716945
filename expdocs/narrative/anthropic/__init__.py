"""The writer that asks a model: what is sent, what it costs, what comes back."""
