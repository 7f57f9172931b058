#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One training step of alignment and denoiser in PyTorch on the CPU, for MARNetBench train.

    python3 Tests/Performance/torch_step.py
    python3 Tests/Performance/torch_step.py --mode compile --bfloat16

A step draws a batch from tensors in memory with index_select, noises the text rows, and takes
the gradient of symmetric InfoNCE between the projected modalities + cross-entropy of a
classifier on the visual side + mean squared error of the denoiser; fused AdamW follows. With
--bfloat16 the products run under autocast, parameters and optimizer stay in float32. Prints
one JSON line. Needs torch and numpy; --mode compile also a C++ compiler.
"""
import argparse
import math
import time

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import workload


def make_denoiser() -> nn.Sequential:
    """The four linear layers on [x_t | e_t | x_v], SiLU between them."""
    layers: list[nn.Module] = []
    for inputs, outputs in zip(workload.DENOISER_WIDTHS, workload.DENOISER_WIDTHS[1:]):
        layers += [nn.Linear(inputs, outputs), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


class PairLoss(nn.Module):
    """Alignment and denoiser on one batch; the result is the sum of their losses."""

    def __init__(self) -> None:
        super().__init__()
        self.visual = nn.Linear(workload.VISUAL, workload.ALIGNED)
        self.text = nn.Linear(workload.TEXT, workload.ALIGNED)
        self.classifier = nn.Linear(workload.ALIGNED, workload.CLASSES)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(workload.TEMPERATURE)))
        self.denoiser = make_denoiser()
        clean, noise = (torch.from_numpy(table) for table in workload.noising())
        self.register_buffer("clean_factor", clean[:, None])
        self.register_buffer("noise_factor", noise[:, None])
        self.register_buffer(
            "time", torch.from_numpy(workload.time_embedding(len(clean))))

    def forward(
        self, visual: Tensor, text: Tensor, labels: Tensor, step: Tensor, noise: Tensor
    ) -> Tensor:
        aligned = F.leaky_relu(self.visual(visual), workload.SLOPE)
        partner = F.leaky_relu(self.text(text), workload.SLOPE)
        similarity = F.normalize(aligned) @ F.normalize(partner).mT * self.log_scale.exp()
        own = torch.arange(len(visual))
        contrast = F.cross_entropy(similarity, own) + F.cross_entropy(similarity.mT, own)
        classification = F.cross_entropy(self.classifier(aligned), labels)
        noised = self.clean_factor[step] * text + self.noise_factor[step] * noise
        predicted = self.denoiser(torch.cat((noised, self.time[step], visual), dim=1))
        return contrast / 2 + classification + F.mse_loss(predicted, noise)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    workload.add_step_options(parser)
    parser.add_argument("--mode", choices=("eager", "compile"), default="eager")
    parser.add_argument("--bfloat16", action="store_true", help="products under autocast")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    visual = torch.randn(options.rows, workload.VISUAL)
    text = torch.randn(options.rows, workload.TEXT)
    labels = torch.randint(workload.CLASSES, (options.rows,))
    model = PairLoss()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=workload.RATE, weight_decay=workload.DECAY, fused=True)
    loss_of = torch.compile(model) if options.mode == "compile" else model

    def update(rows: Tensor) -> float:
        batch = [table.index_select(0, rows) for table in (visual, text, labels)]
        step = torch.randint(len(model.time), (len(rows),))
        noise = torch.randn(len(rows), workload.TEXT)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
            loss = loss_of(*batch, step, noise)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    seconds = []
    for rows in workload.batches(options.rows, options.batch, options.warm_up + options.steps):
        rows = torch.from_numpy(rows)
        start = time.perf_counter()
        loss = update(rows)
        seconds.append(time.perf_counter() - start)
    workload.print_step_report(
        seconds[options.warm_up:], implementation=f"torch {options.mode}",
        version=torch.__version__, precision="bfloat16" if options.bfloat16 else "float32",
        batch=options.batch, threads=options.threads, loss=round(loss, 4))


if __name__ == "__main__":
    main()
