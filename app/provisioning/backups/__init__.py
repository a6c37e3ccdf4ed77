"""Backups of apps' databases: made by pg_dump, sealed, and restored once before they count."""
