#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exports models of every kind and compares the graphs with `marnet-plugin score`.

    python check.py BUILD_FOLDER

BUILD_FOLDER holds marnet-plugin and ScoringNoise. Each graph must pass onnx.checker, and run by
onnxruntime on batches of 1, 7 and 300 rows it must give the probabilities of
`score --precision float32` to 1e-5, with the noise that `score` draws for those rows.
Needs the packages of requirements.txt.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-5
BATCHES = (1, 7, 300)
QUICK = """training.minimum_steps=60 training.maximum_steps=60 training.minimum_epochs=1
training.fusion_steps=40 training.batch_size=64 training.learning_rate=0.01 alignment.dimension=16
reconstruction.hidden_width=16 sampling.draws=2 validation.fallback=false""".split()
#: Fallback to the probe: a network that learned nothing.
UNTRAINED = ["validation.fallback=true", "training.learning_rate=1e-9"]
PAPER = ["--preset", "paper"]


def cases():
    """Name, options of fit, settings, and the options of each export."""
    features = ["--embedding", "--reconstruction"]
    yield "plugin", [], [], [[], ["--draws", "1"], ["--draws", "4", *features]]
    yield "no-skip", [], ["reconstruction.has_skip=false"], [[]]
    yield "calibrated", [], ["validation.calibrate=true", "training.learning_rate=0.003"], [[]]
    yield "wide-time", [], ["reconstruction.time_embedding_width=7", "alignment.leaky_slope=0.3"], [[]]
    yield "fallback", [], UNTRAINED, [[], ["--heads", "probe"], features, ["--embedding"]]
    overfitted = [*UNTRAINED, "probe.grid=[100]", "validation.calibrate=true"]
    yield "fallback-calibrated", [], overfitted, [[], ["--heads", "probe"], features]
    samplers = [["--sampler", name] for name in ("one-step", "ddpm")]
    samplers += [["--sampler", "ddim", "--steps", "1"], ["--sampler", "ddim", "--steps", "50"]]
    yield "paper", PAPER, [], [[], ["--draws", "1"], ["--draws", "4"], *samplers, features]
    yield "paper-stochastic", PAPER, ["sampling.eta=0.5"], [[]]
    yield "paper-skip", PAPER, ["reconstruction.has_skip=true", "reconstruction.schedule=linear"], [[]]
    yield "paper-average", PAPER, ["fusion.prediction=average-of-heads"], [[]]
    yield "paper-calibrated", PAPER, ["validation.calibrate=true", "training.learning_rate=0.001"], [[]]
    for operator in ("addition", "multiplication", "sum", "harmonic"):
        for mode in ("representation", "logit"):
            name = f"fusion.fusion_operator={operator}"
            yield f"{operator}-{mode}", PAPER, [name, f"fusion.mode={mode}"], [[]]


class Bench:
    """A folder in which the tools of a build run."""

    def __init__(self, build, folder):
        self.build, self.folder = pathlib.Path(build).resolve(), pathlib.Path(folder)

    def run(self, tool, *arguments):
        command = [str(self.build / tool), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stderr}")

    def fit(self, name, options, settings):
        flags = [word for setting in [*QUICK, *settings] for word in ("--set", setting)]
        self.run("marnet-plugin", "fit", "features.h5", "--output", f"{name}.marnet", *options, *flags)

    def description(self, name):
        """What config.json of a model says."""
        return json.loads((self.folder / f"{name}.marnet" / "config.json").read_text())

    def scores(self, name, options):
        self.run("marnet-plugin", "score", "features.h5", "--overwrite",
                 "--model", f"{name}.marnet", "--output",
                 "scores.h5", "--precision", "float32", *options)
        with h5py.File(self.folder / "scores.h5") as file:
            return {key: file[key][:] for key in file if key != "class_names"}

    def noise(self, name, options):
        named = dict(zip(options, [*options[1:], None]))
        words = [named.get(key, "-") for key in ("--sampler", "--steps", "--draws")]
        self.run("ScoringNoise", f"{name}.marnet", "features.h5", "noise.safetensors", *words)
        return load_file(self.folder / "noise.safetensors")["noise"]

    def graph(self, name, options):
        """The checked graph, loaded."""
        self.run("marnet-plugin", "export", "--model", f"{name}.marnet", "--output", "graph.onnx",
                 "--overwrite", *options)
        path = str(self.folder / "graph.onnx")
        onnx.checker.check_model(path, full_check=True)
        model = onnx.load(path)
        assert model.ir_version == 8 and [o.version for o in model.opset_import] == [17]
        assert {node.domain for node in model.graph.node} == {""}
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        assert json.loads(metadata["class_names"]) == [f"class_{c}" for c in range(4)]
        quiet = onnxruntime.SessionOptions()
        quiet.log_severity_level = 3  # That noise may be given is worth a warning to onnxruntime.
        session = onnxruntime.InferenceSession(path, quiet, providers=["CPUExecutionProvider"])
        assert [value.name for value in session.get_inputs()] == ["visual"]
        assert {value.name for value in session.get_overridable_initializers()} <= {"noise"}
        return session, model, metadata


