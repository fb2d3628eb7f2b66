"""Reading the API without a network: the document's pages at /docs and every problem at /problems."""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, abort, render_template_string, send_from_directory

from server.http.problems import CATALOG

blueprint = Blueprint("docs", __name__, static_folder="static", static_url_path="/docs/static")

# Swagger UI sets style attributes; scripts come from this server's files alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_DOCS = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>koubei API</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/static/docs.js"></script>
</html>
"""

_PROBLEMS = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>koubei problems</title>
<h1>Problems</h1>
<p>Every error of the API is application/problem+json (RFC 9457). What to do about it:</p>
<dl>
{% for code, problem in problems.items() %}
<dt id="{{ code }}"><a href="/problems/{{ code }}"><code>{{ code }}</code></a> ({{ problem.status }})</dt>
<dd>{{ problem.title }}. {{ problem.remedy }}</dd>
{% endfor %}
</dl>
</html>
"""


@blueprint.get("/docs")
def docs() -> Response:
    return _page(_DOCS)


@blueprint.get("/docs/assets/<path:name>")
def assets(name: str) -> Response:
    return _with_policy(send_from_directory(_swagger_ui(), name, max_age=86400))


@blueprint.get("/problems")
def problems() -> Response:
    return _page(render_template_string(_PROBLEMS, problems=CATALOG))


@blueprint.get("/problems/<code>")
def problem(code: str) -> Response:
    if code not in CATALOG:
        abort(404)
    return _page(render_template_string(_PROBLEMS, problems={code: CATALOG[code]}))


def _swagger_ui() -> Path:
    spec = find_spec("flask_swagger_ui")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package flask-swagger-ui is missing; install koubei again")
    return Path(spec.origin).with_name("dist")


def _page(html: str) -> Response:
    return _with_policy(Response(html, content_type="text/html; charset=utf-8"))


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    return response
