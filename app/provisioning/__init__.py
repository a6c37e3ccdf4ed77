"""From the source of an app to a running database: its files, the schema that they mean, the database itself."""
