# SPDX-License-Identifier: Apache-2.0
"""Validates manifests with mlcroissant, the reference implementation of Croissant: those of
data-manifests/ and one that `marnet-plugin manifest` writes; changes every value of that one and
sees whether `inspect --manifest` says so.

    python Tests/Manifests/check.py .build/release
"""

import copy
import hashlib
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import mlcroissant
import numpy as np

MANIFESTS = Path(__file__).resolve().parents[2] / "data-manifests"
# A manifest has no date, so that the same file gives the same bytes, and no version.
EXPECTED_WARNINGS = {"datePublished", "version"}


def validate(path):
    """Errors raise; counts and classes are what a reader of Croissant finds."""
    dataset = mlcroissant.Dataset(str(path))
    for warning in dataset.metadata.ctx.issues.warnings:
        assert any(f"/{name}\" is recommended" in warning for name in EXPECTED_WARNINGS), warning
    rows = {}
    for record in dataset.records("splits"):
        name = record["splits/name"]
        rows[name.decode() if isinstance(name, bytes) else name] = int(record["splits/rows"])
    return dataset, rows


def validate_all():
    paths = sorted(MANIFESTS.glob("*.json"))
    for path in paths:
        _, rows = validate(path)
        document = json.loads(path.read_text())
        features = document["marnet:features"]
        names = [s["data"] for s in document["recordSet"] if s["@id"] == "classes"]
        assert all(len(records) == features["classes"] for records in names), path.name
        print(f"{path.name}: {rows}, {features['classes']} classes")
    encoders = sorted((MANIFESTS / "encoders").glob("*.json"))
    for path in encoders:
        document = json.loads(path.read_text())
        assert document["@type"] == "marnet:Encoder" and document["marnet:unknown"], path.name
        assert all({"library", "call", "width"} <= call.keys() for call in document["marnet:calls"])
    listed = (MANIFESTS / "README.md").read_text()
    for path in paths + encoders:
        assert f"`{path.name}`" in listed, f"{path.name} is not in data-manifests/README.md"
    return len(paths), len(encoders)


def write_features(path):
    generator = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for split, rows in (("train", 60), ("val", 12), ("test", 20)):
            group = file.create_group(split)
            group["visual"] = generator.normal(size=(rows, 6)).astype(np.float32)
            group["text"] = generator.normal(size=(rows, 4)).astype(np.float32)
            group["label"] = np.arange(rows) % 3 - (np.arange(rows) % 7 == 6)
            group["text_mask"] = (np.arange(rows) % 5 != 0).astype(np.int8)
        file["class_names"] = ["apple", "pear", "plum"]
        file.attrs["visual_encoder"], file.attrs["text_encoder"] = "an image model", "a text model"


def run(tool, folder, *arguments):
    return subprocess.run(
        [tool, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def leaves(value, path=()):
    """The paths of everything in a manifest that a file can be compared with."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from leaves(part, (*path, index))
    else:
        yield path


def changed(document, path):
    result = copy.deepcopy(document)
    place = result
    for key in path[:-1]:
        place = place[key]
    value = place[path[-1]]
    if isinstance(value, int):
        place[path[-1]] = value + 1
    elif path[-1] == "sha256":
        place[path[-1]] = ("0" if value[0] != "0" else "1") + value[1:]
    elif path[-1] == "contentSize":
        place[path[-1]] = "1" + value
    elif path[-1] == "splits/name":
        place[path[-1]] = {"train": "val", "val": "test", "test": "train"}[value]
    else:
        place[path[-1]] = value + "x"
    return result


def is_compared(path):
    if path[0] == "distribution":
        return path[-1] in ("sha256", "contentSize")
    if path[0] == "recordSet":
        return "data" in path
    return path[0] == "marnet:features" and "unknown" not in path


def round_trip(tool, folder):
    features, manifest = folder / "features.h5", folder / "m.json"
    write_features(features)
    written = run(tool, folder, "manifest", "features.h5", "--output", "m.json", "--url",
                  "https://example.org/", "--citation", "a paper", "--license", "https://spdx.org/licenses/CC0-1.0")
    assert written.returncode == 0, written.stderr
    _, rows = validate(manifest)
    assert rows == {"train": 60, "val": 12, "test": 20}, rows
    document = json.loads(manifest.read_text())
    digest = hashlib.sha256(features.read_bytes()).hexdigest()
    assert document["distribution"][0]["sha256"] == digest
    agreed = run(tool, folder, "inspect", "features.h5", "--manifest", "m.json")
    assert agreed.returncode == 0, agreed.stderr
    paths = [path for path in leaves(document) if is_compared(path)]
    assert len(paths) > 20, paths
    for path in paths:
        (folder / "changed.json").write_text(json.dumps(changed(document, path)))
        result = run(tool, folder, "inspect", "features.h5", "--manifest", "changed.json")
        assert result.returncode == 65, f"{path}: {result.returncode} {result.stderr}"
    return len(paths)


def compare_with_all(tool, folder):
    """This program reads every manifest too, and says what it compared."""
    for path in sorted(MANIFESTS.rglob("*.json")):
        result = run(tool, folder, "inspect", "features.h5", "--manifest", str(path), "--json")
        if path.name == "wiser.json":  # its width is unknown
            assert result.returncode == 65 and "says nothing of" in result.stderr, result.stderr
            continue
        assert result.returncode == 65, f"{path}: {result.returncode} {result.stderr}"
        comparison = json.loads(result.stdout)["manifests"][0]
        if path.parent.name == "encoders":
            assert comparison["compared"] == ["visual width"], comparison
            continue
        assert {"splits", "rows", "classes"} <= set(comparison["compared"]), comparison
        assert any(m["place"] == "rows of 'train'" for m in comparison["mismatches"]), comparison
    # Features of as many rows as Vireo-Food172 has are what its manifest says.
    made = run(tool, folder, "synthesize", "vireo.h5", "--rows", "66071", "--val-rows", "11016",
               "--test-rows", "33154", "--classes", "172", "--visual-width", "2", "--text-width", "2")
    assert made.returncode == 0, made.stderr
    agreed = run(tool, folder, "inspect", "vireo.h5", "--manifest",
                 str(MANIFESTS / "vireo-food172.json"))
    assert agreed.returncode == 0, agreed.stderr


def main():
    logging.getLogger("absl").setLevel(logging.ERROR)
    tool = Path(sys.argv[1]).resolve() / "marnet-plugin"
    datasets, encoders = validate_all()
    with tempfile.TemporaryDirectory() as name:
        values = round_trip(tool, Path(name))
        compare_with_all(tool, Path(name))
    print(f"{datasets} manifests of data, {encoders} of encoders; each of {values} changed values "
          "of a written manifest was found")


if __name__ == "__main__":
    main()
