"""What Dagster loads and how the packages lean on each other: the shape of the project, kept in a file one can read.

``definitions.yaml`` lists every asset with its group, kinds, parents, partitions and checks. When it changes on purpose:

    .venv/bin/python -m pytest tests/integration/test_definitions.py --renew-definitions

and the diff of the file is part of the change.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from dagster_project.home import PROJECT, Home

SNAPSHOT = Path(__file__).with_name("definitions.yaml")
HEADER = "# Generated from the definitions; tests/integration/test_definitions.py says how to renew it.\n"
# Which packages a package may import from, besides itself and the standard library's and others' (design: arrows one way).
ARROWS = {
    "schemas": set(),
    "dagster_project.home": set(),
    "dagster_project.documents": {"schemas"},
    "dagster_project.forms": {"schemas"},
    "dagster_project.bodies": {"schemas", "dagster_project.forms", "dagster_project.documents"},
    "dagster_project.reading": {
        "schemas",
        "dagster_project.forms",
        "dagster_project.documents",
        "dagster_project.bodies",
    },
    "dagster_project.auditing": {
        "schemas",
        "dagster_project.forms",
        "dagster_project.documents",
        "dagster_project.bodies",
        "dagster_project.reading",
    },
    "dagster_project.synthesis": {"schemas", "dagster_project.forms"},
    "dagster_project.publishing": {"schemas", "dagster_project.home"},
    "dagster_project.pages": {"dagster_project.forms", "dagster_project.publishing"},
    "dagster_project.terminal": {"dagster_project.home", "dagster_project.publishing"},
    "dagster_project.defs": {
        "schemas",
        "dagster_project.home",
        "dagster_project.definitions",
        "dagster_project.documents",
        "dagster_project.forms",
        "dagster_project.bodies",
        "dagster_project.reading",
        "dagster_project.auditing",
        "dagster_project.publishing",
        "dagster_project.pages",
    },
    "dagster_project.definitions": {"dagster_project.defs"},
    "dagster_project.cli": {
        "schemas",
        "dagster_project.home",
        "dagster_project.terminal",
        "dagster_project.publishing",
        "dagster_project.reading.inspect",
        "dagster_project.defs",
    },
    # One document in the terminal: it stands with the reader whose result it shows, and shows the auditor's beside it.
    "dagster_project.reading.inspect": {
        "schemas",
        "dagster_project.forms",
        "dagster_project.documents",
        "dagster_project.reading",
        "dagster_project.auditing",
    },
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("definitions")
    home = Home.at(folder, folder / "data")
    home.prepare()
    home.into_environment()
    return home


@pytest.fixture(scope="module")
def definitions(home: Home) -> dg.Definitions:
    from dagster_project.definitions import defs

    return defs()


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    return sorted(definitions.resolve_all_asset_specs(), key=lambda spec: spec.key)


def described(definitions: dg.Definitions, specs: list[dg.AssetSpec]) -> dict[str, dict]:
    graph = definitions.resolve_asset_graph()
    checks: dict[str, list[str]] = {}
    for key in graph.asset_check_keys:
        mark = " (blocking)" if graph.get(key).blocking else ""
        checks.setdefault(key.asset_key.to_user_string(), []).append(key.name + mark)
    found = {}
    for spec in specs:
        asset = {
            "group": spec.group_name,
            "kinds": sorted(spec.kinds),
            "partitions": getattr(spec.partitions_def, "name", None),
            "parents": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "checks": sorted(checks.get(spec.key.to_user_string(), [])),
        }
        found[spec.key.to_user_string()] = {name: value for name, value in asset.items() if value}
    return found


def test_assets_and_checks_are_as_the_snapshot_says(
    definitions: dg.Definitions, specs: list[dg.AssetSpec], request: pytest.FixtureRequest
) -> None:
    found = described(definitions, specs)
    if request.config.getoption("--renew-definitions"):
        text = yaml.safe_dump(found, sort_keys=True, allow_unicode=True, default_flow_style=None, width=120)
        SNAPSHOT.write_text(HEADER + text, encoding="utf-8")
    kept = yaml.safe_load(SNAPSHOT.read_text(encoding="utf-8"))
    renew = "if that is meant: pytest tests/integration/test_definitions.py --renew-definitions"
    assert set(found) == set(kept), renew
    for key, asset in found.items():
        assert asset == kept[key], f"{key}; {renew}"


def test_every_asset_is_described_and_grouped(specs: list[dg.AssetSpec]) -> None:
    assert [spec.key.to_user_string() for spec in specs if not (spec.description or "").strip()] == []
    assert [spec.key.to_user_string() for spec in specs if spec.group_name in (None, "default")] == []


def test_staged_frames_say_their_columns_before_any_run(specs: list[dg.AssetSpec]) -> None:
    frames = [spec for spec in specs if spec.group_name in ("intake", "reading", "auditing")]
    assert len(frames) >= 7
    for spec in frames:
        columns = spec.metadata["dagster/column_schema"].columns
        assert columns and all(column.description for column in columns), spec.key


def test_every_check_of_the_project_itself_says_what_it_checks(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    # The dbt tests are described where they stand, by their name and their arguments.
    own = [graph.get(key) for key in graph.asset_check_keys if key.asset_key.path[0] not in ("main", "intermediate", "registry")]
    assert len([node for node in own if node.key.name.endswith("_contract")]) >= 7
    named = [node.key.name for node in own if not node.key.name.startswith("stg_") and not node.description]
    assert named == []


def test_the_job_of_make_run_takes_everything(definitions: dg.Definitions, specs: list[dg.AssetSpec]) -> None:
    job = definitions.resolve_job_def("everything")
    assert set(job.asset_layer.executable_asset_keys) == {spec.key for spec in specs}


def test_the_data_dictionary_is_what_the_models_say(home: Home) -> None:
    from dagster_project.defs.lib.dictionary import DICTIONARY, dictionary

    assert DICTIONARY.read_text(encoding="utf-8") == dictionary(home), "run 'make contracts'"


# --- how the packages lean on each other -----------------------------------------------------------------------------


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("schemas", "dagster_project"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path


def imports(module: str, path: Path) -> Iterator[str]:
    """Every module that a module imports anywhere in it, functions and type hints included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; name the package"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(module: str) -> str | None:
    """The longest package of ARROWS that a module belongs to; None when it is not ours or stands above all packages."""
    return max((name for name in ARROWS if f"{module}.".startswith(f"{name}.")), key=len, default=None)


