"""The Drizzle reader: tables as drizzle-kit would create them."""
