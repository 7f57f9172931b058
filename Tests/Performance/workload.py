# SPDX-License-Identifier: Apache-2.0
"""What torch_step.py, torch_sample.py and jax_step.py share: sizes, tables, the summary.

The sizes are the defaults of `MARNetBench train` and `MARNetBench sample`.
"""
import argparse
import json

import numpy as np

VISUAL = TEXT = 768
ALIGNED = 512
CLASSES = 172
HIDDEN = 1_024
TIME = 128
DENOISER_INPUT = TEXT + TIME + VISUAL
DENOISER_WIDTHS = (DENOISER_INPUT, HIDDEN, HIDDEN, HIDDEN, TEXT)
SLOPE = 0.01
TEMPERATURE = 0.07
RATE, DECAY = 1e-3, 1e-2


def betas(steps: int, last: float) -> np.ndarray:
    """Variances of the noise added by each of `steps` diffusion steps, rising linearly."""
    return np.linspace(1e-4, last, steps)


def time_embedding(steps: int) -> np.ndarray:
    """Sines and cosines of every step, float32 [steps, TIME]."""
    frequencies = 10_000.0 ** (-np.arange(TIME // 2) / (TIME // 2))
    angles = np.outer(np.arange(steps), frequencies)
    return np.hstack([np.sin(angles), np.cos(angles)]).astype(np.float32)


def noising(steps: int = 1_000) -> tuple[np.ndarray, np.ndarray]:
    """Factors of the clean row and of the noise at every step, float32 [steps] each."""
    kept = np.cumprod(1 - betas(steps, 0.02))
    return np.sqrt(kept).astype(np.float32), np.sqrt(1 - kept).astype(np.float32)


def add_step_options(parser: argparse.ArgumentParser) -> None:
    """The options of a timed training step."""
    parser.add_argument("--batch", type=int, default=512, help="rows of a batch")
    parser.add_argument(
        "--rows", type=int, default=66_071, help="rows in memory that batches are drawn from")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=60, help="timed steps")
    parser.add_argument("--warm-up", type=int, default=10, help="steps before the clock starts")


def batches(rows: int, batch: int, count: int) -> list[np.ndarray]:
    """Row numbers of `count` batches: shuffled rows in turn, from the start when they end."""
    order = np.random.default_rng(0).permutation(rows)
    whole = rows // batch
    return [order[k % whole * batch:(k % whole + 1) * batch] for k in range(count)]


def print_step_report(seconds: list[float], **facts: object) -> None:
    """Prints one JSON line: the facts, then median, tenth percentile and minimum in ms."""
    milliseconds = sorted(1e3 * value for value in seconds)
    count = len(milliseconds)
    figures = {
        "step_ms_median": milliseconds[count // 2],
        "step_ms_p10": milliseconds[count // 10],
        "step_ms_min": milliseconds[0],
    }
    print(json.dumps({**facts, **{name: round(value, 3) for name, value in figures.items()}}))
