#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a feature file of folders of images and a table of captions.

    images/train/<class>/<file>     rows to fit on; files right below train/ have no label
    images/val/<class>/<file>       optional
    images/test/<class>/<file>      optional; their captions are never read
    captions.csv                    columns image (path below images/) and text

    python extract.py images --captions captions.csv --image-encoder timm:resnet50 \
        --text-encoder sentence-transformers:all-MiniLM-L6-v2 --output features.h5
"""

import argparse
import csv
import os
from pathlib import Path

import h5py
import numpy as np
import torch
from image_encoders import image_encoder
from PIL import Image
from text_encoders import text_encoder

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


class Images(torch.utils.data.Dataset):
    """Images of a list of paths, each transformed for the encoder."""

    def __init__(self, paths, transform):
        self.paths, self.transform = paths, transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            return self.transform(image.convert("RGB"))


def append(group, name, rows, batches, dtype):
    """Writes batches [n, width] one after the other into a dataset [rows, width]."""
    start = 0
    for batch in batches:
        values = batch.float().cpu().numpy().astype(dtype)
        if not np.isfinite(values).all():
            raise SystemExit(f"{group.name}/{name}: values that {dtype} cannot hold")
        data = group.require_dataset(name, (rows, values.shape[1]), dtype)
        data[start : start + len(values)] = values
        start += len(values)


def write_images(group, paths, encoder, transform, options):
    loader = torch.utils.data.DataLoader(
        Images(paths, transform), batch_size=options.batch, num_workers=options.workers)
    with torch.inference_mode():
        batches = (encoder(images.to(options.device)) for images in loader)
        append(group, "visual", len(paths), batches, options.dtype)


def write_text(group, texts, encode, options):
    """Rows without a caption are zeros, and the mask says so."""
    present = np.array([text != "" for text in texts])
    group["text_mask"] = present.astype(np.int8)
    starts = range(0, len(texts), options.batch)

    def batches():
        for start in starts:
            rows = torch.from_numpy(present[start : start + options.batch])
            known = [text for text in texts[start : start + options.batch] if text != ""]
            features = encode(known if known else [""]).float().cpu()
            batch = torch.zeros(len(rows), features.shape[1])
            if known:
                batch[rows] = features
            yield batch

    append(group, "text", len(texts), batches(), options.dtype)


def read_captions(path):
    """{path of an image: its text}, without surrounding white space."""
    if path is None:
        return {}
    with open(path, newline="", encoding="utf-8") as table:
        return {row["image"]: row["text"].strip() for row in csv.DictReader(table)}


def find_images(folder):
    """Paths below the folder of a split, sorted, and the class of each: a folder, or ""."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    return paths, [p.relative_to(folder).parts[0] if p.parent != folder else "" for p in paths]


def write(file, options):
    """Fills the open HDF5 file, split by split."""
    splits = {
        split: find_images(options.images / split)
        for split in ("train", "val", "test") if (options.images / split).is_dir()}
    if not any(paths for paths, _ in splits.values()):
        raise SystemExit(f"{options.images}: no images below train/, val/ or test/")
    classes = sorted({name for _, names in splits.values() for name in names if name})
    captions = read_captions(options.captions)
    torch.manual_seed(0)  # for random weights
    pretrained = not options.random_weights
    encoder, transform, words = image_encoder(options.image_encoder, pretrained)
    encoder = encoder.to(options.device)
    file.attrs["visual_encoder"] = words
    encode = None
    if captions:
        encode, file.attrs["text_encoder"] = text_encoder(
            options.text_encoder, options.device, pretrained)
    if classes:
        file["class_names"] = classes
    for split, (paths, names) in splits.items():
        if not paths:
            continue
        group = file.create_group(split)
        ids = [path.relative_to(options.images).as_posix() for path in paths]
        group["id"] = ids
        group["label"] = np.array([classes.index(n) if n else -1 for n in names], np.int64)
        write_images(group, paths, encoder, transform, options)
        words = f"{split}: {len(paths)} images"
        if encode and split != "test":
            texts = [captions.get(name, "") for name in ids]
            write_text(group, texts, encode, options)
            words += f", {sum(text != '' for text in texts)} captions"
        print(words, flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path)
    parser.add_argument("--captions", type=Path)
    parser.add_argument("--image-encoder", required=True, metavar="LIBRARY:MODEL")
    parser.add_argument("--text-encoder", metavar="LIBRARY:MODEL")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--dtype", choices=["float16", "float32"], default="float32")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument(
        "--random-weights", action="store_true",
        help="of the image encoder and of open_clip, to try the script without a download")
    options = parser.parse_args(arguments)
    if options.captions and not options.text_encoder:
        parser.error("--captions needs --text-encoder")
    partial = options.output.with_name(f".{options.output.name}.partial")
    try:
        with h5py.File(partial, "w") as file:
            write(file, options)
        os.replace(partial, options.output)
    finally:
        partial.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
