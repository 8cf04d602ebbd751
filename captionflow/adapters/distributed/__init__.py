"""The ports on Kafka and Elasticsearch: one process per service, any number of each."""
