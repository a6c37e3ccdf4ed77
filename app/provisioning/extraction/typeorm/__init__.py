"""TypeORM: the catalog that its synchronize would make on PostgreSQL, from reading the code."""
