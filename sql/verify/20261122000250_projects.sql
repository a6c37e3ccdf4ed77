-- What 20261122000250_projects made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000250_projects.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000250_projects');
