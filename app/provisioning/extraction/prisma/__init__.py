"""Prisma schemas: their language, and what Prisma Migrate makes of them on PostgreSQL."""
