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
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CMARNetKernels"),
    .target(name: "MARNetDense", dependencies: ["COpenBLAS", "CMARNetKernels"]),
    .target(name: "MARNetHeads", dependencies: ["MARNetDense"]),
    .target(name: "MARNetData", dependencies: ["MARNetDense", "CHDF5"]),
    .target(name: "MARNet", dependencies: ["MARNetHeads", "MARNetData"]),
    .target(name: "CMARNet"),
    .target(name: "MARNetC", dependencies: ["CMARNet", "MARNet", "MARNetData", "MARNetDense"]),
    .target(name: "MARNetStudy", dependencies: ["MARNet"]),
    .target(name: "MARNetExport", dependencies: ["MARNet"]),
    .target(
      name: "MARNetBenchmarks",
      dependencies: [
        "MARNet", "MARNetData", "MARNetHeads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "marnet-plugin",
      dependencies: [
        "MARNet", "MARNetBenchmarks", "MARNetExport", "MARNetStudy",
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
        "MARNet", "MARNetStudy", "FileFixtures", "CHDF5", "CTestProcess",
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
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["marnet-plugin", "MARNet", "FileFixtures", "TestSupport", "CTestProcess"],
      exclude: ["Help"]),
  ],
  swiftLanguageModes: [.v6]
)
