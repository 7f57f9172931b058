// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// The commands to try with a model that was just written, as they can be pasted into a shell.
enum NextCommands {
  /// - Parameters:
  ///   - file: what was fitted; which splits it has decides what can be asked of the model.
  ///   - features: its arguments, quoted.
  ///   - hasReport: whether the page of `report` was asked for already.
  static func lines(
    _ file: FeatureFile, features: String, directory: String, hasReport: Bool
  ) -> [String] {
    let model = "--model \(shellQuoted(directory))"
    let name = FitCommand.nameWithoutExtension(of: directory)
    let labelled = [Split.test, .val].first { (try? file.description(of: $0))?.hasLabels == true }
    let scored = [Split.test, .val].first { file.splits.contains($0) }
    var lines: [String] = []
    if let labelled {
      lines.append("evaluate \(features) \(model)\(flag(labelled))")
    }
    let output = "--output \(free(name + ".scores.h5"))"
    if let scored {
      lines.append("score \(features) \(model)\(flag(scored)) \(output)")
    } else {
      lines.append("score new.h5 \(model) \(output)")
    }
    if !hasReport {
      lines.append("report \(features) \(model) --output \(free(name + ".html"))")
    }
    lines.append("export \(model) --output \(free(name + ".onnx"))")
    return lines.map { "  marnet-plugin \($0)" }
  }

  /// 'test' is what commands take without being told.
  private static func flag(_ split: Split) -> String {
    split == .test ? "" : " --split \(split.rawValue)"
  }

  /// An output, with the leave to replace what stands there.
  private static func free(_ path: String) -> String {
    shellQuoted(path) + (FileManager.default.fileExists(atPath: path) ? " --overwrite" : "")
  }
}
