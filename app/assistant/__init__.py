"""The configuration assistant: what a configuration says, where its two sides differ, what could be changed."""
