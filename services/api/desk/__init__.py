"""What the desk watches: sources, sessions of the day, readers and services."""
