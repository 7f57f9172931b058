# SPDX-License-Identifier: Apache-2.0
"""Reads what `fit --tensorboard` writes with TensorBoard's own loader: tags, steps and values are
those of metrics.jsonl and of --json; a fit that was killed and resumed shows the same curves;
TensorBoard's server shows the same runs; a byte that is changed, and a file that is cut, are noticed.

    python Tests/TensorBoard/check.py .build/release
"""

import json
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.compat.proto import event_pb2
from tensorboard.compat.tensorflow_stub import errors
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New

TAGS = {
    "loss": "loss/total",
    "alignment_loss": "loss/alignment",
    "alignment_cross_entropy": "loss/alignment_cross_entropy",
    "reconstruction_error": "loss/reconstruction",
    "reconstruction_cross_entropy": "loss/reconstruction_cross_entropy",
    "fusion_cross_entropy": "loss/fusion_cross_entropy",
    "validation_top1": "validation/top1",
    "learning_rate": "learning_rate",
}
KEEPING_ALL = {"scalars": 0, "tensors": 0}


def single(value):
    """As the file holds it: in single precision."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def run_of(stage):
    return re.sub(r"[^a-z0-9-]+", "-", stage.lower()).strip("-")


def curves(run):
    accumulator = EventAccumulator(str(run), size_guidance=KEEPING_ALL)
    accumulator.Reload()
    tags = accumulator.Tags()["scalars"]
    return {t: [(e.step, e.value) for e in accumulator.Scalars(t)] for t in tags}


def expected(model):
    """By run and tag, the points that metrics.jsonl has."""
    runs = {}
    for line in (model / "metrics.jsonl").read_text().splitlines():
        record = json.loads(line)
        run = runs.setdefault(run_of(record["stage"]), {})
        for key, tag in TAGS.items():
            if key in record:
                run.setdefault(tag, []).append((record["step"], single(record[key])))
    return runs


def check_epochs(logs, model):
    runs = expected(model)
    folders = {path.name for path in logs.iterdir()}
    assert folders == set(runs) | {"model"}, folders
    for run, tags in runs.items():
        found = curves(logs / run)
        speed = found.pop("rows_per_second")
        assert [step for step, _ in speed] == [step for step, _ in tags["loss/total"]], run
        assert all(value > 0 for _, value in speed), run
        assert found == tags, f"{run}: {found} instead of {tags}"
    return sum(len(tags["loss/total"]) for tags in runs.values())


def as_the_server_reads(logs):
    multiplexer = EventMultiplexer(tensor_size_guidance={"scalars": 0})
    multiplexer.AddRunsFromDirectory(str(logs))
    multiplexer.Reload()
    return multiplexer


def text_of(multiplexer, tag):
    events = multiplexer.Tensors("model", tag)
    assert multiplexer.SummaryMetadata("model", tag).plugin_data.plugin_name == "text"
    assert len(events) == 1, f"{tag}: {len(events)} texts"
    return events[0].tensor_proto.string_val[0].decode()


def check_model(logs, model, summary):
    found = curves(logs / "model")
    report = summary["report"]
    wanted = {
        f"held_out_{name}/{branch['name']}": [(report["steps"], single(branch["metrics"][key]))]
        for branch in report["branches"]
        for name, key in [
            ("top1", "top1"), ("balanced_accuracy", "balanced_accuracy"), ("nll", "nll"),
            ("ece", "ece"),
        ]
    }
    assert {"held_out_top1/probe", "held_out_top1/fused"} <= set(wanted)
    assert found == wanted, f"{found} instead of {wanted}"
    multiplexer = as_the_server_reads(logs)
    text = text_of(multiplexer, "hyper-parameters")
    assert text.startswith("```json\n") and text.endswith("\n```")
    configuration = json.loads((model / "config.json").read_text())["configuration"]
    assert json.loads(text[len("```json\n"):-len("\n```")]) == configuration
    assert "MARNet" in text_of(multiplexer, "findings")


def only_file(run):
    (path,) = run.iterdir()
    return path


def check_framing(logs):
    path = only_file(logs / "joint-network-final-fit")
    events = [event_pb2.Event.FromString(data) for data in RawEventFileLoader(str(path)).Load()]
    assert events[0].file_version == "brain.Event:2"
    assert events[1].session_log.status == event_pb2.SessionLog.START
    times = [event.wall_time for event in events]
    assert times == sorted(times) and abs(times[-1] - time.time()) < 600


def read_all(path):
    reader = PyRecordReader_New(str(path))
    count = 0
    while True:
        try:
            reader.GetNext()
        except errors.OutOfRangeError:
            return count
        count += 1


def check_damage(logs, folder):
    """The reader can fail: any byte that is changed, and any cut within a record, is noticed."""
    whole = only_file(logs / "joint-network-final-fit").read_bytes()
    copy = folder / "events.out.tfevents.1.damaged"
    copy.write_bytes(whole)
    count = read_all(copy)
    noticed = 0
    for at in [0, 9, 15, len(whole) // 2, len(whole) - 2]:
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        try:
            read_all(copy)
        except errors.DataLossError:
            noticed += 1
    assert noticed == 5, f"{noticed} of 5 changes were noticed"
    copy.write_bytes(whole[:-3])
    try:
        read_all(copy)
    except errors.DataLossError:
        return count
    raise AssertionError("a cut was not noticed")


def check_resumed(tool, folder):
    """Killed without a word, so that the log is ahead of the checkpoint; then resumed."""
    options = [
        "--epochs", "40", "--set", "training.batch_size=16", "--set", "alignment.dimension=32",
        "--set", "reconstruction.hidden_width=32", "--checkpoint-every", "5", "--threads", "1",
    ]
    logs = folder / "resumed"
    command = [tool, "fit", "f.h5", "--output", "r.marnet", "--tensorboard", str(logs)]
    for moment, more in [("held-out test: epoch 18/", options), ("final fit: epoch 8/", None)]:
        words = command + (more or ["--checkpoint-every", "5"])
        if more is None:
            words = [w if w != "--output" else "--resume" for w in words]
        process = subprocess.Popen(words, cwd=folder, stderr=subprocess.PIPE, text=True,
                                   stdout=subprocess.DEVNULL)
        for line in process.stderr:
            if moment in line:
                break
        process.send_signal(signal.SIGKILL)
        process.communicate()
    resuming = [w if w != "--output" else "--resume" for w in command]
    subprocess.run(resuming, cwd=folder, check=True, capture_output=True)
    files = len(list((logs / "joint-network-held-out-test").iterdir()))
    assert files == 2, f"{files} files of the first network"
    check_epochs(logs, folder / "r.marnet")
    assert len(list((logs / "model").iterdir())) == 3
    # TensorBoard's server drops what a resumed fit replaces in its own way.
    multiplexer = as_the_server_reads(logs)
    text_of(multiplexer, "hyper-parameters")
    for run, tags in expected(folder / "r.marnet").items():
        for tag, points in tags.items():
            found = [(e.step, e.tensor_proto.float_val[0]) for e in multiplexer.Tensors(run, tag)]
            assert found == points, f"{run}, {tag}"
    return logs


def check_server(python, logs, model):
    """TensorBoard itself, with its fast reader, shows the runs and their points."""
    process = subprocess.Popen(
        [str(Path(python).parent / "tensorboard"), "--logdir", str(logs), "--port", "0",
         "--samples_per_plugin", "scalars=1000"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        address = None
        for line in process.stderr:
            if match := re.search(r"http://localhost:\d+/", line):
                address = match.group(0)
                break
        assert address, "TensorBoard did not start"

        def get(path):
            with urllib.request.urlopen(address + path, timeout=10) as answer:
                return json.load(answer)

        wanted = expected(model)
        for _ in range(100):
            tags = get("data/plugin/scalars/tags")
            if set(tags) == set(wanted) | {"model"}:
                break
            time.sleep(0.1)
        for run, points in wanted.items():
            assert set(tags[run]) == set(points) | {"rows_per_second"}, run
            shown = get(f"data/plugin/scalars/scalars?run={run}&tag=loss/total")
            assert [(step, single(value)) for _, step, value in shown] == points["loss/total"], run
        assert set(get("data/plugin/text/tags")["model"]) == {"hyper-parameters", "findings"}
    finally:
        process.terminate()
        process.wait(timeout=20)


def main(build):
    tool = str(Path(build).resolve() / "marnet-plugin")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def run(*words):
            return subprocess.run([tool, *words], cwd=folder, check=True, capture_output=True,
                                  text=True).stdout

        run("synthesize", "f.h5", "--rows", "1200", "--classes", "4", "--visual-width", "24",
            "--text-width", "8")
        for preset in ["plugin", "paper"]:
            logs, model = folder / f"logs/{preset}", folder / f"{preset}.marnet"
            summary = json.loads(run(
                "fit", "f.h5", "--output", model.name, "--preset", preset, "--epochs", "3",
                "--image-only-control", "--tensorboard", f"logs/{preset}", "--json"))
            epochs = check_epochs(logs, model)
            check_model(logs, model, summary)
            print(f"{preset}: {epochs} epochs of {len(list(logs.iterdir())) - 1} networks")
        check_framing(folder / "logs/plugin")
        print(f"damage is noticed in a file of {check_damage(folder / 'logs/plugin', folder)} records")
        logs = check_resumed(tool, folder)
        print("killed twice and resumed: the curves of a fit that was not")
        check_server(sys.executable, logs, folder / "r.marnet")
        print("TensorBoard shows the same")


main(sys.argv[1])
