"""The database: tables, schema versions, SQLite, PostgreSQL, backups."""
