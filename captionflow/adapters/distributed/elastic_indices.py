"""Our indices in Elasticsearch: made once, looked at before they are used, and exchanged when one is rebuilt."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import structlog
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from captionflow.adapters.distributed.elastic_failures import translated, wrong_version
from captionflow.adapters.distributed.elastic_schema import Names
from captionflow.adapters.distributed.elastic_templates import component_templates, index_template, mappings
from captionflow.errors import Misconfigured

log = structlog.get_logger(__name__)

MAJOR_VERSION: Final = 9


class ElasticIndices:
    """The templates, the aliases and the concrete indices behind them."""

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
            for name, template in component_templates(self._names).items():
                await self._client.cluster.put_component_template(name=name, **template)
            await self._client.indices.put_index_template(name=self._names.template, **index_template(self._names))
            if await self._behind(self._names.write) is None:
                await self._make_first()
        return await self.check()

    async def check(self) -> str:
        """As ``prepare``, for processes that only read: nothing is made."""
        with translated():
            await self._check_version()
            written, read = await self._behind(self._names.write), await self._behind(self._names.read)
            if written is None or read is None:
                raise Misconfigured(
                    f"Elasticsearch has no alias {self._names.read} or {self._names.write}: start the index service."
                )
            for index in {written, read}:
                await self._check_mapping(index)
        return written

    async def make_next(self) -> str:
        """A new empty index with our mapping, behind no alias."""
        with translated():
            known = await self._client.indices.get(index=self._names.pattern, features=["aliases"])
            generations = [self._names.generation(index) or 0 for index in known]
            index = self._names.index(max(generations, default=0) + 1)
            await self._client.indices.create(index=index)
            await self._check_mapping(index)
        log.info("index_made", index=index)
        return index

    async def stop_writes(self, index: str) -> None:
        """Return when nobody writes to the index any more; who tries is told ``Unavailable``."""
        with translated():
            await self._client.indices.add_block(index=index, block="write")

    async def allow_writes(self, index: str) -> None:
        """Take ``stop_writes`` back."""
        with translated():
            await self._client.indices.put_settings(index=index, settings={"index.blocks.write": None})

    async def exchange(self, old: str, new: str) -> None:
        """Let both aliases mean the new index, at once; the old one stays as it is."""
        aliases = self._names.read, self._names.write
        with translated():
            await self._client.indices.update_aliases(
                actions=[
                    *({"remove": {"index": old, "alias": alias, "must_exist": True}} for alias in aliases),
                    *({"add": {"index": new, "alias": alias}} for alias in aliases),
                ]
            )
        log.info("index_exchanged", old=old, new=new)

    async def drop(self, index: str) -> None:
        """Delete an index that no alias means.

        Raises:
            Misconfigured: it is in use.
        """
        with translated():
            in_use = {await self._behind(self._names.read), await self._behind(self._names.write)}
            if index in in_use:
                raise Misconfigured(f"{index} is the index in use: it isn't dropped.")
            await self._client.indices.delete(index=index)
        log.info("index_dropped", index=index)

    async def left_over(self) -> tuple[str, ...]:
        """Our indices that no alias means, oldest first: what rebuilds left behind."""
        with translated():
            known = await self._client.indices.get(index=self._names.pattern, features=["aliases"])
        unused = [index for index, about in known.items() if not about["aliases"]]
        return tuple(sorted(unused, key=lambda index: self._names.generation(index) or 0))

    async def _make_first(self) -> None:
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
