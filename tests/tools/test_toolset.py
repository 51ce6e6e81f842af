from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import InputError
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner
from tools.toolset import ToolConfig, load_toolset
from tools.weights.find import Missing, find
from tools.weights.places import cache_directory


def test_a_wrong_path_is_an_input_error_and_an_unknown_name_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no weights at"):
        find("t", explicit=str(tmp_path / "no.pt"), builtin="detector", file="detector.pt")
    missing = find("t", explicit="yolo26x-nobody.pt", builtin="detector", file="detector.pt")
    assert isinstance(missing, Missing)
    assert "vqa-agent models" in missing.what_to_do


def test_a_download_that_fails_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for proxy in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    missing = find(
        "t", explicit="yolo26n.pt", builtin="detector", file="detector.pt", allow_download=True
    )
    assert isinstance(missing, Missing)
    assert "could not be fetched" in missing.why
    assert not list(tmp_path.rglob("*.pt"))


def test_what_was_put_into_the_cache_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    placed = cache_directory() / "detector" / "mine.pt"
    placed.parent.mkdir(parents=True)
    placed.write_bytes(b"x")
    assert find("t", explicit="mine.pt", builtin="detector", file="detector.pt") == placed


@pytest.mark.parametrize("name", ["yolo26n.pt", "mine.pt", "mobileclip2_b.ts"])
def test_a_name_is_no_file_of_the_working_directory(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(b"anybody's pickle")
    asked = {"builtin": "detector", "file": "detector.pt"}
    assert isinstance(find("t", explicit=name, **asked), Missing)
    assert find("t", explicit=f"./{name}", **asked) == Path(name)


def test_the_toolset_offers_what_is_there_and_names_what_is_not(
    weights: Path, folder: Path
) -> None:
    config = ToolConfig(detector=str(weights), classifier=str(folder))
    names = [tool.name for tool in load_toolset(config).offered]
    assert names[:5] == [
        "read_text", "detect_objects", "classify_image", "describe_colors", "read_codes",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no such tool: fly"):
        load_toolset(ToolConfig(offer=["fly"]))
    with pytest.raises(TypeError, match="@vision_tool"):
        load_toolset(ToolConfig(offer=[]), [print])  # type: ignore[list-item]


def plugin(folder: Path, name: str, value: str, source: str) -> None:
    """An installed package with one entry point, as pip would leave it."""
    (folder / f"{name}_plugin.py").write_text(source)
    info = folder / f"{name}_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[vqa_agent.tools]\n{name} = {name}_plugin:{value}\n")


TOOL = """
from tools import Picture, ToolReport, vision_tool

@vision_tool
def {name}(picture: Picture) -> ToolReport:
    \"\"\"Look.\"\"\"
    return ToolReport()
"""


def test_tools_of_installed_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin(tmp_path, "good", "peek", TOOL.format(name="peek"))
    plugin(tmp_path, "broken", "x", "import no_such_module_at_all")
    plugin(tmp_path, "number", "x", "x = 3")
    monkeypatch.syspath_prepend(tmp_path)
    toolset = load_toolset(ToolConfig())
    assert toolset.offered[-1].name == "peek"
    missing = {gap.what: gap.why for gap in toolset.missing}
    assert "no_such_module_at_all" in missing["broken"]
    assert "no vision tool" in missing["number"]


def test_a_name_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin(tmp_path, "taken", "read_codes", TOOL.format(name="read_codes"))
    monkeypatch.syspath_prepend(tmp_path)
    offered = load_toolset(ToolConfig()).offered
    with pytest.raises(ValueError, match="two tools are named read_codes; rename one"):
        LocalRunner(offered, ResultCache())


def test_offering_imports_nothing_heavy(weights: Path, folder: Path) -> None:
    program = f"""
import sys
from tools.toolset import ToolConfig, load_toolset
print(*(t.name for t in load_toolset(ToolConfig(detector={str(weights)!r}, classifier={str(folder)!r})).offered))
print(*({{"torch", "torchvision", "ultralytics", "rapidocr", "onnxruntime", "cv2"}} & set(sys.modules)))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    offered, heavy = ran.stdout.split("\n")[:2]
    assert {"detect_objects", "classify_image"} <= set(offered.split())
    assert heavy == ""
