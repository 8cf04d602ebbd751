"""Live captions on a room screen, on phones and in a searchable archive: what the services share."""
