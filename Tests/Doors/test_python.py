# SPDX-License-Identifier: Apache-2.0
"""The Python package, on the shared library that MARNET_LIBRARY names.

    python3 -m unittest discover -s Tests/Doors
"""
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

import marnet_plugin
from marnet_plugin import MARNetClassifier, Model

QUICK = {"training": {"minimum_steps": 250, "maximum_steps": 250, "batch_size": 64},
         "alignment": {"dimension": 32}, "reconstruction": {"hidden_width": 32},
         "validation": {"fallback": False}}
CLASSES = np.array(["apple", "leek", "plum", "swede"])


def pairs(rows=600, width=24, words=8, seed=0):
    draw = np.random.default_rng(seed)
    y = draw.integers(0, len(CLASSES), rows)
    centres = np.random.default_rng(9)
    image, text = centres.normal(size=(4, width)), centres.normal(size=(4, words))
    X = (0.7 * image[y] + draw.normal(size=(rows, width))).astype(np.float32)
    return X, CLASSES[y], (text[y] + 0.5 * draw.normal(size=(rows, words))).astype(np.float32)


class WithText(MARNetClassifier):
    """scikit-learn's checks pass no text: here it tells the class, with noise."""

    def fit(self, X, y):
        y_ = np.asarray(y)
        text = np.zeros((len(y_) if y_.ndim else 1, 2))
        y_ = y_.ravel() if y_.ndim == 2 and y_.shape[1] == 1 else y_
        if y_.ndim == 1 and y_.dtype.kind in "iufUO" and not (y_ == None).any():  # noqa: E711
            classes, index = np.unique(y_, return_inverse=True)
            text = np.eye(len(classes))[index]
            text += 0.1 * np.random.default_rng(0).normal(size=text.shape)
        return super().fit(X, y, X_text=text)


class ClassifierTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.X, cls.y, cls.text = pairs()
        cls.fitted = MARNetClassifier(seed=1, configuration=QUICK).fit(cls.X, cls.y, X_text=cls.text)

    def test_predicts(self):
        X, y, _ = pairs(seed=1)
        self.assertGreater(self.fitted.score(X, y), 0.8)
        probabilities = self.fitted.predict_proba(X)
        self.assertEqual(probabilities.shape, (600, 4))
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
        np.testing.assert_array_equal(
            self.fitted.classes_[probabilities.argmax(axis=1)], self.fitted.predict(X))
        self.assertIn("branches", self.fitted.report_)

    def test_equal_arguments_give_equal_models(self):
        again = MARNetClassifier(seed=1, configuration=QUICK, threads=1).fit(
            self.X, self.y, X_text=self.text)
        np.testing.assert_array_equal(
            again.predict_proba(self.X), self.fitted.predict_proba(self.X))
        other = clone(again).set_params(seed=2).fit(self.X, self.y, X_text=self.text)
        self.assertTrue((other.predict_proba(self.X) != again.predict_proba(self.X)).any())

    def test_transforms(self):
        self.assertEqual(self.fitted.transform(self.X).shape, (600, 32))
        told = clone(self.fitted).set_params(features="reconstructed").fit(
            self.X, self.y, X_text=self.text)
        self.assertEqual(told.transform(self.X).shape, (600, 8))
        with self.assertRaisesRegex(ValueError, "'aligned' or 'reconstructed'"):
            told.set_params(features="both").transform(self.X)

    def test_unlabelled_rows(self):
        y = self.y.copy()
        y[::2] = ""
        few = MARNetClassifier(unlabelled="", configuration=QUICK).fit(
            self.X, y, X_text=self.text)
        self.assertEqual(list(few.classes_), list(CLASSES))
        self.assertEqual(few.report_["labelled_rows"], 300)
        has_text = np.arange(600) % 3 > 0
        some = MARNetClassifier(configuration=QUICK).fit(
            self.X, self.y, X_text=self.text, has_text=has_text)
        self.assertEqual(some.report_["rows_with_text"], 400)

    def test_pickles_and_directories(self):
        copy = pickle.loads(pickle.dumps(self.fitted))
        np.testing.assert_array_equal(
            copy.predict_proba(self.X), self.fitted.predict_proba(self.X))
        self.assertEqual(copy.get_params()["seed"], 1)
        pickle.loads(pickle.dumps(MARNetClassifier()))
        with tempfile.TemporaryDirectory() as folder:
            self.fitted.save(folder + "/m")
            with self.assertRaisesRegex(marnet_plugin.CannotWrite, "already exists"):
                self.fitted.save(folder + "/m")
            self.fitted.save(folder + "/m", overwrite=True)
            read = MARNetClassifier.load(folder + "/m")
        np.testing.assert_array_equal(read.predict(self.X), self.fitted.predict(self.X))

    def test_pipelines_and_cross_validation(self):
        pipeline = make_pipeline(FunctionTransformer(np.abs), MARNetClassifier(configuration=QUICK))
        pipeline.fit(self.X, self.y, marnetclassifier__X_text=self.text)
        self.assertEqual(len(pipeline.predict(self.X[:7])), 7)
        scores = cross_val_score(MARNetClassifier(configuration=QUICK), self.X, self.y, cv=3,
                                 params={"X_text": self.text})
        self.assertTrue((scores > 0.6).all())

    def test_refusals(self):
        with self.assertRaises(NotFittedError):
            MARNetClassifier().predict(self.X)
        with self.assertRaisesRegex(ValueError, "X_text is missing"):
            MARNetClassifier().fit(self.X, self.y)
        with self.assertRaisesRegex(marnet_plugin.ConfigurationError, "training.epoks"):
            MARNetClassifier(configuration={"training": {"epoks": 1}}).fit(
                self.X, self.y, X_text=self.text)
        with self.assertRaisesRegex(ValueError, "text"):
            MARNetClassifier().fit(self.X, self.y, X_text=self.text[:5])

    def test_scikit_learns_own_checks(self):
        configuration = {"training": {"minimum_steps": 300, "maximum_steps": 300, "batch_size": 64},
                         "alignment": {"dimension": 64}, "reconstruction": {"hidden_width": 64}}
        results = check_estimator(WithText(configuration=configuration), on_skip=None, on_fail=None)
        failed = [f"{one['check_name']}: {one['exception']!r}" for one in results
                  if one["status"] not in ("passed", "skipped")]
        self.assertEqual(failed, [])
        skipped = [one["check_name"] for one in results if one["status"] == "skipped"]
        # Needs SciPy's experimental array API switched on.
        self.assertEqual(skipped, ["check_array_api_input"])


class ModelTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.X, y, text = pairs()
        _, labels = np.unique(y, return_inverse=True)
        cls.labels, cls.text = labels, text
        cls.model = Model.fit(cls.X, labels, list(CLASSES), text, configuration=QUICK)
        cls.expected = cls.model.score(cls.X).probabilities

    def test_any_array_gives_the_same_bits(self):
        wide = np.zeros((600, 48), np.float32)
        wide[:, ::2] = self.X
        unaligned = np.zeros(600 * 24 * 4 + 1, np.uint8)[1:].view(np.float32).reshape(600, 24)
        unaligned[:] = self.X
        arrays = {
            "by columns": np.asfortranarray(self.X), "double": self.X.astype(np.float64),
            "list": self.X.tolist(), "every other column": wide[:, ::2],
            "some columns": np.hstack([self.X, self.X])[:, :24],
            "backwards twice": self.X[::-1][::-1], "big-endian": self.X.astype(">f4"),
            "not aligned": unaligned, "read only": np.frombuffer(self.X.tobytes(), np.float32)
            .reshape(600, 24),
        }
        for name, array in arrays.items():
            with self.subTest(name):
                np.testing.assert_array_equal(
                    self.model.score(array).probabilities, self.expected)
        np.testing.assert_array_equal(
            self.model.score(self.X[::-3]).probabilities, self.expected[::-3])
        half = self.X.astype(np.float16)
        np.testing.assert_array_equal(
            self.model.score(half).probabilities,
            self.model.score(half.astype(np.float32)).probabilities)
        self.assertEqual(self.model.score(self.X[:0]).probabilities.shape, (0, 4))

    def test_errors_have_the_librarys_words(self):
        cases = [
            (marnet_plugin.DataError, "5 columns", lambda: self.model.score(self.X[:, :5])),
            (marnet_plugin.BadArgument, "'drawn' is not known", lambda: self.model.score(
                self.X, drawn=1)),
            (marnet_plugin.NotFound, "no such model", lambda: Model.load("none")),
            (marnet_plugin.NotFound, "none.h5", lambda: Model.fit_file("none.h5")),
            (ValueError, "2-dimensional", lambda: self.model.score(self.X[0])),
            (ValueError, "has shape", lambda: Model.fit(
                self.X, self.labels[:9], list(CLASSES), self.text)),
        ]
        for kind, words, call in cases:
            with self.subTest(words), self.assertRaisesRegex(kind, words):
                call()
        broken = self.X.copy()
        broken[31, 2] = np.inf
        with self.assertRaisesRegex(marnet_plugin.DataError, "row 31 is not finite in column 2"):
            self.model.score(broken)

    def test_a_callback_that_raises_stops_the_fit(self):
        class Enough(Exception):
            pass

        def told(progress):
            if progress.epoch == 2:
                raise Enough(progress.stage)

        with self.assertRaises(Enough):
            Model.fit(self.X, self.labels, list(CLASSES), self.text, progress=told)

    def test_the_interpreter_goes_on_meanwhile(self):
        big = np.repeat(self.X, 60, axis=0)
        counted = [0]
        done = threading.Event()

        def count():
            while not done.is_set():
                counted[0] += 1
                time.sleep(0.0005)

        counter = threading.Thread(target=count)
        counter.start()
        start = time.monotonic()
        self.model.score(big, draws=16, threads=1)
        seconds = time.monotonic() - start
        done.set()
        counter.join()
        self.assertGreater(counted[0], 3, f"in {seconds:.2f} s")

    def test_threads_share_a_model(self):
        found = [None] * 8

        def score(index):
            found[index] = self.model.score(self.X, threads=1).probabilities

        threads = [threading.Thread(target=score, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for probabilities in found:
            np.testing.assert_array_equal(probabilities, self.expected)

    def test_interrupting_a_fit(self):
        program = (
            "import signal\nimport numpy as np\nfrom marnet_plugin import Model\n"
            # Whoever runs this in the background has it ignore Ctrl-C.
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "X = np.random.default_rng(0).normal(size=(3000, 64)).astype(np.float32)\n"
            "print('begin', flush=True)\n"
            "try:\n"
            "    Model.fit(X, np.arange(3000) % 5, list('abcde'), X[:, :9],\n"
            "              configuration={'training': {'epochs': 100000}})\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted', flush=True)\n")
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.kill)
        self.assertEqual(child.stdout.readline(), "begin\n")
        time.sleep(1)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.communicate(timeout=60)[0], "interrupted\n")
        self.assertEqual(child.returncode, 0)

    def test_without_the_library(self):
        environment = {**os.environ, "MARNET_LIBRARY": "/none/libMARNetC.so"}
        child = subprocess.run(
            [sys.executable, "-c", "import marnet_plugin; marnet_plugin.library_version()"],
            env=environment, capture_output=True, text=True, cwd=tempfile.gettempdir())
        self.assertIn("ImportError: the shared library of MARNet is missing", child.stderr)

    def test_fits_a_file(self):
        path = os.environ.get("MARNET_FEATURES")
        if path is None:
            self.skipTest("MARNET_FEATURES names no file")
        stages = set()
        model = Model.fit_file(pathlib.Path(path), QUICK, threads=2,
                               progress=lambda progress: stages.add(progress.stage))
        self.assertIn("joint network, final fit", stages)
        self.assertEqual(model.description["format"], "marnet-plugin")


if __name__ == "__main__":
    unittest.main()
