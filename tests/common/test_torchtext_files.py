"""torchtext's Python files where it has no wheel: fetched once, checked, whole or not at all."""

import hashlib
import importlib.metadata
import os
import subprocess
import sys
import threading

import pytest
from wheels import write_wheel

from utils.common import torchtext_files
from utils.common.torchtext_files import NoTorchtext, find, provide, provide_for

# not find_spec: setuptools hears of it, and can no longer be imported after that
HAS_PIP = [*importlib.metadata.distributions(name="pip")] != []
pytestmark = pytest.mark.skipif(not HAS_PIP, reason="this Python has no pip")
FILES = {
    "torchtext/__init__.py": "",
    "torchtext/data/__init__.py": "here = True",
    "torchtext/_torchtext.so": "compiled for another Python",
}


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A wheel in torchtext's place, where pip finds it; and two places to keep its files, both empty."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "offered"))
    made = write_wheel(tmp_path / "offered", "torchtext", "0.18.0", "cp312-cp312-manylinux1_x86_64", FILES)
    monkeypatch.setattr(torchtext_files, "HASH", f"sha256:{hashlib.sha256(made.read_bytes()).hexdigest()}")
    places = [tmp_path / "environment" / "torchtext", tmp_path / "cache" / "torchtext"]
    monkeypatch.setattr(torchtext_files, "_places", lambda: places)
    monkeypatch.setattr(torchtext_files, "_needed", lambda: True)
    return made


def kept(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_python_files_come_with_their_licence_once(wheel, tmp_path):
    assert find() is None
    folder = provide()
    assert folder == tmp_path / "environment" / "torchtext"
    about = "torchtext-0.18.0.dist-info"
    assert {"torchtext/__init__.py", "torchtext/data/__init__.py", f"{about}/LICENSE"} <= set(kept(folder))
    assert not [name for name in kept(folder) if name.endswith((".so", ".pyc"))]
    wheel.unlink()
    assert provide() == find() == folder


def test_where_the_environment_has_torchtext_nothing_is_fetched(wheel, monkeypatch):
    monkeypatch.setattr(torchtext_files, "_needed", lambda: False)
    monkeypatch.setattr(torchtext_files, "_fetch", pytest.fail)
    assert provide() is None and find() is None


def test_only_who_imports_torchtext_needs_it(wheel):
    provide_for(["torch", "utils.textures", "utils.models"])
    assert find() is None
    provide_for(["torch", "utils.text.vocabulary"])
    assert find() is not None


def test_an_environment_that_cannot_be_written(wheel, tmp_path):
    (tmp_path / "environment").write_text("a file where the folder should be")
    assert provide() == tmp_path / "cache" / "torchtext"
    assert kept(tmp_path / "cache" / "torchtext")


def test_nowhere_to_keep_them(wheel, tmp_path):
    for name in ("environment", "cache"):
        (tmp_path / name).write_text("a file where the folder should be")
    with pytest.raises(NoTorchtext, match="cannot be kept anywhere"):
        provide()


def test_another_file_than_torchtexts_is_refused(wheel, monkeypatch):
    monkeypatch.setattr(torchtext_files, "HASH", "sha256:" + 64 * "0")
    with pytest.raises(NoTorchtext, match="its hash is wrong"):
        provide()
    assert find() is None


def test_offline_one_sentence_says_what_to_do(wheel):
    wheel.unlink()
    with pytest.raises(ImportError, match=r"no wheel for this Python.*-m utils.common.torchtext_files` once"):
        provide()
    assert find() is None


def test_neither_pip_nor_uv(wheel, monkeypatch):
    monkeypatch.setattr(torchtext_files, "_has_pip", lambda: False)
    monkeypatch.setattr(torchtext_files.shutil, "which", lambda name: None)
    with pytest.raises(NoTorchtext, match="neither pip nor uv"):
        provide()


def test_several_at_once_leave_one_copy(wheel, tmp_path):
    found = []
    threads = [threading.Thread(target=lambda: found.append(provide())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [tmp_path / "environment" / "torchtext"] * 3
    assert not list((tmp_path / "environment").glob("*.part"))


def test_the_command_says_where_they_are():
    command = [sys.executable, "-m", "utils.common.torchtext_files"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("torchtext: ") and done.stderr == ""
