"""The help: a page for each diagnostic and for nothing else, links that lead somewhere, code as it is written now."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

import designer
from designer.analysis.analyser import Analyser
from designer.base.paths import resources_dir
from designer.catalogue.registry import registry
from designer.codegen.module import generate
from designer.document.presets import open_design
from designer.session import help as pages
from designer.session.help import Help

BOOK = Help()
ALL = [BOOK.page(entry.address) for entry in BOOK.contents()]
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
PICTURE = re.compile(r"screenshots/([a-z0-9_]+)-(?:dark|light)\.png")
FEATURES = [page.address.split("/")[1] for page in ALL if page.group == pages.FEATURES]
ROOT = Path(__file__).resolve().parents[2]
SAYS = ("LayerError", "Doubt", "Diagnostic", "error")  # what a diagnostic's code is given to


def codes_of_the_program() -> set[str]:
    found = set()
    for room in ("analysis", "catalogue"):
        for path in (Path(designer.__file__).parent / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                    code = node.args[0].value
                    if name in SAYS and isinstance(code, str) and re.fullmatch(r"[a-z][a-z_]+", code):
                        found.add(code)
    return found


def test_each_diagnostic_has_a_page_and_each_page_a_diagnostic():
    told = codes_of_the_program()
    assert len(told) > 60
    assert {page.address.split("/")[1] for page in ALL if page.group == pages.CODES} == told


def test_each_feature_is_in_the_contents():
    files = {path.stem for path in (resources_dir() / "help" / pages.FEATURES).glob("*.md")}
    assert [page.address for page in ALL if page.group == pages.FEATURES] != []
    assert {page.address.split("/")[1] for page in ALL if page.group == pages.FEATURES} == files


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_a_feature_is_shown_in_a_picture_of_its_own(name: str):
    text = BOOK.page(f"features/{name}").text
    shown = PICTURE.findall(text)
    assert shown
    others = {
        picture for other in set(FEATURES) - {name} for picture in PICTURE.findall(BOOK.page(f"features/{other}").text)
    }
    assert set(shown) - others
    assert "![" not in pages.without_pictures(text)


def test_no_picture_is_there_that_nobody_sees():
    texts = [page.text for page in ALL] + [(ROOT / "README.md").read_text("utf-8")]
    shown = {name for text in texts for name in PICTURE.findall(text)}
    files = [path.stem.rpartition("-") for path in (resources_dir() / "screenshots").iterdir()]
    assert {name for name, _, _theme in files} == shown
    assert all([theme for other, _, theme in sorted(files) if other == name] == ["dark", "light"] for name in shown)


def test_each_layer_has_a_page():
    assert {page.address for page in ALL if page.address.startswith("kinds/")} == {f"kinds/{k}" for k in registry()}


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.address)
def test_a_page_is_whole(page: pages.Page):
    assert page.title
    assert len(page.text) > 80
    if page.group == pages.CODES:
        headings = re.findall(r"^## (.*)$", page.text, re.MULTILINE)
        assert headings == ["Why it matters", "Example", "What to do"]
    for mark, _words, link in LINK.findall(page.text):
        if mark:
            assert link.startswith("../../screenshots/")
            for theme in ("dark", "light"):
                picture = resources_dir() / "screenshots" / Path(link.replace("-dark", f"-{theme}")).name
                assert 0 < picture.stat().st_size < 100_000
        elif not link.startswith("https://"):
            assert pages.target(link, page.address) in {other.address for other in ALL}, link


@pytest.mark.parametrize(("address", "preset"), [("code_vgg11", "vgg11_fashion"), ("code_resnet", "resnet")])
def test_the_code_that_is_shown_is_what_is_written_now(address: str, preset: str):
    page = BOOK.page(f"features/{address}")
    assert pages.is_to_fill(page.text)
    design = open_design(preset).design
    text = pages.fill(page.text)
    assert f"```python\n{generate(design, Analyser().analyse(design)).source}```" in text
    assert not pages.is_to_fill(text)


def test_a_search_finds_words_in_titles_first_and_in_texts():
    assert BOOK.search("batchnorm2d")[0].address == "kinds/BatchNorm2d"
    assert BOOK.search("softmax cross-entropy")[0].address == "codes/softmax_before_cross_entropy"
    assert "features/receptive_field" in [entry.address for entry in BOOK.search("araujo distill")]
    assert BOOK.search("") == BOOK.search("  ") == []
    assert BOOK.search("wibble") == []


def test_a_topic_is_found_by_code_kind_feature_and_title():
    for topic in ("cycle", "codes/cycle", "Conv2d", "conv2d", "memory", "Memory of a training"):
        assert BOOK.find(topic) is not None, topic
    assert BOOK.find("wibble") is None
    assert "Conv2d" in BOOK.near("Conv2")
    with pytest.raises(pages.HelpError, match="no help"):
        BOOK.page("../../etc/passwd")


def test_links_lead_out_only_where_they_say_so():
    assert pages.target("kind:ReLU", "codes/cycle") == "kinds/ReLU"
    assert pages.target("../features/code.md", "codes/cycle") == "features/code"
    assert pages.target("cycle.md", "codes/dead_branch") == "codes/cycle"
    assert pages.target("https://pytorch.org", "codes/cycle") is None


def test_another_language_has_its_own_pages_and_the_english_ones_for_the_rest(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("designer.session.help.resources_dir", lambda: tmp_path)
    shutil.copytree(resources_dir() / "help", tmp_path / "help")
    (tmp_path / "help" / "pt" / "codes").mkdir(parents=True)
    (tmp_path / "help" / "pt" / "codes" / "cycle.md").write_text("# Um ciclo\n\nOs fios andam à roda.\n", "utf-8")
    words = {"parameter": "parâmetro", registry()["Conv2d"].help: "Nada abaixo de zero."}
    book = Help("pt_BR", lambda text: words.get(text, text))
    assert book.page("codes/cycle").title == "Um ciclo"
    assert [entry.address for entry in book.search("roda")] == ["codes/cycle"]
    assert book.page("codes/dead_branch") == BOOK.page("codes/dead_branch")
    assert book.page("kinds/Conv2d").text.startswith("Nada abaixo de zero.\n\n| parâmetro |")
    assert {entry.address for entry in book.contents()} == {entry.address for entry in BOOK.contents()}
