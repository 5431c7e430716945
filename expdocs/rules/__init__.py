"""The rules: corpus in, findings out; nothing here reads a clock, git or the network."""
