"""Elasticsearch as the settings say it is, and who we are to it."""

from captionflow.adapters.elastic.client import Client, connect
from captionflow.adapters.elastic.schema import Names
from captionflow.errors import Misconfigured
from captionflow.settings import Settings


def elasticsearch_from(settings: Settings) -> tuple[Client, Names]:
    """A client, which connects when it is used and must be closed, and what everything is called there.

    Raises:
        Misconfigured: no node is set, or what is set can't be.
    """
    if not settings.elasticsearch:
        raise Misconfigured(
            "Set CAPTIONFLOW_ELASTICSEARCH to the nodes, for example CAPTIONFLOW_ELASTICSEARCH=http://es-1:9200."
        )
    password, api_key = settings.elasticsearch_password, settings.elasticsearch_api_key
    client = connect(
        settings.elasticsearch,
        user=settings.elasticsearch_user,
        password=password.reveal() if password else None,
        api_key=api_key.reveal() if api_key else None,
        ca_certs=str(settings.elasticsearch_ca) if settings.elasticsearch_ca else None,
    )
    return client, Names(settings.indices)
