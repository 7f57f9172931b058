#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores a feature file in shards under Spark, and merges them.

    python spark_score.py new.h5 --model plugin.marnet --output all.h5 --shards 10
    spark-submit --master spark://head:7077 spark_score.py \\
        new.h5 --model plugin.marnet --output all.h5 --shards 10 --cluster -- --embedding

Without --cluster it runs on this machine; with it, where spark-submit or the configuration says.
A shard is a task of --threads processors. Needs pyspark and Java.
"""

import sys
from collections.abc import Iterator, Sequence

import marnet_shards
from marnet_shards import Outcome
from pyspark.sql import SparkSession


def main() -> int:
    parser = marnet_shards.parser(__doc__)
    parser.add_argument("--cluster", action="store_true", help="take Spark's own configuration")
    arguments, scoring = marnet_shards.parse(parser)
    builder = SparkSession.builder.appName("marnet-plugin score")
    if not arguments.cluster:
        builder = builder.master(f"local[{arguments.workers * arguments.threads}]")
    # Two copies of a task would want to write the same shard.
    spark = builder.config("spark.speculation", "false").config(
        "spark.task.cpus", str(arguments.threads)).getOrCreate()
    context = spark.sparkContext
    context.addPyFile(marnet_shards.__file__)

    def run(shards: Sequence[int]) -> Iterator[Outcome]:
        score = marnet_shards.score_shard
        waiting = set(shards)
        try:
            # A partition is a task; outcomes come when all are done.
            tasks = context.parallelize(shards, len(shards)).map(
                lambda shard: score(scoring, shard))
            for outcome in tasks.collect():
                waiting.discard(outcome.shard)
                yield outcome
        except Exception as error:  # Py4J's own: an executor was lost more often than Spark allows.
            # Spark ends the whole job then: shards that were done are skipped by the next try.
            for shard in sorted(waiting):
                yield Outcome(shard, None, str(error).strip().splitlines()[0])

    try:
        return marnet_shards.complete(scoring, arguments.tries, run)
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main())
