"""Starts the real servers: Kafka and Elasticsearch, for the tests and for ``make stack``.

By the first means at hand: servers that already run (``TEST_KAFKA``, ``TEST_ELASTICSEARCH``), a Docker engine, or the
servers' own jars from Maven on a JDK of this machine. Whatever was started here ends with the process that started it.
"""
