"""Jobs: defined in the database (private.jobs), run by pg_cron, by every worker's scheduler, or by hand."""
