#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One training step of alignment and denoiser in JAX on the CPU, for MARNetBench train.

    python3 Tests/Performance/jax_step.py

The work of torch_step.py in float32 as one function under jax.jit: the rows of the batch, the
noise, losses, gradients and AdamW, the buffers of parameters and optimizer donated. JAX sizes
its pool of threads by the processors that the process may use, so --threads takes the others
away where the system can (Linux). Prints one JSON line. Needs jax and numpy.
"""
import argparse
import math
import os
import time

import numpy as np

import workload


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    workload.add_step_options(parser)
    parser.add_argument(
        "--generator", choices=("threefry2x32", "rbg", "unsafe_rbg"), default="threefry2x32",
        help="JAX's random number generator; rbg is cheaper than the default")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:options.threads])
    os.environ["JAX_PLATFORMS"] = "cpu"
    # Only now: JAX makes its threads when it starts.
    import jax

    jax.config.update("jax_default_prng_impl", options.generator)
    seconds, loss = time_steps(options)
    workload.print_step_report(
        seconds[options.warm_up:], implementation="jax jit", version=jax.__version__,
        precision="float32", generator=options.generator, batch=options.batch,
        threads=options.threads, loss=round(loss, 4))


def time_steps(options: argparse.Namespace) -> tuple[list[float], float]:
    """Seconds of every step, those before the clock starts too, and the last loss."""
    import jax
    import jax.numpy as jnp
    from jax.nn import leaky_relu, logsumexp, silu

    clean_factor, noise_factor = (jnp.asarray(t)[:, None] for t in workload.noising())
    embedding = jnp.asarray(workload.time_embedding(len(clean_factor)))
    random = np.random.default_rng(0)

    def layer(inputs, outputs):
        weight = random.uniform(-1, 1, (inputs, outputs)) / math.sqrt(inputs)
        return {"weight": jnp.asarray(weight, jnp.float32), "bias": jnp.zeros(outputs)}

    def linear(parameters, x):
        return x @ parameters["weight"] + parameters["bias"]

    def unit(x):
        return x / jnp.linalg.norm(x, axis=1, keepdims=True)

    def cross_entropy(logits, own):
        return (logsumexp(logits, axis=1) - own).mean()

    def loss_of(parameters, visual, text, labels, step, noise):
        aligned = leaky_relu(linear(parameters["visual"], visual), workload.SLOPE)
        partner = leaky_relu(linear(parameters["text"], text), workload.SLOPE)
        similarity = unit(aligned) @ unit(partner).T * jnp.exp(parameters["log_scale"])
        own = jnp.diagonal(similarity)
        contrast = cross_entropy(similarity, own) + cross_entropy(similarity.T, own)
        logits = linear(parameters["classifier"], aligned)
        of_label = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
        classification = cross_entropy(logits, of_label)
        noised = clean_factor[step] * text + noise_factor[step] * noise
        x = jnp.concatenate((noised, embedding[step], visual), axis=1)
        *inner, last = parameters["denoiser"]
        for parameters_of_layer in inner:
            x = silu(linear(parameters_of_layer, x))
        reconstruction = jnp.square(linear(last, x) - noise).mean()
        return contrast / 2 + classification + reconstruction

    def update(state, tables, rows):
        parameters, first, second, count, key = state
        key, key_of_step, key_of_noise = jax.random.split(key, 3)
        visual, text, labels = (table[rows] for table in tables)
        step = jax.random.randint(key_of_step, rows.shape, 0, len(embedding))
        noise = jax.random.normal(key_of_noise, text.shape)
        loss, gradient = jax.value_and_grad(loss_of)(
            parameters, visual, text, labels, step, noise)
        count += 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        of_first, of_second = 1 / (1 - 0.9**count), 1 / (1 - 0.999**count)

        def moved(p, m, v):
            change = m * of_first / (jnp.sqrt(v * of_second) + 1e-8)
            return p - workload.RATE * (change + workload.DECAY * p)

        parameters = jax.tree.map(moved, parameters, first, second)
        return (parameters, first, second, count, key), loss

    parameters = {
        "visual": layer(workload.VISUAL, workload.ALIGNED),
        "text": layer(workload.TEXT, workload.ALIGNED),
        "classifier": layer(workload.ALIGNED, workload.CLASSES),
        "log_scale": jnp.float32(-math.log(workload.TEMPERATURE)),
        "denoiser": [
            layer(*widths)
            for widths in zip(workload.DENOISER_WIDTHS, workload.DENOISER_WIDTHS[1:])
        ],
    }
    moments = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
    state = (parameters, *moments, jnp.float32(0), jax.random.key(1))
    tables = (
        jnp.asarray(random.standard_normal((options.rows, workload.VISUAL), np.float32)),
        jnp.asarray(random.standard_normal((options.rows, workload.TEXT), np.float32)),
        jnp.asarray(random.integers(0, workload.CLASSES, options.rows, np.int32)),
    )
    compiled = jax.jit(update, donate_argnums=0)
    seconds = []
    for rows in workload.batches(options.rows, options.batch, options.warm_up + options.steps):
        rows = jnp.asarray(rows, jnp.int32)
        start = time.perf_counter()
        state, loss = jax.block_until_ready(compiled(state, tables, rows))
        seconds.append(time.perf_counter() - start)
    return seconds, float(loss)


if __name__ == "__main__":
    main()
