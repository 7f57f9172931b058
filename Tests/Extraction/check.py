# SPDX-License-Identifier: Apache-2.0
"""Runs the recipes of docs/extract-features on made-up images with random weights, and this
program on what they write; checks the widths of data-manifests/encoders on their models.

    python Tests/Extraction/check.py .build/release

Weights cannot be downloaded everywhere: what is tested is shapes, order, masks and names, not
how good the features are.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import torch
from PIL import Image

import torchvision_operators

ROOT = Path(__file__).resolve().parents[2]
DECLARED = torchvision_operators.declare()
sys.path.insert(0, str(ROOT / "docs/extract-features"))

import extract  # noqa: E402
from image_encoders import image_encoder  # noqa: E402

CLASSES = {"apple": (200, 40, 40), "pear": (60, 190, 60), "plum": (90, 30, 150)}
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] a red green blue round sweet ##s apple pear plum".split()


def make_images(folder):
    """24 training and 8 test images a class, three without a class, one caption in six missing."""
    generator = np.random.default_rng(0)
    captions = []

    def make(name, color):
        path = folder / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = generator.normal(color, 60, size=(40, 48, 3))
        Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(path)

    for split, count in (("train", 24), ("test", 8)):
        for label, color in CLASSES.items():
            for number in range(count):
                name = f"{split}/{label}/{number:02}.png"
                make(name, color)
                if number % 6 != 5:
                    captions.append((name, f"a sweet {label}" if number % 2 else f"{label}s"))
    for number in range(3):
        make(f"train/found {number}.png", (120, 120, 120))
    with open(folder / "captions.csv", "w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows([("image", "text"), *captions])


def make_text_model(folder):
    """A BERT of one narrow layer, for transformers and for sentence-transformers."""
    import transformers
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordPiece(
        {word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    torch.manual_seed(1)
    bert = transformers.BertModel(transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64))
    bert.save_pretrained(folder / "bert")
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]", model_max_length=64).save_pretrained(
            folder / "bert")


def check_file(path, dtype, visual_width, text_width):
    with h5py.File(path) as file:
        train, test = file["train"], file["test"]
        assert train["visual"].shape == (75, visual_width), train["visual"].shape
        assert train["text"].shape == (75, text_width), train["text"].shape
        assert test["visual"].shape == (24, visual_width) and "text" not in test
        assert train["visual"].dtype == train["text"].dtype == dtype
        assert [name.decode() for name in file["class_names"]] == list(CLASSES)
        ids = [name.decode() for name in train["id"]]
        labels = train["label"][:]
        for name, label in zip(ids, labels, strict=True):
            parts = name.split("/")
            assert label == (list(CLASSES).index(parts[1]) if len(parts) == 3 else -1), name
        mask = train["text_mask"][:]
        assert mask.sum() == 60, mask.sum()
        for name, present in zip(ids, mask, strict=True):
            assert present == ("found" not in name and int(name[-6:-4]) % 6 != 5), name
        text = train["text"][:].astype(np.float64)
        assert not text[mask == 0].any() and text[mask == 1].any(1).all()
        # The same caption gives the same features wherever it stands in a batch.
        first, second = ids.index("train/apple/00.png"), ids.index("train/apple/02.png")
        assert np.allclose(text[first], text[second], atol=1e-2)
        assert "random weights" in file.attrs["visual_encoder"], file.attrs["visual_encoder"]
        return dict(file.attrs)


def run(tool, *arguments):
    result = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, f"{arguments}: {result.returncode}\n{result.stderr}"
    return result.stdout


def check_recipe(tool, folder, number, image, text, dtype, widths):
    path = folder / f"features{number}.h5"
    arguments = [
        str(folder / "images"), "--captions", str(folder / "captions.csv"), "--image-encoder",
        image, "--text-encoder", text, "--output", str(path), "--dtype", dtype, "--batch", "16",
        "--workers", "0", "--device", "cpu", "--random-weights"]
    extract.main(arguments)
    attributes = check_file(path, dtype, *widths)
    inspected = json.loads(run(tool, "inspect", path, "--json"))
    assert inspected["problems"] == [], inspected["problems"]
    manifest = path.with_suffix(".json")
    run(tool, "manifest", path, "--output", manifest)
    written = json.loads(manifest.read_text())["marnet:features"]
    assert written["visual"]["encoder"] == attributes["visual_encoder"]
    assert written["text"]["encoder"] == attributes["text_encoder"]
    run(tool, "inspect", path, "--manifest", manifest)
    run(tool, "fit", path, "--epochs", "2", "--output", folder / f"model{number}")
    run(tool, "evaluate", path, "--model", folder / f"model{number}")
    libraries = image.partition("/")[0], text.partition(":")[0]
    print(f"{libraries[0]} + {libraries[1]}: {dtype}, widths {widths}")


def check_encoders(tool, features, folder):
    """The width of every call of a manifest, on a model without memory for its weights."""
    count = 0
    for path in sorted((ROOT / "data-manifests/encoders").glob("*.json")):
        for call in json.loads(path.read_text())["marnet:calls"]:
            if "recipe" not in call:
                continue
            with torch.device("meta"):
                model, _, _ = image_encoder(call["recipe"], pretrained=False)
                shape = model(torch.empty(2, 3, 224, 224)).shape
            assert shape == (2, call["width"]), (path.name, call, shape)
            count += 1
    # The recipe's file is what the encoder's manifest says; another encoder's is not.
    encoders = ROOT / "data-manifests/encoders"
    run(tool, "inspect", features, "--manifest", encoders / "resnet-18.json")
    other = subprocess.run(
        [tool, "inspect", features, "--manifest", encoders / "resnet-50.json"],
        capture_output=True, text=True)
    assert other.returncode == 65, other.returncode
    print(f"{count} calls of data-manifests/encoders give the widths that stand there")


def main():
    tool = Path(sys.argv[1]).resolve() / "marnet-plugin"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_images(folder)
        make_text_model(folder)
        # All weights are random: those of BERT made up above, those of others by the script.
        pairs = [
            ("timm:resnet18", f"transformers:{folder / 'bert'}", "float32", (512, 32)),
            ("torchvision:resnet18", f"sentence-transformers:{folder / 'bert'}", "float32",
             (512, 32)),
            ("open_clip:ViT-S-32-alt/none", "open_clip:ViT-S-32-alt/none", "float16", (256, 256)),
        ]
        for number, (image, text, dtype, widths) in enumerate(pairs):
            check_recipe(tool, folder, number, image, text, dtype, widths)
        check_encoders(tool, folder / "features0.h5", folder)


if __name__ == "__main__":
    main()
