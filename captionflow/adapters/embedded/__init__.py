"""The ports in one process: SQLite for what stays, memory for what passes through."""
