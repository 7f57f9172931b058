#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores a feature file in shards under Dask, and merges them.

    python dask_score.py new.h5 --model plugin.marnet --output all.h5 --shards 10
    python dask_score.py new.h5 --model plugin.marnet --output all.h5 --shards 10 \\
        --scheduler tcp://head:8786 -- --embedding

Without --scheduler it starts workers on this machine. On a cluster start workers with one thread
(`dask worker --nthreads 1`): each runs one shard at a time. Needs dask[distributed].
"""

import sys
from collections.abc import Iterator, Sequence

import marnet_shards
from distributed import Client, LocalCluster, as_completed
from marnet_shards import Outcome


def main() -> int:
    parser = marnet_shards.parser(__doc__)
    parser.add_argument("--scheduler", help="address of a running scheduler")
    arguments, scoring = marnet_shards.parse(parser)
    cluster = arguments.scheduler or LocalCluster(
        n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client:
        # Workers that join later get it too.
        client.upload_file(marnet_shards.__file__)

        def run(shards: Sequence[int]) -> Iterator[Outcome]:
            futures = {
                client.submit(marnet_shards.score_shard, scoring, shard, pure=False): shard
                for shard in shards
            }
            for future in as_completed(futures):
                # Dask moves tasks of workers that it loses; then it gives up.
                error = future.exception()
                yield Outcome(futures[future], None, str(error)) if error else future.result()

        status = marnet_shards.complete(scoring, arguments.tries, run)
    if not arguments.scheduler:
        cluster.close()
    return status


if __name__ == "__main__":  # Dask starts workers that import this file.
    sys.exit(main())
