"""What somebody would write instead: the order of a queue by Starlette, Jinja2 and a pool of connections.

Asked anew for each request. `python -m tests.benchmarks.dashboard.plain PORT URL SCHEMA LOCALITY QUEUE`.

The peer of the warm page: the same server, the same rows of the same registers, half of what our page shows.
"""

import sys
from typing import Any, Final

import uvicorn
from jinja2 import Environment
from psycopg import sql
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

CONNECTIONS: Final = 8
ROWS: Final = 50
PAGE: Final = Environment(autoescape=True).from_string(
    "<!doctype html><html lang=en><meta charset=utf-8><title>{{ queue }}</title><h1>{{ queue }}</h1>"
    "<ul>{% for name, count in groups %}<li>{{ name }}: {{ count }}</li>{% endfor %}</ul>"
    "<ul>{% for name, count in stages %}<li>{{ name }}: {{ count }}</li>{% endfor %}</ul>"
    "<table><tr><th>Application<th>Group<th>Submitted<th>Status</tr>"
    "{% for id, group, submitted, access in rows %}"
    "<tr><td><a href='/applications/{{ id }}'>{{ id }}</a><td>{{ group }}<td>{{ submitted }}"
    "<td>{{ 'may choose' if access else 'waits' }}</tr>{% endfor %}</table></html>"
)
WAITING: Final = "FROM {}.applications WHERE locality = %s AND queue = %s AND state = 'QUEUED'"
RANK: Final = "array_position(ARRAY['EXTRAORDINARY', 'PRIORITY', 'GENERAL'], \"group\")"
ASKED: Final = (
    f'SELECT "group", count(*) {WAITING} GROUP BY 1',
    "SELECT stage, count(*) FROM {}.places WHERE locality = %s AND queue = %s GROUP BY 1",
    f'SELECT application_id, "group", submitted_at, access_until IS NOT NULL {WAITING}'
    f" ORDER BY {RANK}, submitted_at, application_id LIMIT {ROWS}",
)


def main() -> None:
    """Serve until told to stop."""
    port, url, schema, locality, queue = sys.argv[1:]
    texts = [sql.SQL(each).format(sql.Identifier(schema)) for each in ASKED]
    with ConnectionPool(url, min_size=1, max_size=CONNECTIONS) as pool:

        def page(_: Request) -> HTMLResponse:
            found: list[list[Any]] = []
            with pool.connection() as connection:
                found = [connection.execute(text, (locality, queue)).fetchall() for text in texts]
            groups, stages, rows = found
            return HTMLResponse(PAGE.render(queue=queue, groups=groups, stages=stages, rows=rows))

        app = Starlette(routes=[Route("/", page)], middleware=[Middleware(GZipMiddleware, compresslevel=6)])
        uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
