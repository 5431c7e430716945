"""What the verifier asks of claims: small functions, each of which looks for one kind of fault."""
