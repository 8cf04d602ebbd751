"""A session that shows at once what captionflow does: captioned live, over and over, without any network."""
