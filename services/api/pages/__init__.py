"""The pages: home, room screen, follow, transcript, search."""
