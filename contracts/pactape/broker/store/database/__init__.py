"""The database itself: tables, schema versions, SQLite, PostgreSQL, backups."""
