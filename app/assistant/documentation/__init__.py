"""A tenant's documentation, in sections of Markdown files."""
