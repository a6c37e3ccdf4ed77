"""Where a value that a model proposes comes from."""
