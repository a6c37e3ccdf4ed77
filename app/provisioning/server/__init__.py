"""The PostgreSQL server for apps: one database and one owner for each, and proof that they are apart."""
