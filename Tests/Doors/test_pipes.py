# SPDX-License-Identifier: Apache-2.0
"""Rows and scores as NumPy arrays through pipes: MARNET_TOOL names the command, MARNET_LIBRARY the
shared library.

    python3 -m unittest discover -s Tests/Doors
"""
import io
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

from marnet_plugin import Model

CLASSES = ["apple", "leek", "plum", "swede"]


def saved(array, version=None, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), version=version, **options)
    return file.getvalue()


class PipeTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        draw = np.random.default_rng(3)
        labels = np.arange(300) % 4
        centres, words = draw.normal(size=(4, 24)), draw.normal(size=(4, 6))
        cls.rows = (centres[labels] + draw.normal(size=(300, 24))).astype(np.float32)
        text = (words[labels] + 0.3 * draw.normal(size=(300, 6))).astype(np.float32)
        model = Model.fit(cls.rows, labels, CLASSES, text, configuration={
            "training": {"minimum_steps": 60, "maximum_steps": 60, "batch_size": 64},
            "alignment": {"dimension": 16}, "reconstruction": {"hidden_width": 16},
            "validation": {"fallback": False}})
        cls.expected = model.score(cls.rows).probabilities
        cls.model = model
        cls.folder = tempfile.TemporaryDirectory()
        model.save(cls.folder.name + "/model")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def score(self, data, *options):
        return subprocess.run(
            [os.environ["MARNET_TOOL"], "score", "--visual", "-", "--model",
             self.folder.name + "/model", *options], input=data, capture_output=True)

    def probabilities(self, data, *options):
        done = self.score(data, "--format", "npy", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        array = np.load(io.BytesIO(done.stdout), allow_pickle=False)
        # Not only the values: the bytes that np.save writes.
        self.assertEqual(done.stdout, saved(array))
        return array

    def test_every_version_and_type(self):
        for version in [(1, 0), (2, 0), (3, 0)]:
            for kind in ["<f4", ">f4", "<f8", ">f8"]:
                with self.subTest(version=version, kind=kind):
                    np.testing.assert_array_equal(
                        self.probabilities(saved(self.rows.astype(kind), version)), self.expected)
        half = self.rows.astype(np.float16)
        expected = self.model.score(half).probabilities
        for kind in ["<f2", ">f2"]:
            np.testing.assert_array_equal(
                self.probabilities(saved(half.astype(kind))), expected)
        np.testing.assert_array_equal(
            self.probabilities(half.tobytes(), "--width", "24", "--dtype", "float16", "--rows",
                               "300"), expected)

    def test_raw_rows(self):
        np.testing.assert_array_equal(
            self.probabilities(self.rows.tobytes(), "--width", "24", "--rows", "300"),
            self.expected)

    def test_a_file(self):
        path = pathlib.Path(self.folder.name)
        np.save(path / "rows.npy", self.rows)
        done = subprocess.run(
            [os.environ["MARNET_TOOL"], "score", "--visual", path / "rows.npy", "--model",
             path / "model", "--output", path / "scores.npy"], capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        np.testing.assert_array_equal(np.load(path / "scores.npy"), self.expected)

    def test_what_numpy_writes_and_is_refused(self):
        archive = io.BytesIO()
        np.savez(archive, rows=self.rows)
        objects = io.BytesIO()
        np.save(objects, self.rows.astype(object), allow_pickle=True)
        records = np.zeros(3, dtype=[("a", "<f4"), ("größe", "<f4")])
        cases = {
            "is in Fortran order": saved(np.asfortranarray(self.rows)),
            "holds Python objects, which are never unpickled": objects.getvalue(),
            "begins as a .npz or other archive": archive.getvalue(),
            "begins as a pickle": self.rows.dumps(),
            "holds records of several fields": saved(records, (3, 0)),
            "holds values of type '<i8'": saved(self.rows.astype(np.int64)),
            "has shape [24]": saved(self.rows[0]),
            "has shape [2, 150, 24]": saved(self.rows.reshape(2, 150, 24)),
            "has a single value": saved(np.float32(1)),
            "holds no row": saved(self.rows[:0]),
            "has 12 columns but the model was fitted on 24": saved(self.rows[:, :12].copy()),
            "ended within row 299": saved(self.rows)[:-1],
            "goes on after its 300 rows": saved(self.rows) * 2,
        }
        for words, data in cases.items():
            with self.subTest(words):
                done = self.score(data)
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assertIn(words, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