def largest(a, b):
    return float(np.abs(a - b).max())


def compare(bench, name, options, visual):
    """The largest difference of a probability from `score`, over all batches."""
    session, model, metadata = bench.graph(name, options)
    takes_noise = any(value.name == "noise" for value in model.graph.input)
    scored = bench.scores(name, [o for o in options if o not in ("--heads", "probe")])
    if "probe" in options:  # Uncalibrated, where `score` tempers.
        temperature = bench.description(name)["calibration_temperature"]
        plain = scored["probabilities"].astype(float) ** temperature
        scored["probabilities"] = plain / plain.sum(1, keepdims=True)
    noise = bench.noise(name, options) if takes_noise else None
    outputs = [value.name for value in session.get_outputs()]
    difference = 0.0
    for size in BATCHES:
        feed = {"visual": visual[:size]}
        if takes_noise:
            feed["noise"] = noise[:size]
        found = dict(zip(outputs, session.run(None, feed)))
        difference = max(difference, largest(found["probabilities"], scored["probabilities"][:size]))
        assert (found["prediction"] == found["probabilities"].argmax(1)).all()
        assert found["prediction"].dtype == np.int64
        for extra in {"embedding", "reconstruction"} & set(outputs):
            scale = np.abs(scored[extra]).max()
            assert largest(found[extra], scored[extra][:size]) < 1e-5 * scale, (name, extra)
        if takes_noise:  # Left out, it is the constant, whatever the batch.
            constant = next(t for t in model.graph.initializer if t.name == "noise")
            feed["noise"] = np.repeat(onnx.numpy_helper.to_array(constant), size, axis=0)
            given = session.run(["probabilities"], feed)[0]
            left_out = session.run(["probabilities"], {"visual": visual[:size]})[0]
            assert largest(given, left_out) < 1e-6, name
            changed = largest(given, found["probabilities"]) > 1e-7
            assert changed == (metadata["decision"] == "marnet"), "what noise changes"
    return difference


def compare_alignment(bench, name, visual):
    """`--heads alignment` beside the weights in NumPy: `score` does not print that head alone."""
    session, _, _ = bench.graph(name, ["--heads", "alignment", "--embedding"])
    products = [n for n in onnx.load(bench.folder / "graph.onnx").graph.node if n.op_type == "MatMul"]
    assert len(products) == 2
    w = {key: value.astype(float) for key, value in
         load_file(bench.folder / f"{name}.marnet" / "model.safetensors").items()}
    x = (visual - w["normalization.visual.mean"]) * w["normalization.visual.scale"]
    h = x @ w["alignment.visual.weight"].T + w["alignment.visual.bias"]
    slope = bench.description(name)["configuration"]["alignment"]["leaky_slope"]
    h = np.where(h > 0, h, slope * h)
    z = h @ w["alignment.classifier.weight"].T + w["alignment.classifier.bias"]
    expected = np.exp(z - z.max(1, keepdims=True))
    expected /= expected.sum(1, keepdims=True)
    difference = 0.0
    for size in BATCHES:
        probabilities, _, embedding = session.run(
            ["probabilities", "prediction", "embedding"], {"visual": visual[:size]})
        difference = max(difference, largest(probabilities, expected[:size]))
        assert largest(embedding, h[:size]) < 1e-5 * np.abs(h).max()
    return difference


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], folder)
        bench.run("marnet-plugin", "synthesize", "features.h5", "--rows", "400", "--test-rows", "300",
                  "--classes", "4", "--visual-width", "24", "--text-width", "8")
        with h5py.File(bench.folder / "features.h5") as file:
            visual = file["test/visual"][:].astype(np.float32)
        failures = 0

        def report(name, difference):
            nonlocal failures
            failures += not difference <= TOLERANCE
            print(f"{name:58} {difference:.1e}" + ("" if difference <= TOLERANCE else "  FAILED"),
                  flush=True)

        for name, options, settings, exports in cases():
            bench.fit(name, options, settings)
            model = bench.description(name)
            assert (model["decision"] == "probe") == name.startswith("fallback"), name
            assert (model["calibration_temperature"] != 1) == name.endswith("calibrated"), name
            for export in exports:
                report(" ".join([name, *export]), compare(bench, name, export, visual))
            if name in ("plugin", "wide-time", "paper"):
                report(f"{name} --heads alignment", compare_alignment(bench, name, visual))
        if failures:
            sys.exit(f"{failures} graphs differ from 'score' by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
