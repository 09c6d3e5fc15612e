"""What our templates show beyond Datasette's own: the front page, lists of reports, a report, its plain text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import NotFound, Request, Response
from jinja2 import Environment
from markupsafe import Markup

from archive.site import citing, codes, language, phrases, queries, words
from archive.site.front import read_front
from archive.site.report import read_report

STATIC = Path(__file__).parents[1] / "static"

Row = dict[str, Any]

# The front page of a snapshot never changes.
fronts: WeakKeyDictionary[Datasette, Row] = WeakKeyDictionary()


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """What our templates call: `_` and `many` for words in the reader's language, the names of tables and values."""
    env.globals["_"] = language.say
    env.globals["many"] = language.count
    env.globals["chinese"] = lambda words: Markup('<span lang="zh-CN">{}</span>').format(words)
    env.globals["languages"] = list(language.LANGUAGES.items())
    env.globals["language_tag"] = lambda: language.LANGUAGES[language.asked.get().language][0]
    env.globals["in_english"] = language.in_english
    env.globals["asked_path"] = lambda: language.asked.get().path
    env.globals["address_in"] = lambda wanted: language.asked.get().address_in(wanted)
    env.globals["trust_meanings"] = codes.TRUST_MEANINGS
    env.globals["phrases"] = phrases
    env.globals["table_words"] = words.describe_table
    env.globals["describe_columns"] = words.describe_columns
    # Part of a stylesheet's address, so that a browser's cache never outlives a change.
    env.globals["style_version"] = digest_styles()
    env.filters["name_value"] = lambda value, column: words.name_value(column, value)
    env.filters["name_indicator"] = words.name_indicator
    env.filters["name_field"] = words.name_field
    env.filters["name_lookup"] = words.name_lookup
    env.filters["name_problem"] = phrases.name_problem
    env.filters["say_why"] = phrases.say
    env.globals["say_reason"] = phrases.say_reason
    env.globals["compare_address"] = lambda one, other: f"/compare?{language.make_query(a=one, b=other)}"
    env.filters["day"] = lambda moment: str(moment)[:10] if moment else ""
    env.filters["minute"] = lambda moment: str(moment)[:16].replace("T", " ") if moment else ""
    env.filters["latest_first"] = lambda values: sorted(values, key=lambda value: str(value["label"]), reverse=True)
    env.tests["link"] = queries.is_link


def digest_styles() -> str:
    """A short digest of the stylesheets."""
    return sha256(b"".join(path.read_bytes() for path in sorted(STATIC.glob("*.css")))).hexdigest()[:8]


@hookimpl
def extra_template_vars(
    template: str, table: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[Row]]:
    """Our variables for our templates; for any other page the name of the site's search word alone."""

    async def variables() -> Row:
        if request is None:
            return {}
        db = datasette.get_database("reports")
        if template == "row-reports-reports.html":
            id = tilde_decode(request.url_vars["pks"])
            query = request.args.get("q") or request.args.get("_search") or ""
            known = await db.execute_fn(lambda conn: read_report(conn, id, query))
            return {
                "q": query,
                "print": request.args.get("view") == "print",
                **known,
                **cite(datasette, request, known),
            }
        if template == "table-reports-reports.html":
            query = request.args.get("_search") or ""
            as_table = any(key in request.args for key in ("_col", "_nocol")) or request.args.get("_view") == "table"

            async def found(rows: list[Any]) -> list[queries.Found]:
                ids = [row["id"] for row in rows]
                return await db.execute_fn(lambda conn: queries.read_found(conn, ids, query))

            return {"q": query, "as_table": as_table, "found": found}
        return {}

    return variables


def cite(datasette: Datasette, request: Request, known: Row) -> Row:
    """The citation of a report, from what its page shows."""
    report = known["report"]
    address = datasette.absolute_url(request, datasette.urls.row("reports", "reports", report["id"]))
    citation = citing.make_citation(report, known["best"], known["snapshot"]["version"], address)
    forms = {form: write(citation) for form, (_, write) in citing.FORMS.items()}
    return {"citation": citation, "cited": citing.write_plain(citation), "cited_in": forms}


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """The front page, and forms of a report beside its page: plain text and references."""
    forms = "|".join(form.replace(".", "\\.") for form in citing.FORMS)
    return [
        (r"^/$", show_front),
        (r"^/reports/reports/(?P<id>[^/]+)\.txt$", show_text),
        (rf"^/reports/reports/(?P<id>[^/]+?)\.(?P<form>{forms})$", show_reference),
    ]


async def show_front(request: Request, datasette: Datasette) -> Response:
    """The front page. Datasette's own asks after every table and takes five times as long."""
    db = datasette.get_database("reports")
    if datasette not in fronts:
        fronts[datasette] = await db.execute_fn(read_front)
    known = {**fronts[datasette], "size": db.size, "sha256": db.hash}
    return Response.html(await datasette.render_template("index.html", known, request=request))


async def show_text(request: Request, datasette: Datasette) -> Response:
    """The text of a report as it is stored, one paragraph a line."""
    id = tilde_decode(request.url_vars["id"])
    text = await datasette.get_database("reports").execute_fn(lambda conn: queries.read_text(conn, id))
    if text is None:
        raise NotFound("Record not found")
    return Response.text(text + "\n")


async def show_reference(request: Request, datasette: Datasette) -> Response:
    """A report as a reference, to be taken into BibTeX, Zotero and their like."""
    id, form = tilde_decode(request.url_vars["id"]), request.url_vars["form"]
    known = await datasette.get_database("reports").execute_fn(lambda conn: queries.read_cited(conn, id))
    if known is None:
        raise NotFound("Record not found")
    content_type, _ = citing.FORMS[form]
    words = cite(datasette, request, known)["cited_in"][form]
    told = f'attachment; filename="baogao-{tilde_encode(id)}.{form}"'
    return Response(words, headers={"content-disposition": told}, content_type=content_type)
