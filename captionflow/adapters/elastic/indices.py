"""Our index in Elasticsearch: created once, and checked before it is used."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import structlog
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from captionflow.adapters.elastic.failures import translated, wrong_version
from captionflow.adapters.elastic.index_templates import component_templates, index_template, mappings
from captionflow.adapters.elastic.schema import Names
from captionflow.errors import Misconfigured

log = structlog.get_logger(__name__)

MAJOR_VERSION: Final = 9


class ElasticIndices:
    """The templates, the aliases and the concrete index behind them."""

    def __init__(self, client: AsyncElasticsearch, names: Names) -> None:
        self._client = client
        self._names = names

    async def prepare(self) -> str:
        """Make what isn't there yet, and check what is; returns the index that is written.

        Any number of processes may do it at once.

        Raises:
            Misconfigured: the server's version, or the mapping that is there, is not the one we need.
        """
        with translated():
            await self._check_version()
            await self.make_templates()
            if await self._behind(self._names.write) is None:
                await self._make_first()
        return await self.check()

    async def check(self) -> str:
        """As ``prepare``, for processes that only read: nothing is made."""
        with translated():
            await self._check_version()
            written, read = await self.behind(self._names.write), await self.behind(self._names.read)
            for index in {written, read}:
                await self._check_mapping(index)
        return written

    async def make_templates(self) -> None:
        """Put our templates, if they aren't there as we want them."""
        with translated():
            for name, template in component_templates(self._names).items():
                await self._client.cluster.put_component_template(name=name, **template)
            await self._client.indices.put_index_template(name=self._names.template, **index_template(self._names))

    async def behind(self, alias: str) -> str:
        """The one index that an alias means.

        Raises:
            Misconfigured: there is none, or there are several.
        """
        with translated():
            found = await self._behind(alias)
        if found is None:
            raise Misconfigured(f"Elasticsearch has no alias {alias}: start the index service, which makes it.")
        return found

    async def check_mapping(self, index: str) -> None:
        """See ``check``, for one index."""
        with translated():
            await self._check_mapping(index)

    async def _make_first(self) -> None:
        known = await self._client.indices.get(index=self._names.pattern, features=["aliases"])
        if known and not any(about["aliases"] for about in known.values()):
            raise Misconfigured(
                f"The indices {', '.join(known)} are there, but the aliases {self._names.read} and {self._names.write} "
                "mean none of them: give both to the right one. An empty index is not put in its place."
            )
        aliases: dict[str, Any] = {self._names.read: {}, self._names.write: {}}
        try:
            await self._client.indices.create(index=self._names.index(1), aliases=aliases)
            log.info("index_made", index=self._names.index(1))
        except BadRequestError as error:
            if error.message != "resource_already_exists_exception":  # somebody else was faster
                raise

    async def _behind(self, alias: str) -> str | None:
        """The one index that an alias means; None if there is no such alias."""
        try:
            found = list(await self._client.indices.get_alias(name=alias))
        except NotFoundError:
            return None
        if len(found) != 1:
            raise Misconfigured(f"The alias {alias} means {len(found)} indices ({', '.join(found)}): leave it one.")
        return str(found[0])

    async def _check_version(self) -> None:
        nodes = (await self._client.nodes.info(metric="process", filter_path="nodes.*.version"))["nodes"]
        for node in nodes.values():
            if int(node["version"].split(".", 1)[0]) != MAJOR_VERSION:
                raise wrong_version(node["version"])

    async def _check_mapping(self, index: str) -> None:
        found = (await self._client.indices.get_mapping(index=index))[index]["mappings"]
        wanted = mappings()
        differences = sorted(set(_differences(_without_meta(wanted), _without_meta(found))))
        if differences:
            raise Misconfigured(
                f"The mapping of {index} is not the one of this captionflow (it differs in "
                f"{', '.join(differences[:5])}): run `captionflow reindex`, which makes a new index and keeps this one."
            )


def _without_meta(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != "_meta"}


def _differences(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """The places at which two mappings differ."""
    if not isinstance(wanted, Mapping) or not isinstance(found, Mapping):
        if wanted != found:
            yield path or "everything"
        return
    for name in wanted.keys() | found.keys():
        place = path if name == "properties" else f"{path}.{name}".lstrip(".")
        yield from _differences(wanted.get(name), found.get(name), place)
