// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData
import MARNetDense

/// What makes a fit the fit it is: two with the same identity give the same bytes.
struct RunIdentity: Codable, Equatable {
  /// Counts the changes of the files in a checkpoint's folder.
  static let currentFormat = 1

  var format = currentFormat
  var toolVersion = ToolVersion.current
  var configuration: Configuration
  /// Name of the alignment loss where it is the caller's own.
  var alignmentLoss: String?
  /// Of the training rows.
  var fingerprint: String
  var rows: Int
  /// Of the validation rows' images and labels; nil without any.
  var validationFingerprint: String?
  var visualWidth: Int
  var textWidth: Int
  var classNames: [String]
  /// Instructions that products use, and the type of their operands.
  var products: String
  /// Processes that trained; nil means one.
  var ranks: Int?
  /// Whether the fit was to replace a model that stands at its output.
  var replaces: Bool

  init(
    _ data: PreparedData, configuration: Configuration, alignmentLoss: String?, replaces: Bool
  ) {
    self.configuration = configuration
    self.alignmentLoss = alignmentLoss
    fingerprint = data.fingerprint
    rows = data.rows.rowCount
    validationFingerprint = data.validation.map { rows in
      var hash = ContentHash()
      hash.update(rows.keys)
      hash.update(rows.labels)
      return String(hash.value, radix: 16)
    }
    visualWidth = data.rows.visual.width
    textWidth = data.rows.text.width
    classNames = data.classNames
    let precision = configuration.training.precision.forTraining
    products = "\(precision.rawValue) on \(ProductKernel.kernel(for: precision).instructions)"
    ranks = data.rows.ranks.isShared ? data.rows.ranks.count : nil
    self.replaces = replaces
  }

  /// Of all that ranks must have in common, their processors' instructions among it.
  var hash: UInt64 {
    var hash = ContentHash()
    hash.update([UInt8]((try? Configuration.encoder().encode(self)) ?? Data()))
    hash.update(Array(Product.coreName.utf8))
    return hash.value
  }

  /// Traps of a fit under this identity that goes on with `earlier`; nil where there are none.
  ///
  /// - Throws: `CheckpointError` where it would be another fit.
  func note(goingOnWith earlier: RunIdentity, output: String) throws(CheckpointError) -> String? {
    if earlier.toolVersion != toolVersion {
      throw .configurationDiffers(
        output: output,
        difference: "it was begun by version \(earlier.toolVersion), this is \(toolVersion)")
    }
    if let difference = configuration.difference(from: earlier.configuration) {
      throw .configurationDiffers(output: output, difference: difference)
    }
    if alignmentLoss != earlier.alignmentLoss {
      throw .configurationDiffers(
        output: output,
        difference: "it was begun with \(earlier.lossText), and this is with \(lossText)")
    }
    if let difference = dataDifference(from: earlier) {
      throw .dataDiffer(output: output, difference: difference)
    }
    guard products != earlier.products || ranks != earlier.ranks else { return nil }
    let difference =
      products != earlier.products
      ? "with products of \(earlier.products), here they are \(products)"
      : "on \(earlier.ranks ?? 1) ranks, here they are \(ranks ?? 1)"
    return "The fit was begun \(difference): "
      + "the model may differ in late digits from that of an uninterrupted fit."
  }

  private var lossText: String {
    alignmentLoss.map { "the program's own alignment loss '\($0)'" }
      ?? "the alignment loss of its configuration"
  }

  private func dataDifference(from earlier: RunIdentity) -> String? {
    let numbers = [
      ("training rows", rows, earlier.rows),
      ("columns of the visual features", visualWidth, earlier.visualWidth),
      ("columns of the text features", textWidth, earlier.textWidth),
      ("classes", classNames.count, earlier.classNames.count),
    ]
    for (what, here, there) in numbers where here != there {
      return "there are \(Decimals.grouped(here)) \(what), not \(Decimals.grouped(there))"
    }
    if classNames != earlier.classNames { return "the classes have other names" }
    if fingerprint != earlier.fingerprint { return "the training rows have other values" }
    guard validationFingerprint != earlier.validationFingerprint else { return nil }
    if validationFingerprint == nil { return "there are no validation rows any more" }
    return earlier.validationFingerprint == nil
      ? "there are validation rows now" : "the validation rows have other values"
  }
}
