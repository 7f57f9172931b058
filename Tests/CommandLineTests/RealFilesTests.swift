// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import Testing

/// Real feature files, which are not part of the project: `../shared/datasets` beside the
/// package, or the folder that MARNET_DATASETS names. Without them these tests are skipped.
@Suite(.enabled(if: RealFiles.folder != nil, "no folder of real feature files here"))
struct RealFilesTests {
  @Test(arguments: ["wikipedia", "cub_c10", "grocery81"])
  func inspectAcceptsThem(name: String) throws {
    let folder = try #require(RealFiles.folder)
    let bench = try Workbench()
    let object = try bench.run(["inspect", "\(folder)/\(name).h5", "--json"]).succeeded().object()
    #expect((object["problems"] as? [String])?.isEmpty == true)
    let splits = try #require(object["splits"] as? [[String: Any]])
    #expect(splits.count >= 2)
    for split in splits {
      #expect((split["row_count"] as? Int ?? 0) > 0)
      #expect(split["non_finite_visual_rows"] as? Int == 0)
    }
  }

  /// Checksums, rows, widths, classes and encoders are those of data-manifests/.
  @Test(arguments: ["wikipedia", "cub_c10", "grocery81"])
  func theirManifestsAreTrue(name: String) throws {
    let folder = try #require(RealFiles.folder)
    let manifest = RealFiles.package.appendingPathComponent("data-manifests/\(name).json").path
    let bench = try Workbench()
    let result = try bench.run(["inspect", "\(folder)/\(name).h5", "--manifest", manifest])
      .succeeded()
    #expect(
      result.outputLines.last
        == "As \(manifest) says: bytes, sha256, splits, rows, labelled rows, rows with text, "
        + "visual width, text width, classes, class names, keys, visual encoder, text encoder.")
  }

  @Test func wikipediaWithAllLabels() throws {
    let folder = try #require(RealFiles.folder)
    let bench = try Workbench()
    let file = "\(folder)/wikipedia.h5"
    var fit = bench.command(["fit", file])
    fit.timeout = 300
    let result = try fit.run().succeeded()
    #expect(result.output.contains("Text tells the classes apart better than the image does"))
    let object = try bench.run(["evaluate", file, "--model", "wikipedia.marnet", "--json"])
      .succeeded().object()
    let fused = try top1(object, "fused")
    let probe = try top1(object, "probe")
    #expect((0.27...0.37).contains(fused), "fused top-1 \(fused)")
    #expect(fused > probe - 0.01, "fused \(fused), probe \(probe)")
  }

  private func top1(_ object: [String: Any], _ name: String) throws -> Double {
    let metrics = try #require(object[name] as? [String: Any])
    return try #require(metrics["top1"] as? Double)
  }
}

enum RealFiles {
  /// The folder of this package.
  static let package: URL = {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { package.deleteLastPathComponent() }
    return package
  }()

  /// The folder of real feature files, where there is one.
  static let folder: String? = {
    let places: [String?] = [
      ProcessInfo.processInfo.environment["MARNET_DATASETS"],
      package.deletingLastPathComponent().appendingPathComponent("shared/datasets").path,
    ]
    return places.compactMap { $0 }.first {
      FileManager.default.fileExists(atPath: $0 + "/wikipedia.h5")
    }
  }()
}
