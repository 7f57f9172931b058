// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// A package as a user's would be, but for the path: see docs/install.md.
let package = Package(
  name: "Sample",
  dependencies: [.package(name: "marnet-plugin", path: "../..")],
  targets: [
    .executableTarget(
      name: "Sample",
      dependencies: [
        .product(name: "MARNet", package: "marnet-plugin"),
        .product(name: "MARNetExport", package: "marnet-plugin"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
