#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reverse diffusion process in PyTorch on the CPU, for MARNetBench sample.

    python3 Tests/Performance/torch_sample.py --hoist
    python3 Tests/Performance/torch_sample.py --hoist --bfloat16

Draws text features for --rows rows of visual features by every step of DDPM, in eager mode with
random weights. --hoist computes what the first layer makes of the visual features once a row
and of the time embedding once a step instead of for every row of every step. Prints one JSON
line. Needs torch and numpy.
"""
import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import workload
from torch_step import make_denoiser

NoiseEstimate = Callable[[Tensor, int], Tensor]


class WholeDenoiser:
    """The denoiser as it stands."""

    def __init__(self, denoiser: nn.Sequential) -> None:
        self.denoiser = denoiser

    def condition(self, visual: Tensor, embedding: Tensor) -> NoiseEstimate:
        """What estimates the noise of rows x at a step, given their visual features."""

        def estimate(x: Tensor, step: int) -> Tensor:
            time_part = embedding[step].expand(len(x), -1)
            return self.denoiser(torch.cat((x, time_part, visual), dim=1))

        return estimate


class HoistedDenoiser:
    """The denoiser with its first layer in three parts, two of them computed only once."""

    def __init__(self, denoiser: nn.Sequential) -> None:
        widths = (workload.TEXT, workload.TIME, workload.VISUAL)
        parts = [
            nn.Parameter(part.detach().contiguous())
            for part in denoiser[0].weight.split(widths, dim=1)
        ]
        self.of_x, self.of_time, self.of_visual = parts
        self.bias = denoiser[0].bias
        self.rest = denoiser[1:]

    def condition(self, visual: Tensor, embedding: Tensor) -> NoiseEstimate:
        constant = F.linear(visual, self.of_visual, self.bias)
        of_step = F.linear(embedding, self.of_time)

        def estimate(x: Tensor, step: int) -> Tensor:
            return self.rest(F.linear(x, self.of_x) + (constant + of_step[step]))

        return estimate


def draw(estimate: NoiseEstimate, rows: int, steps: int) -> Tensor:
    """Rows of x_0 from N(0, 1) by all steps, from the last one down."""
    beta = workload.betas(steps, 0.2)
    kept = np.cumprod(1 - beta)
    before = np.append(1, kept[:-1])
    noise_factor = beta / np.sqrt(1 - kept)
    deviation = np.sqrt(beta * (1 - before) / (1 - kept))
    x = torch.randn(rows, workload.TEXT)
    for step in reversed(range(steps)):
        mean = x - float(noise_factor[step]) * estimate(x, step)
        x = mean / float(np.sqrt(1 - beta[step]))
        if step > 0:
            x = x + float(deviation[step]) * torch.randn_like(x)
    return x


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_024, help="rows of a timed repetition")
    parser.add_argument("--steps", type=int, default=50, help="diffusion steps")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5, help="timed repetitions")
    parser.add_argument(
        "--hoist", action="store_true", help="constant parts of the first layer only once")
    parser.add_argument("--bfloat16", action="store_true", help="products under autocast")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    denoiser = make_denoiser()
    visual = torch.randn(options.rows, workload.VISUAL)
    embedding = torch.from_numpy(workload.time_embedding(options.steps))
    conditioned = (HoistedDenoiser if options.hoist else WholeDenoiser)(denoiser)
    seconds = []
    # Parameters are made outside: autocast converts those only once.
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16)
    with torch.inference_mode(), autocast:
        # The first one warms caches and pages.
        for _ in range(1 + options.repeats):
            start = time.perf_counter()
            draw(conditioned.condition(visual, embedding), options.rows, options.steps)
            seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds[1:])
    print(json.dumps({
        "implementation": "torch eager, hoisted" if options.hoist else "torch eager",
        "version": torch.__version__,
        "precision": "bfloat16" if options.bfloat16 else "float32",
        "rows": options.rows, "steps": options.steps, "threads": options.threads,
        "rows_per_s": round(options.rows / median, 1),
        "step_ms_median": round(1e3 * median / options.steps, 3),
    }))


if __name__ == "__main__":
    main()
