// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
  name: "marnet-plugin",
  products: [
    .library(name: "MARNet", targets: ["MARNet"]),
    .library(name: "MARNetExport", targets: ["MARNetExport"]),
    .library(name: "MARNetC", type: .dynamic, targets: ["MARNetC"]),
    .executable(name: "marnet-plugin", targets: ["marnet-plugin"]),
  ],
  traits: [
    .trait(
      name: "MPI",
      description: "Fits by several processes at once, over an MPI library (pkg-config: mpi).")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CMPI", pkgConfig: "mpi", providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CMARNetKernels"),
    .target(name: "MARNetDense", dependencies: ["COpenBLAS", "CMARNetKernels"]),
    .target(name: "MARNetHeads", dependencies: ["MARNetDense"]),
    .target(name: "MARNetData", dependencies: ["MARNetDense", "CHDF5"]),
    .target(name: "MARNet", dependencies: ["MARNetHeads", "MARNetData"]),
    .target(name: "CMARNet"),
    .target(name: "MARNetC", dependencies: ["CMARNet", "MARNet", "MARNetData", "MARNetDense"]),
    .target(name: "MARNetStudy", dependencies: ["MARNet"]),
    .target(name: "MARNetExport", dependencies: ["MARNet"]),
    .target(name: "MARNetReport", dependencies: ["MARNet"]),
    .target(
      name: "CMARNetMPI",
      dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      cSettings: [.define("MARNET_MPI", .when(traits: ["MPI"]))]),
    .target(
      name: "MARNetMPI",
      dependencies: [
        "MARNet", "MARNetDense",
        .target(name: "CMARNetMPI", condition: .when(traits: ["MPI"])),
      ]),
    .target(
      name: "MARNetBenchmarks",
      dependencies: [
        "MARNet", "MARNetData", "MARNetHeads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "marnet-plugin",
      dependencies: [
        "MARNet", "MARNetBenchmarks", "MARNetDense", "MARNetExport", "MARNetMPI", "MARNetReport",
        "MARNetStudy",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "MARNetBench", dependencies: ["MARNetBenchmarks"]),
    .target(name: "TestSupport", dependencies: ["MARNetDense"], path: "Tests/TestSupport"),
    .target(name: "CTestProcess", path: "Tests/CTestProcess"),
    .target(name: "CTestCounting", path: "Tests/CTestCounting"),
    .target(
      name: "FileFixtures", dependencies: ["MARNetData", "CHDF5"], path: "Tests/FileFixtures"),
    .executableTarget(
      name: "MARNetFuzz",
      dependencies: [
        "MARNet", "MARNetDense", "MARNetStudy", "FileFixtures", "CHDF5", "CTestProcess",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Fuzzing"),
    .testTarget(
      name: "MARNetDenseTests",
      dependencies: ["MARNetDense", "CMARNetKernels", "TestSupport"]),
    .testTarget(
      name: "MARNetHeadsTests", dependencies: ["MARNetHeads", "TestSupport", "CTestCounting"]),
    .testTarget(
      name: "MARNetDataTests",
      dependencies: [
        "MARNetData", "MARNetDense", "CMARNetKernels", "CHDF5", "TestSupport", "FileFixtures",
      ]),
    .testTarget(name: "MARNetTests", dependencies: ["MARNet", "TestSupport", "FileFixtures"]),
    .executableTarget(
      name: "ScoringNoise", dependencies: ["MARNet"], path: "Tests/Export/ScoringNoise"),
    .testTarget(
      name: "MARNetExportTests",
      dependencies: ["MARNetExport", "MARNet", "TestSupport", "FileFixtures"]),
    .testTarget(
      name: "MARNetStudyTests", dependencies: ["MARNetStudy", "TestSupport", "FileFixtures"]),
    .executableTarget(
      name: "EmbeddedPoints", dependencies: ["MARNetReport"],
      path: "Tests/Report/EmbeddedPoints"),
    .testTarget(
      name: "MARNetReportTests",
      dependencies: ["MARNetReport", "MARNet", "TestSupport", "FileFixtures"]),
    .executableTarget(
      name: "RankCheck",
      dependencies: [
        "MARNetMPI", "MARNetDense",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/MPI/RankCheck"),
    .testTarget(
      name: "MARNetMPITests", dependencies: ["MARNetMPI", "MARNet"], path: "Tests/MARNetMPITests"),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["marnet-plugin", "MARNet", "FileFixtures", "TestSupport", "CTestProcess"],
      exclude: ["Help"]),
  ],
  swiftLanguageModes: [.v6]
)
