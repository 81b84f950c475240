"""Superset's settings, read by Superset itself (SUPERSET_CONFIG_PATH). ``python -m bi`` names the folders in the environment.

Here: settings only. Not here: what is shown (``definition/``), how the server starts (``serve.py``).
"""

import os
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory
from flask_login import current_user
from werkzeug.utils import safe_join

_HOME = Path(os.environ["GONGKAI_BI_HOME"])
_PUBLISHED = Path(os.environ["GONGKAI_PUBLISHED"])

SECRET_KEY = (_HOME / "secret_key").read_text(encoding="ascii")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}"
DATA_DIR = str(_HOME)

# Results are never kept: a new publication shows with the next look. What the browser keeps open, such as the state of the
# filters, lies in the metadata database, Superset's own default.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# One machine, one person, 127.0.0.1. The browser fetches from this server alone: what documents say may never make it do more.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
RATELIMIT_ENABLED = False
LOG_LEVEL = "WARNING"

APP_NAME = "gongkai"
LANGUAGES = {"en": {"flag": "us", "name": "English"}, "zh": {"flag": "cn", "name": "中文"}}
_FONTS = "Inter, 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', Helvetica, Arial, sans-serif"
_LOGO = {
    "brandLogoAlt": "Superset",
    "brandLogoUrl": "/static/assets/images/superset-logo-horiz.png",
    "brandLogoMargin": "18px 0",
    "brandLogoHref": "/dashboard/list/",
    "brandLogoHeight": "24px",
    "brandSpinnerUrl": "/static/assets/images/loading.gif",
}
THEME_DEFAULT = {"token": {"brandAppName": APP_NAME, "fontFamily": _FONTS, **_LOGO}, "algorithm": "default"}
# Labels are Chinese: a dark theme of its own is not kept.
THEME_DARK = None


def FLASK_APP_MUTATOR(app: Flask) -> None:
    """Serve the published page of each report, read-only, at /gongkai/reports/<year>/<report_id>.html; keep a login that was just made."""
    pages = Blueprint("gongkai_reports", __name__)

    @pages.route("/gongkai/reports/<path:page>")
    def report(page: str) -> Response:
        folder = _PUBLISHED / "reports"
        path = safe_join(str(folder), page)
        if path is None or not Path(path).is_file():
            return Response(f"No such page in {folder}. 'make run' publishes a page for each report.", 404, mimetype="text/plain")
        return send_from_directory(folder, page)

    app.register_blueprint(pages)

    @app.before_request
    def unknown_visitor_has_nothing_to_log() -> Response | None:
        # A second after the login page shows, the browser logs that it did. Superset refuses an unknown visitor with a new session
        # cookie; a refusal that comes after the answer to a login made within that second would take the login away again.
        if request.path == "/superset/log/" and not current_user.is_authenticated:
            return Response(status=204)
        return None
