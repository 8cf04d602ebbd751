"""What real-time captioners do, as rules over one row. Pure."""
