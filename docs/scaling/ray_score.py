#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores a feature file in shards under Ray, and merges them.

    python ray_score.py new.h5 --model plugin.marnet --output all.h5 --shards 10
    python ray_score.py new.h5 --model plugin.marnet --output all.h5 --shards 10 \\
        --address auto -- --embedding

Without --address it starts Ray on this machine. A shard takes --threads of Ray's processors.
Needs ray.
"""

import sys
from collections.abc import Iterator, Sequence

import marnet_shards
import ray
from marnet_shards import Outcome


def main() -> int:
    parser = marnet_shards.parser(__doc__)
    parser.add_argument("--address", help="of a running cluster, such as auto or ray://head:10001")
    arguments, scoring = marnet_shards.parse(parser)
    here = {} if arguments.address else {
        "num_cpus": arguments.workers * arguments.threads, "include_dashboard": False}
    ray.init(address=arguments.address or "local", log_to_driver=False, **here,
             runtime_env={"py_modules": [marnet_shards.__file__]})
    # Ray starts tasks of workers that it loses again, as often as it is told here.
    score = ray.remote(num_cpus=arguments.threads, max_retries=3)(marnet_shards.score_shard)

    def run(shards: Sequence[int]) -> Iterator[Outcome]:
        waiting = {score.remote(scoring, shard): shard for shard in shards}
        while waiting:
            (done,), _ = ray.wait(list(waiting), num_returns=1)
            shard = waiting.pop(done)
            try:
                yield ray.get(done)
            except ray.exceptions.RayError as error:
                yield Outcome(shard, None, str(error))

    return marnet_shards.complete(scoring, arguments.tries, run)


if __name__ == "__main__":
    sys.exit(main())
