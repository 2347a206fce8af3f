import io
import shutil
import tarfile
import zipfile

import pytest

from utils.data.published.archives import Damaged, DataError, unpack

ENTRIES = {"set/one.txt": b"first " * 400, "set/deep/two.txt": b"second " * 400}


def make_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def make_tar(path, entries):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


MAKERS = pytest.mark.parametrize(("make", "name"), [(make_zip, "a.zip"), (make_tar, "a.tar.gz")])


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@MAKERS
def test_every_entry_with_its_bytes(make, name, tmp_path):
    unpack(make(tmp_path / name, ENTRIES), tmp_path / "to")
    assert contents(tmp_path / "to") == ENTRIES


@MAKERS
def test_only_what_matches_the_pattern(make, name, tmp_path):
    unpack(make(tmp_path / name, ENTRIES), tmp_path / "to", "set/d*/*.txt")
    assert list(contents(tmp_path / "to")) == ["set/deep/two.txt"]


@MAKERS
@pytest.mark.parametrize("kept", [0, 1, 20, 60, 90, -40, -20])
def test_a_truncated_archive(make, name, kept, tmp_path):
    whole = make(tmp_path / f"whole-{name}", ENTRIES).read_bytes()
    (tmp_path / name).write_bytes(whole[:kept])
    with pytest.raises(DataError, match=r"is truncated or damaged .*: delete it and fetch it again"):
        unpack(tmp_path / name, tmp_path / "to")
    assert not (tmp_path / "to").exists()


@MAKERS
def test_a_changed_byte(make, name, tmp_path):
    whole = bytearray(make(tmp_path / name, ENTRIES).read_bytes())
    whole[60] ^= 255
    (tmp_path / name).write_bytes(whole)
    with pytest.raises(DataError, match="is truncated or damaged"):
        unpack(tmp_path / name, tmp_path / "to")
    assert not (tmp_path / "to").exists()


@MAKERS
@pytest.mark.parametrize("mask", [1, 8, 255])
def test_whatever_byte_is_changed_only_a_data_error_comes_out(make, name, mask, tmp_path):
    whole = make(tmp_path / name, {"a": b"first " * 4}).read_bytes()  # nearly all of it headers
    refused = 0
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= mask
        (tmp_path / name).write_bytes(changed)
        try:
            unpack(tmp_path / name, tmp_path / "to")
        except DataError as error:
            refused += 1
            assert "\n" not in str(error) and not (tmp_path / "to").exists()
    assert refused > len(whole) / 4  # not every byte matters: there are dates among them


@pytest.mark.parametrize(
    ("place", "value", "why"), [(6, 1, "encrypted"), (8, 97, "compression"), (4, 99, "version")]
)
def test_a_zip_whose_header_claims_what_it_is_not(place, value, why, tmp_path):
    whole = bytearray(make_zip(tmp_path / "a.zip", ENTRIES).read_bytes())
    central = whole.index(b"PK\x01\x02")  # has the same fields, two bytes on
    whole[place] = whole[central + place + 2] = value
    (tmp_path / "a.zip").write_bytes(whole)
    with pytest.raises(Damaged, match=rf"is truncated or damaged \(.*{why}.*\): delete it"):
        unpack(tmp_path / "a.zip", tmp_path / "to")


@MAKERS
@pytest.mark.parametrize("bad", ["../out.txt", "set/../../out.txt", "/out.txt", "..\\out.txt", "C:\\out.txt"])
@pytest.mark.parametrize("pattern", ["*", "set/one.txt"])
def test_an_entry_that_climbs_out(make, name, bad, pattern, tmp_path):
    archive = make(tmp_path / name, {**ENTRIES, bad: b"owned"})
    with pytest.raises(DataError, match="climbs out of its folder"):
        unpack(archive, tmp_path / "below" / "to", pattern)
    assert not (tmp_path / "below" / "to").exists()
    assert not list(tmp_path.rglob("*out.txt"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_or_a_device(kind, tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("set/link")
        info.type, info.linkname = kind, "/etc/hostname"
        archive.addfile(info)
    with pytest.raises(DataError, match="is a link or a device"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "to")
    assert not (tmp_path / "to").exists()


@MAKERS
def test_an_error_while_writing_leaves_nothing(make, name, tmp_path, monkeypatch):
    def full(source, target):
        target.write(source.read(10))
        raise OSError(28, "No space left on device")

    archive = make(tmp_path / name, ENTRIES)
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        unpack(archive, tmp_path / "to")
    assert not (tmp_path / "to").exists()
