"""The ports on Elasticsearch."""
