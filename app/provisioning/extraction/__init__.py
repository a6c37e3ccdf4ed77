"""Readers: from the files of an app to the schema that its own tools would have made."""
