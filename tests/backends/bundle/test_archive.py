"""A bundle as a zip: back and forth without a loss, and nothing in it believed."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.bundle import Bundle, archive, pack, unpack
from backends.bundle.members import MEMBERS, schema_digest_of
from backends.errors import WorkbenchError
from backends.onnx_export.feeds import Feeds

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def packed(bundle: Bundle) -> bytes:
    return pack(bundle)


def files_of(packed: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        return {name: found.read(name) for name in found.namelist()}


def zipped(files: Files | list[tuple[zipfile.ZipInfo | str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as found:
        for name, data in files.items() if isinstance(files, dict) else files:
            found.writestr(name, data)
    return made.getvalue()


def forged(files: Files, **changes: Any) -> bytes:
    """The files under a manifest that was made to fit them, as an attacker would."""
    manifest = json.loads(files["manifest.json"])
    rest = {name: data for name, data in files.items() if name != "manifest.json"}
    manifest["files"] = {name: sha256(data).hexdigest() for name, data in rest.items()}
    return zipped({**rest, "manifest.json": json.dumps({**manifest, **changes}).encode()})


def opened(data: bytes) -> Bundle | None:
    """The bundle, or None where it is refused with a reason; any other error is raised."""
    try:
        return unpack(data)
    except WorkbenchError:
        return None


def test_what_was_packed_is_unpacked(bundle: Bundle, packed: bytes, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(packed)
    assert unpack(packed) == unpack(tmp_path / "bundle.zip") == bundle


def test_equal_bundles_are_equal_bytes(bundle: Bundle, packed: bytes) -> None:
    assert pack(replace(bundle)) == pack(unpack(packed)) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        assert found.namelist() == sorted(found.namelist())
        assert {info.date_time for info in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_layout_has_these_files_and_the_manifest_their_digests(packed: bytes) -> None:
    files = files_of(packed)
    manifest = json.loads(files.pop("manifest.json"))
    expected = {
        *("model.onnx", "schema.json", "certificate.json", "metrics.json", "README.md", "train.py", "predict.py"),
        *("requirements.txt", "examples.json", "explainer.json"),
    }
    assert set(files) == expected
    assert manifest["files"] == {name: sha256(data).hexdigest() for name, data in files.items()}
    assert manifest["layout"] == 1


def test_json_files_hold_no_number_that_json_lacks(packed: bytes) -> None:
    def refused(name: str) -> float:
        raise AssertionError(name)

    for name, data in files_of(packed).items():
        if name.endswith(".json"):
            json.loads(data, parse_constant=refused)


@pytest.mark.parametrize("name", [*(member.name for member in MEMBERS if not member.optional), "manifest.json"])
def test_a_missing_file_is_named(packed: bytes, name: str) -> None:
    files = files_of(packed)
    del files[name]
    with pytest.raises(WorkbenchError, match=name):
        unpack(zipped(files))


@pytest.mark.parametrize("name", [member.name for member in MEMBERS if not member.optional])
def test_a_changed_file_is_named(packed: bytes, name: str) -> None:
    files = files_of(packed)
    with pytest.raises(WorkbenchError, match=f"has '{name}' changed"):
        unpack(zipped({**files, name: files[name] + b" "}))


@pytest.mark.parametrize(
    "name", ["../model.onnx", "/etc/passwd", "C:\\model.onnx", "sub/model.onnx", "sub/", "model.pkl", "Model.onnx"]
)
def test_a_name_that_no_bundle_has_is_refused(packed: bytes, name: str) -> None:
    with pytest.raises(WorkbenchError, match="which is no file of a bundle"):
        unpack(zipped({**files_of(packed), name: b"x"}))


def test_a_file_that_the_manifest_does_not_name_is_refused(packed: bytes) -> None:
    with pytest.raises(WorkbenchError, match=r"'fairness.json', which its manifest does not name"):
        unpack(zipped({**files_of(packed), "fairness.json": b"{}"}))


def test_the_same_name_twice_is_refused(packed: bytes) -> None:
    twice: list[tuple[zipfile.ZipInfo | str, bytes]] = [*files_of(packed).items(), ("model.onnx", b"other")]
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped(twice)
    with pytest.raises(WorkbenchError, match=r"'model.onnx' 2 times"):
        unpack(data)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFDIR, stat.S_IFIFO])
def test_a_link_or_a_device_is_refused(packed: bytes, kind: int) -> None:
    files = files_of(packed)
    link = zipfile.ZipInfo("README.md")
    link.external_attr = (kind | 0o777) << 16
    del files["README.md"]
    with pytest.raises(WorkbenchError, match="as a link or a device"):
        unpack(zipped([*files.items(), (link, b"/etc/passwd")]))


def test_an_encrypted_file_is_refused(packed: bytes) -> None:
    """The flag alone, in the local and the central header: nothing asks for a password."""
    data = bytearray(packed)
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(WorkbenchError, match="encrypted"):
        unpack(bytes(data))


def test_a_bomb_is_refused_before_it_goes_off(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(packed)
    monkeypatch.setattr(archive, "SMALL", 1_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(WorkbenchError, match=r"would unpack to 30,\d\d\d,\d\d\d bytes"):
        unpack(forged({**files, "model.onnx": bytes(30_000_000)}))


def test_a_file_larger_than_it_may_be_is_refused(packed: bytes) -> None:
    with pytest.raises(WorkbenchError, match=r"'README.md' with 68,000,000 bytes; at most 67,108,864"):
        unpack(forged({**files_of(packed), "README.md": bytes(68_000_000)}))


def test_a_size_that_lies_is_found_out(packed: bytes) -> None:
    """The central directory says that `README.md` has 3 bytes: no more are read, and they are not the file."""
    data = bytearray(packed)
    entry = data.index(b"PK\x01\x02")
    assert data[entry + 46 : entry + 55] == b"README.md"
    data[entry + 24 : entry + 28] = (3).to_bytes(4, "little")
    with pytest.raises(WorkbenchError, match="damaged"):
        unpack(bytes(data))


def test_another_graph_under_the_same_certificate_is_refused(packed: bytes) -> None:
    with pytest.raises(WorkbenchError, match="certificate of the bundle is of another graph"):
        unpack(forged({**files_of(packed), "model.onnx": b"another graph"}))


@pytest.mark.parametrize("layout", [0, 2, "1", None, [1], True])
def test_another_layout_is_refused(packed: bytes, layout: object) -> None:
    with pytest.raises(WorkbenchError, match="this workbench reads 1"):
        unpack(forged(files_of(packed), layout=layout))


@pytest.mark.parametrize(
    "changes", [{"title": 3}, {"private": "no"}, {"intended_use": None}], ids=["title", "private", "use"]
)
def test_a_manifest_of_other_types_is_refused(packed: bytes, changes: dict[str, Any]) -> None:
    with pytest.raises(WorkbenchError, match="wrong type"):
        unpack(forged(files_of(packed), **changes))


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "no JSON": lambda data: data[:-5],
    "another type": lambda data: b"3",
    "deep": lambda data: b"[" * 100_000 + b"]" * 100_000,
    "NaN": lambda data: data.replace(b"0", b"NaN", 1) if b"0" in data else b"NaN",
    "no text": lambda data: b'{"\xff": 1}',
    "a long number": lambda data: b"9" * 5_000,
    "empty": lambda data: b"",
    "an empty object": lambda data: b'"{}"',
}


@pytest.mark.parametrize("name", [member.name for member in MEMBERS if member.name.endswith(".json")])
@pytest.mark.parametrize("wrong", MALFORMED)
def test_malformed_json_under_a_fitting_manifest_is_named(packed: bytes, name: str, wrong: str) -> None:
    files = files_of(packed)
    with pytest.raises(WorkbenchError, match=name):
        unpack(forged({**files, name: MALFORMED[wrong](files.get(name, b'{"a": 0}'))}))


@pytest.mark.parametrize("wrong", ["no JSON", "another type", "deep", "no text", "empty"])
def test_a_malformed_manifest_is_named(packed: bytes, wrong: str) -> None:
    files = files_of(packed)
    with pytest.raises(WorkbenchError, match=r"manifest.json"):
        unpack(zipped({**files, "manifest.json": MALFORMED[wrong](files["manifest.json"])}))


@pytest.mark.parametrize(
    "change",
    [
        {"layout": 2},
        {"inputs": []},
        {"inputs": [{"name": "no column", "tensor": "double", "words": False, "column": None}]},
        {"columns": [{"name": "a"}]},
        {"columns": 3},
        {"policy": {"threshold": 7}},
        {"policy": {}},
        {"recipe": [{"action": "delete"}]},
        {"file": {}},
        {"file": {"missing": [1], "missing_among_values": [], "encoding": "", "delimiter": "", "quoting": {}}},
    ],
    ids=str,
)
def test_a_schema_that_contradicts_itself_is_refused(packed: bytes, change: dict[str, Any]) -> None:
    files = files_of(packed)
    schema = {**json.loads(files["schema.json"]), **change}
    with pytest.raises(WorkbenchError):
        unpack(forged({**files, "schema.json": json.dumps(schema).encode()}))


def edited(packed: bytes, name: str, change: Callable[[Any], object]) -> bytes:
    """The bundle with a JSON file changed, and the certificate made to fit a changed schema, as an attacker would."""
    files = files_of(packed)
    data = json.loads(files[name])
    change(data)
    files[name] = json.dumps(data, ensure_ascii=False).encode()
    if name == "schema.json":
        certificate = json.loads(files["certificate.json"])
        certificate["sha256"]["schema"] = schema_digest_of(files[name])
        files["certificate.json"] = json.dumps(certificate).encode()
    return forged(files)


@pytest.mark.parametrize(
    "change",
    [
        lambda schema: schema["classes"].reverse(),
        lambda schema: schema["policy"].update(threshold=0.9),
        lambda schema: schema["columns"][1]["format"].update(decimal="."),
        lambda schema: schema["columns"][1].update(example=7),
        lambda schema: schema["dataset"].update(name="another"),
    ],
)
def test_another_schema_under_the_same_certificate_is_refused(packed: bytes, change: Callable[[Any], object]) -> None:
    files = files_of(packed)
    schema = json.loads(files["schema.json"])
    change(schema)
    with pytest.raises(WorkbenchError, match=r"certificate of the bundle is of another schema than 'schema.json'"):
        unpack(forged({**files, "schema.json": json.dumps(schema).encode()}))
    assert opened(edited(packed, "schema.json", change)) is not None  # no digest tells what was made to fit


def test_the_certificate_of_another_table_is_refused(packed: bytes) -> None:
    with pytest.raises(WorkbenchError, match="of another data than"):
        unpack(edited(packed, "schema.json", lambda schema: schema["dataset"].update(sha256="0" * 64)))


HOSTILE: dict[str, Callable[[Any], object]] = {
    "an unknown tensor": lambda s: s["inputs"][0].update(tensor="evil"),
    "another tensor": lambda s: s["inputs"][0].update(tensor="int64"),
    "words that are no truth": lambda s: s["inputs"][0].update(words=1),
    "an unknown kind": lambda s: s["columns"][0].update(kind="evil"),
    "a scale of 0": lambda s: s["columns"][1]["format"].update(scale=0),
    "a scale that is no number": lambda s: s["columns"][1]["format"].update(scale="1"),
    "a scale of percent the wrong way": lambda s: s["columns"][1]["format"].update(scale=100.0),
    "two decimal marks": lambda s: s["columns"][1]["format"].update(decimal=",."),
    "a mark that is no text": lambda s: s["columns"][1]["format"].update(strip=3),
    "a truth that is no text": lambda s: s["columns"][1]["format"].update(true_values=[1]),
    "a range that is no number": lambda s: s["columns"][0].update(low=[1]),
    "a date that is none": lambda s: next(c for c in s["columns"] if c["kind"] == "datetime").update(low="soon"),
    "an output that is no text": lambda s: s["outputs"].update(label=3),
    "one output for both": lambda s: s["outputs"].update(label="probabilities"),
    "one class": lambda s: s["classes"].pop(),
    "a class twice": lambda s: s.update(classes=["a", "a"]),
    "a class that is no text": lambda s: s.update(classes=[1, 2]),
    "a feature that is none": lambda s: s["features"].append("else"),
    "no dataset": lambda s: s.update(dataset="x"),
    "an unknown encoding": lambda s: s["file"].update(encoding="nope"),
    "an encoding of no text": lambda s: s["file"].update(encoding="rot13"),
    "an encoding with a NUL": lambda s: s["file"].update(encoding="utf\x008"),
    "an undefined encoding": lambda s: s["file"].update(encoding="undefined"),
    "two delimiters": lambda s: s["file"].update(delimiter="ab"),
    "no delimiter": lambda s: s["file"].update(delimiter=""),
    "an end of line as delimiter": lambda s: s["file"].update(delimiter="\n"),
    "an unknown quoting": lambda s: s["file"].update(quoting={"x": 1}),
    "a quote that is a number": lambda s: s["file"].update(quoting={"quotechar": 5}),
    "a quoting that is none": lambda s: s["file"].update(quoting={"quoting": 99}),
    "a list as file": lambda s: s.update(file=[]),
}


@pytest.mark.parametrize("wrong", HOSTILE)
def test_a_schema_by_which_no_row_can_be_read_is_refused(packed: bytes, wrong: str) -> None:
    with pytest.raises(WorkbenchError, match=r"schema\.json"):
        unpack(edited(packed, "schema.json", HOSTILE[wrong]))


PLACES = st.lists(st.integers(0, 30), min_size=1, max_size=4)
ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3) | st.just([]) | st.just({})
)


@settings(max_examples=80, deadline=None)
@given(name=st.sampled_from(["schema.json", "certificate.json"]), places=PLACES, value=ODD)
def test_any_other_value_in_a_file_gives_a_bundle_that_can_be_fed_or_an_error(
    packed: bytes, name: str, places: list[int], value: object
) -> None:
    def change(data: Any) -> None:
        for place in places:
            keys = list(data) if isinstance(data, dict) else list(range(len(data)))
            key = keys[place % len(keys)]
            if place == places[-1] or not isinstance(data[key], dict | list) or not data[key]:
                data[key] = value
                return
            data = data[key]

    try:
        changed = edited(packed, name, change)
    except (KeyError, TypeError):  # the digests themselves were what was changed
        return
    found = opened(changed)
    if found is not None:
        Feeds(found.signature).of_records(found.background[:2], unusual="accept")


@pytest.mark.parametrize("digests", [[], "x", None, {"graph": 1}, {}])
def test_a_certificate_without_digests_is_refused(packed: bytes, digests: object) -> None:
    with pytest.raises(WorkbenchError, match="ertificate"):
        unpack(edited(packed, "certificate.json", lambda made: made.update(sha256=digests)))


def test_half_a_surrogate_pair_is_no_text(packed: bytes) -> None:
    files = files_of(packed)
    with pytest.raises(WorkbenchError, match=r"manifest\.json.*UnicodeEncodeError"):
        unpack(forged(files, title="\ud800x"))
    schema = json.dumps({**json.loads(files["schema.json"]), "classes": ["\ud800", "b"]}).encode()
    with pytest.raises(WorkbenchError, match=r"schema\.json.*UnicodeEncodeError"):
        unpack(forged({**files, "schema.json": schema}))


def test_no_file_and_no_zip_are_told(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"'gone.zip' cannot be read"):
        unpack(tmp_path / "gone.zip")
    for data in (b"", b"PK", b"a table,b\n1,2\n", b"PK\x05\x06" + bytes(18)):
        with pytest.raises(WorkbenchError, match="bundle"):
            unpack(data)


def test_a_file_too_large_for_a_bundle_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_PACKED", 10)
    (tmp_path / "b.zip").write_bytes(bytes(11))
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(WorkbenchError, match="11 bytes"):
        unpack(tmp_path / "b.zip")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_change_of_bytes_gives_the_same_bundle_or_an_error(
    bundle: Bundle, packed: bytes, data: st.DataObject
) -> None:
    """Flipped, cut, doubled or put in: what opens is what was packed."""
    at = data.draw(st.integers(0, len(packed) - 1))
    change = data.draw(st.sampled_from(["flip", "cut", "drop", "insert"]))
    some = data.draw(st.binary(min_size=1, max_size=4))
    changed = {
        "flip": packed[:at] + bytes([packed[at] ^ (some[0] or 1)]) + packed[at + 1 :],
        "cut": packed[:at],
        "drop": packed[:at] + packed[at + len(some) :],
        "insert": packed[:at] + some + packed[at:],
    }[change]
    assert opened(changed) in (None, bundle)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_flip_in_the_directory_of_the_zip_gives_the_same_bundle_or_an_error(
    bundle: Bundle, packed: bytes, data: st.DataObject
) -> None:
    """The headers behind the data are where a reader is misled."""
    at = data.draw(st.integers(packed.index(b"PK\x01\x02"), len(packed) - 1))
    changed = packed[:at] + bytes([packed[at] ^ data.draw(st.integers(1, 255))]) + packed[at + 1 :]
    assert opened(changed) in (None, bundle)
