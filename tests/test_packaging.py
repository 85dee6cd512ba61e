"""What is published: a wheel with the library and nothing else, an sdist that runs its tests, a page on the index."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
import yaml

import mmatch as mm

ROOT = Path(__file__).parent.parent
SITE = "https://mmatch.readthedocs.io/en/latest/"


def files(*folders):
    """Files of this tree, as they stand in the repository."""
    found = (path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path) for path in found if not {"__pycache__", "_made"} & set(path.parts)}


def contents(wheel):
    """{name: checksum} of a wheel."""
    with zipfile.ZipFile(next(wheel.glob("*.whl"))) as opened:
        return {info.filename: info.CRC for info in opened.infolist()}


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    """The tree that the sdist holds."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(next(built.glob("*.tar.gz"))) as opened:
        opened.extractall(folder, filter="data")
    (tree,) = folder.iterdir()
    return tree


@pytest.fixture(scope="module")
def metadata(built):
    """What the package says of itself."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as opened:
        return message_from_string(opened.read(f"mmatch-{mm.__version__}.dist-info/METADATA").decode())


def test_the_wheel_holds_the_library_and_nothing_else(built):
    home = f"mmatch-{mm.__version__}.dist-info"
    own = {f"{home}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
    assert set(contents(built)) == {name.removeprefix("src/") for name in files("src")} | own


def test_the_sdist_holds_all_that_its_tests_need(unpacked):
    found = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    tops = {path.name for pattern in ("*.md", "*.py", "*.txt", "*.toml", "Makefile") for path in ROOT.glob(pattern)}
    assert files("src", "tests", "docs", "notebooks", "benchmarks", ".github") | tops <= found
    assert not [name for name in found if "/_made/" in name or name.endswith(".pyc")]


def test_the_sdist_builds_the_same_wheel(built, unpacked, tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=unpacked, check=True, capture_output=True)  # noqa: S603
    assert contents(tmp_path) == contents(built)


def test_the_sdist_runs_its_tests(unpacked):
    chosen = ["tests/test_display.py", "docs/index.md"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *chosen]
    path = os.pathsep.join([str(unpacked / "src"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=unpacked, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout


def test_an_index_shows_the_readme_with_links_that_lead_to_pages_of_the_site(metadata):
    text = metadata.get_payload()
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert len(links) > 15
    for link in links:
        assert link.startswith(SITE), link
        place, _, anchor = link.removeprefix(SITE).partition("#")
        assert not anchor
        source = ROOT / "docs" / re.sub(r"\.html$", ".md", place.replace("_images/", "_static/"))
        assert source.exists(), link
    render = pytest.importorskip("readme_renderer.markdown").render
    html = render(text)
    assert html is not None
    assert f'src="{SITE}_images/report.png"' in html
    assert html.count("<h2") == len(re.findall(r"^## ", text, re.MULTILINE))


def test_what_the_package_says_of_itself_is_known_to_indexes(metadata):
    known = pytest.importorskip("trove_classifiers").classifiers
    given = metadata.get_all("Classifier")
    assert set(given) <= known
    assert [f"Programming Language :: Python :: 3.{minor}" in given for minor in (11, 12, 13, 14)] == [True] * 4
    urls = dict(row.split(", ") for row in metadata.get_all("Project-URL"))
    assert urls.keys() == {"Documentation", "Changelog", "Security"}
    assert metadata["Description-Content-Type"].startswith("text/markdown")


@pytest.mark.parametrize("path", sorted(files(".github/ISSUE_TEMPLATE")))
def test_issue_templates_are_forms(path):
    form = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    assert "contact_links" in form or {"name", "description", "body"} <= form.keys()
    assert all(part["attributes"] for part in form.get("body", ()))
