"""Downloads: every file of the last snapshots, with Range; what changed between two."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest, NotFound, Request, Response
from starlette.responses import FileResponse

from archive.publish import order_version
from archive.publish.rebuild import BUILD_INDEX
from archive.site import downloads, queries
from archive.site.downloads import Change, File, Version
from archive.site.plugins.answering import Receive, Scope, Send
from archive.site.plugins.searching import BOM, write_rows

# Changes shown on a page; the file has them all.
MOST_SHOWN = 500
# The files of one version never change; what stands behind /reports.db does.
FOR_EVER, A_MINUTE = "public, max-age=31536000, immutable", "public, max-age=60"
CHANGE_COLUMNS = ("report", "change", "fields", "text_before", "text_after", "title", "region_name", "year")


class Download(FileResponse):
    """A file, or the part of it that Range asks for, read in a thread so that pages come between."""

    chunk_size = 256 * 1024


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """The downloads page and the files. /reports.db takes the place of Datasette's own, which knows no Range and
    holds up every page while it sends (READING §5.1).
    """
    return [
        (r"^/reports\.db$", send_snapshot),
        (r"^/downloads$", show_page),
        (r"^/downloads\.json$", show_json),
        (r"^/downloads/changes$", show_changes),
        (r"^/downloads/changes\.csv$", send_changes),
        (r"^/downloads/(?P<version>[0-9.]+|latest)/(?P<name>[^/]+)$", send_file),
    ]


def folder_of(datasette: Datasette) -> Path:
    """The folder the snapshot that is served was published in."""
    return Path(str(datasette.get_database("reports").path)).resolve().parent


async def read_versions(datasette: Datasette) -> list[Version]:
    """The versions that can be downloaded; listing them reads the folder, in a thread."""
    folder = folder_of(datasette)
    found: list[Version] = await datasette.get_database("reports").execute_fn(lambda _: downloads.list_versions(folder))
    return found


async def read_served(datasette: Datasette) -> str:
    """The version that is served."""
    snapshot = await datasette.get_database("reports").execute_fn(queries.read_snapshot)
    return str(snapshot["version"])


async def send_part(file: File, cache: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a file."""
    headers = {"cache-control": cache, "access-control-allow-origin": "*"}
    if file.sha256:
        headers["etag"] = f'"{file.sha256}"'
    shown = file.type == "text/plain" or file.name.endswith(".json")
    disposition = "inline" if shown else "attachment"
    answer = Download(
        file.path, media_type=file.type, filename=file.name, headers=headers, content_disposition_type=disposition
    )
    await answer(scope, receive, send)  # type: ignore[arg-type]


async def send_snapshot(datasette: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """The file that is served, under the name of its version."""
    db = datasette.get_database("reports")
    path = Path(str(db.path))
    file = File(path, path.name, path.stat().st_size, db.hash or "")
    await send_part(file, A_MINUTE, scope, receive, send)


async def send_file(request: Request, datasette: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """A file of a version. Only files that were listed are sent: no path is made of what was asked."""
    wanted, name = request.url_vars["version"], request.url_vars["name"]
    version = await read_served(datasette) if wanted == "latest" else wanted
    found = next((found for found in await read_versions(datasette) if found.version == version), None)
    file = found.files.get(name) if found else None
    if file is None:
        raise NotFound(f"{name} of version {wanted} is not kept; /downloads lists what is")
    await send_part(file, A_MINUTE if wanted == "latest" else FOR_EVER, scope, receive, send)


async def show_page(request: Request, datasette: Datasette) -> Response:
    """The downloads page."""
    versions = await read_versions(datasette)
    served = await read_served(datasette)
    db = datasette.get_database("reports")
    history = await db.execute_fn(downloads.read_history)
    context = {
        "versions": versions,
        "served": next((version for version in versions if version.version == served), None),
        "version": served,
        "history": history,
        "previous": next((row[0] for row in history if order_version(row[0]) < order_version(served)), None),
        "build_index": BUILD_INDEX,
        "tables": sorted(list_tables(versions, served)),
        "by_year": [
            name
            for version in versions
            if version.version == served
            for name in version.files
            if (name.startswith("full_reports-"))
        ],
    }
    return Response.html(await datasette.render_template("downloads.html", context, request=request))


def list_tables(versions: list[Version], served: str) -> set[str]:
    """The tables that the version served has as files."""
    names = {name for version in versions if version.version == served for name in version.files}
    return {
        name.removesuffix(".parquet")
        for name in names
        if name.endswith(".parquet") and f"{name.removesuffix('.parquet')}.jsonl.gz" in names
    }


async def show_json(request: Request, datasette: Datasette) -> Response:
    """What can be downloaded, for a program."""
    served = await read_served(datasette)
    told = [
        {
            "version": version.version,
            "served": version.version == served,
            "files": [
                {"name": name, "bytes": file.size, "sha256": file.sha256 or None}
                | {"url": f"/downloads/{version.version}/{name}", "type": file.type}
                for name, file in sorted(version.files.items())
            ],
        }
        for version in await read_versions(datasette)
    ]
    return Response.json({"versions": told}, headers={"access-control-allow-origin": "*"})


async def read_request(request: Request, datasette: Datasette) -> tuple[str, str, list[Change], list[str]]:
    """The two versions asked for (the last two where none are), what changed between them, all versions."""
    db = datasette.get_database("reports")
    versions = [row[0] for row in await db.execute_fn(downloads.read_history)]
    after = request.args.get("to") or versions[0]
    earlier = versions[versions.index(after) + 1 :] if after in versions else []
    before = request.args.get("from") or (earlier[0] if earlier else after)
    if before not in (*earlier, after) or after not in versions:
        raise BadRequest("from and to must be published versions, from the older: /reports/snapshots lists them")
    return before, after, await db.execute_fn(lambda conn: downloads.read_changes(conn, before, after)), versions


async def show_changes(request: Request, datasette: Datasette) -> Response:
    """What changed between two snapshots, as a page."""
    before, after, changes, versions = await read_request(request, datasette)
    counts = {kind: sum(change.change == kind for change in changes) for kind in ("new", "text", "fields", "gone")}
    context = {"before": before, "after": after, "changes": changes[:MOST_SHOWN], "total": len(changes)}
    context |= {"counts": counts, "known_versions": versions}
    return Response.html(await datasette.render_template("changes.html", context, request=request))


async def send_changes(request: Request, datasette: Datasette) -> Response:
    """What changed between two snapshots, as CSV."""
    before, after, changes, _ = await read_request(request, datasette)
    rows: list[list[Any]] = [list(CHANGE_COLUMNS)]
    for change in changes:
        cells = {column: getattr(change, column) for column in CHANGE_COLUMNS}
        rows.append([";".join(cell) if isinstance(cell, tuple) else cell for cell in cells.values()])
    headers = {"content-disposition": f'attachment; filename="changes-{before}-{after}.csv"'}
    return Response(BOM + write_rows(rows), headers=headers, content_type="text/csv; charset=utf-8")
