// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

/// Which feature files, and how they are to be understood.
struct LayoutArguments: ParsableArguments {
  @Option(help: "Dataset of the visual features (default: visual).")
  var visualKey: String?

  @Option(help: "Dataset of the text features (default: text).")
  var textKey: String?

  @Option(help: "Dataset of the labels (default: label or labels).")
  var labelKey: String?

  @Option(help: "Dataset of the row identifiers (default: id).")
  var idKey: String?

  @Option(help: "Of a flat file: column of split names, or group of index lists (default: split).")
  var splitKey: String?

  @Option(help: "Group that holds the splits or the columns (default: the root).")
  var group: String?

  @Option(help: "Take visual features [N, L, D] by: mean, first, max.")
  var visualPool: LayoutOptions.Pooling?

  @Option(help: "Take text features [N, L, D] by: mean, first, max.")
  var textPool: LayoutOptions.Pooling?

  @Option(help: "Rows without text: mask (by text_mask), nan (also text that is NaN throughout).")
  var missingText = LayoutOptions.MissingText.mask

  @Option(help: "Training rows without a label: keep, drop.")
  var unlabelled = LayoutOptions.Unlabelled.keep

  @Flag(help: "Read files outside of the feature file's folder that it links to.")
  var allowExternalLinks = false

  @Flag(
    help: "Read samples of the files in a child process first: a crash of the HDF5 library ends it."
  )
  var untrusted = false

  var options: LayoutOptions {
    var options = LayoutOptions()
    options.visualKey = visualKey
    options.textKey = textKey
    options.labelKey = labelKey
    options.idKey = idKey
    options.splitKey = splitKey
    options.group = group
    options.visualPool = visualPool
    options.textPool = textPool
    options.missingText = missingText
    options.unlabelled = unlabelled
    options.allowsExternalLinks = allowExternalLinks
    return options
  }

  /// Reads samples of `paths` in a child process, where they are not to be trusted.
  func checkIfUntrusted(_ paths: [String], as options: LayoutOptions) throws {
    guard untrusted else { return }
    _ = try ContainedRun.run(
      CheckFileCommand.arguments(paths, as: options),
      reading: paths + (options.textJoin?.paths ?? []))
  }

  /// Opens `paths` as one.
  func open(_ paths: [String], threads: Int?) throws -> FeatureFile {
    try checkIfUntrusted(paths, as: options)
    return try FeatureFile(paths: paths, layout: options, threads: threads)
  }
}

extension LayoutOptions.Pooling: ExpressibleByArgument {}
extension LayoutOptions.MissingText: ExpressibleByArgument {}
extension LayoutOptions.Unlabelled: ExpressibleByArgument {}
