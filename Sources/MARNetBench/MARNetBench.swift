// SPDX-License-Identifier: Apache-2.0

import MARNetBenchmarks

/// The benchmarks as a program of their own; `marnet-plugin bench` runs the same.
@main
struct MARNetBench {
  static func main() { BenchCommand.main() }
}