def test_every_module_belongs_to_a_known_package() -> None:
    # The root holds nothing.
    assert [module for module, _ in modules() if package_of(module) is None and module != "dagster_project"] == []


def test_arrows_between_packages_run_one_way() -> None:
    wrong = {
        f"{module} imports {imported}"
        for module, path in modules()
        for imported in imports(module, path)
        if (own := package_of(module)) and (other := package_of(imported)) and other != own and other not in ARROWS[own]
    }
    assert sorted(wrong) == []


def test_the_allowed_arrows_have_no_circle_beside_the_loading_of_definitions() -> None:
    arrows = {name: set(to) for name, to in ARROWS.items()}
    # execute() loads the definitions, which load the package that it is in.
    arrows["dagster_project.defs"].discard("dagster_project.definitions")
    while arrows:
        ends = [name for name, to in arrows.items() if not to & set(arrows)]
        assert ends, f"a circle among {sorted(arrows)}"
        for name in ends:
            del arrows[name]


def test_only_defs_imports_dagster() -> None:
    importing = {
        module
        for module, path in modules()
        if any(name.partition(".")[0].startswith("dagster") and not name.startswith("dagster_project") for name in imports(module, path))
    }
    assert {module for module in importing if not module.startswith("dagster_project.defs")} == {"dagster_project.definitions"}
    assert len(importing) > 5


def test_every_module_says_what_it_is() -> None:
    lacking = [
        module
        for module, path in modules()
        if (tree := ast.parse(path.read_text(encoding="utf-8"))).body and not ast.get_docstring(tree)
    ]
    assert lacking == []
