"""YAML documents: read as plain data, and edited so that what is not changed stays byte for byte."""
