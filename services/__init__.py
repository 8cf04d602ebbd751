"""The pipeline, left to right: ingest, segment, index, api; and what joins them."""
