# SPDX-License-Identifier: Apache-2.0
"""MARNet as a scikit-learn classifier."""
import pathlib
import tempfile

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ._model import Model


class MARNetClassifier(ClassifierMixin, TransformerMixin, BaseEstimator):
    """Classifies images by frozen features; text takes part in `fit` only.

    Parameters
    ----------
    preset : {"plugin", "paper"}
        Starting point of the hyper-parameters.
    epochs : int, optional
        Passes over the rows; by size when None.
    seed : int
        Of every random number: equal arguments give equal models.
    alignment : {"ita", "swd", "ssan", "cdd", "sdm"}, optional
        Alignment loss, by default the preset's.
    unlabelled : object, optional
        The value of `y` that marks rows without a label, such as -1 or "". They take part through
        their text. None: every row is labelled.
    features : {"aligned", "reconstructed"}
        What `transform` gives: x_EMA, or x_CDR, the text feature as told from the image.
    configuration : dict, optional
        Other hyper-parameters, as in the `config.json` of a model, over the preset.
    threads : int, optional
        All processors when None; changes no bit of the result.
    progress : callable, optional
        Called with a `marnet_plugin.Progress` while it fits; what it raises stops the fit.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    model_ : marnet_plugin.Model
    report_ : dict
        What the fit found on held-out rows: above all what text was worth.
    """

    def __init__(self, *, preset="plugin", epochs=None, seed=0, alignment=None, unlabelled=None,
                 features="aligned", configuration=None, threads=None, progress=None):
        self.preset = preset
        self.epochs = epochs
        self.seed = seed
        self.alignment = alignment
        self.unlabelled = unlabelled
        self.features = features
        self.configuration = configuration
        self.threads = threads
        self.progress = progress

    def fit(self, X, y, X_text=None, has_text=None):
        """Fits on visual features X `[N, Dv]`, labels y `[N]` and text features X_text `[N, Ds]`.

        has_text: `[N]` of bool, which rows have text; all when None.
        """
        X, y = validate_data(self, X, y, dtype=[np.float32, np.float16], skip_check_array=False)
        if X_text is None:
            raise ValueError(
                "X_text is missing. MARNet learns from text at training time: pass the text "
                "features of the rows, or use a classifier of images such as LogisticRegression.")
        check_classification_targets(y)
        is_labelled = np.ones(len(y), bool) if self.unlabelled is None else y != self.unlabelled
        self.classes_, indices = np.unique(y[is_labelled], return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y holds {len(self.classes_)} class; a classifier needs 2 classes or more.")
        labels = np.full(len(y), -1, np.int32)
        labels[is_labelled] = indices
        options = {} if self.threads is None else {"threads": self.threads}
        self.model_ = Model.fit(
            X, labels, [str(name) for name in self.classes_], X_text, has_text,
            self._hyperparameters(), progress=self.progress, **options)
        self.report_ = self.model_.description["report"]
        return self

    def predict_proba(self, X):
        """Probabilities `[N, C]`, columns as in `classes_`."""
        return self._score(X).probabilities.astype(np.float64)

    def predict(self, X):
        """The most probable class of each row."""
        predictions = self._score(X).predictions
        return self.classes_[predictions]

    def transform(self, X):
        """x_EMA `[N, d]` or x_CDR `[N, Ds]`, as `features` says."""
        if self.features not in ("aligned", "reconstructed"):
            raise ValueError(
                f"features is {self.features!r} but must be 'aligned' or 'reconstructed'.")
        aligned = self.features == "aligned"
        scores = self._score(X, embedding=aligned, reconstruction=not aligned)
        return scores.embedding if aligned else scores.reconstruction

    def save(self, directory, overwrite=False):
        """Writes a model directory, for the command and for every other door."""
        check_is_fitted(self)
        self.model_.save(directory, overwrite)

    @classmethod
    def load(cls, directory):
        """A fitted classifier from a model directory; its classes are the names there."""
        self = cls()
        self._take(Model.load(directory))
        self.classes_ = np.array(self.model_.class_names)
        self.n_features_in_ = self.model_.visual_width
        return self

    def _take(self, model):
        self.model_ = model
        self.report_ = model.description["report"]

    def _hyperparameters(self):
        result = {**(self.configuration or {}), "preset": self.preset, "seed": int(self.seed)}
        if self.epochs is not None:
            result["training"] = {**result.get("training", {}), "epochs": int(self.epochs)}
        if self.alignment is not None:
            result["alignment"] = {**result.get("alignment", {}), "method": self.alignment}
        return result

    def _score(self, X, **wanted):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float32, np.float16], reset=False)
        options = {} if self.threads is None else {"threads": self.threads}
        return self.model_.score(X, **wanted, **options)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # What is computed is float32, whatever comes in.
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def __getstate__(self):
        state = dict(super().__getstate__())
        model = state.pop("model_", None)
        if model is not None:
            with tempfile.TemporaryDirectory() as folder:
                place = pathlib.Path(folder) / "model"
                model.save(place)
                state["_files"] = {file.name: file.read_bytes() for file in place.iterdir()}
        return state

    def __setstate__(self, state):
        state = dict(state)
        files = state.pop("_files", None)
        super().__setstate__(state)
        if files is not None:
            with tempfile.TemporaryDirectory() as folder:
                for name, content in files.items():
                    (pathlib.Path(folder) / name).write_bytes(content)
                self.model_ = Model.load(folder)
