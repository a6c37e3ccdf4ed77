"""The real tools, asked what they would create, beside what we make of the same files. Only when somebody asks."""
