"""Superset itself: ``prepare`` brings its metadata and the dashboards up to date, ``serve`` serves them.

Standard output is for whoever started it; Superset's own words go to standard error. Here: what needs Superset; runs with
bi/.venv, started by ``python -m bi``, which names the folders in the environment. Not here: what the dashboards are (``bundle.py``). Two processes, because the server starts children, which must not inherit what preparing opened.
"""

import contextlib
import hashlib
import io
import json
import os
import secrets
import sys
from pathlib import Path

from bi.bundle import Definition, files

HOME = Path(os.environ["GONGKAI_BI_HOME"])
PUBLISHED = Path(os.environ["GONGKAI_PUBLISHED"])
ADMIN = "admin"
_LOCK = Path(__file__).with_name("uv.lock")
# Dashboards ask for a dozen charts at once; DuckDB itself uses all cores for each.
_THREADS = 8
_SLOWEST_ANSWER_SECONDS = 300


def prepare() -> None:
    """Bring the metadata database, the roles, the login and the dashboards up to date."""
    with _app().app_context():
        _migrate()
        _admin()
        _import()


def _app():
    """Superset's application; that it tells where its settings are is for nobody."""
    with contextlib.redirect_stdout(sys.stderr if sys.argv[1] == "prepare" else io.StringIO()):
        from superset.app import create_app

        return create_app()


def _migrate() -> None:
    """Migrate the metadata and renew the roles, unless this very environment did."""
    stamp = HOME / "prepared"
    environment = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == environment:
        return
    print("preparing Superset's metadata (half a minute, once)", flush=True)
    from flask_migrate import upgrade
    from superset.extensions import appbuilder, security_manager

    stamp.unlink(missing_ok=True)
    with contextlib.redirect_stdout(sys.stderr):
        upgrade()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    stamp.write_text(environment, encoding="ascii")


def _admin() -> None:
    """Make the one login there is; its password is printed now and nowhere kept."""
    from superset.extensions import security_manager

    given = os.environ.get("GONGKAI_BI_PASSWORD")
    user = security_manager.find_user(ADMIN)
    if user is None:
        password = given or secrets.token_urlsafe(12)
        role = security_manager.find_role("Admin")
        user = security_manager.add_user(ADMIN, "gongkai", "admin", "admin@localhost", role, password=password)
        if not user:
            raise SystemExit("Expected to create the login, but Superset refused; what it said stands above.")
        print(f"login: {ADMIN}, password: {'as given' if given else password} (shown this once; keep it)", flush=True)
    elif given:
        security_manager.reset_password(user.id, given)
        print(f"login: {ADMIN}, password: as given", flush=True)
    else:
        print(f"login: {ADMIN}, password: as shown at the first start (forgotten? make bi BI_PASSWORD=<new>)", flush=True)


def _import() -> None:
    """Import the definition as it stands now over what was imported before."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.extensions import security_manager
    from superset.utils.core import override_user

    package = json.loads((PUBLISHED / "datapackage.json").read_text(encoding="utf-8"))
    contents = files(Definition.read(), package, PUBLISHED / "gongkai.duckdb")
    with override_user(security_manager.find_user(ADMIN)):
        ImportAssetsCommand(contents).run()


def serve() -> None:
    """Serve on 127.0.0.1 until stopped."""
    from gunicorn.app.base import BaseApplication

    port = os.environ["GONGKAI_BI_PORT"]

    class Server(BaseApplication):
        def load_config(self) -> None:
            settings = {
                "bind": f"127.0.0.1:{port}",
                "workers": 1,
                "worker_class": "gthread",
                "threads": _THREADS,
                "timeout": _SLOWEST_ANSWER_SECONDS,
                "graceful_timeout": 5,
                "loglevel": "warning",
                "post_worker_init": lambda worker: print(_welcome(port), flush=True),
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self):
            return _app()

    Server(prog="gongkai-bi").run()


def _welcome(port: str) -> str:
    lines = [f"Superset of {PUBLISHED} on http://127.0.0.1:{port} (stop it with Ctrl-C)"]
    for told in Definition.read().dashboards.values():
        lines.append(f"  {told['title']}: http://127.0.0.1:{port}/superset/dashboard/{told['slug']}/")
    return "\n".join(lines)


if __name__ == "__main__":
    {"prepare": prepare, "serve": serve}[sys.argv[1]]()
