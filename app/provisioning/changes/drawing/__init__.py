"""The steps of a plan, drawn one kind of thing at a time."""
