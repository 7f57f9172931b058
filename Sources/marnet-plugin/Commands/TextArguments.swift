// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

/// Text that comes from other files, beside the layout of the features.
struct TextArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take text from this file, by row identifier; repeatable, also a quoted pattern.",
      valueName: "file"), completion: .featureFiles)
  var text: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Dataset of the identifiers in the files of --text and, without --id-key, in the \
      features.
      """, valueName: "id-key"))
  var join: String?

  @Flag(help: "Use the text of --text instead of that beside the features.")
  var replaceText = false

  func validate() throws {
    if text.isEmpty, join != nil {
      throw ValidationError("--join needs a file that holds the text: --text FILE.")
    }
    if text.isEmpty, replaceText {
      throw ValidationError("--replace-text needs a file that holds the text: --text FILE.")
    }
    if !text.isEmpty, join == nil {
      throw ValidationError(
        "--text needs the dataset of identifiers by which it is found: --join id.")
    }
  }

  var textJoin: LayoutOptions.TextJoin? {
    guard let join, !text.isEmpty else { return nil }
    return LayoutOptions.TextJoin(paths: text, key: join, replacesText: replaceText)
  }
}

/// How the files of a command that reads text are to be understood.
struct PairLayoutArguments: ParsableArguments {
  @OptionGroup(title: "Layout of the file") var layout: LayoutArguments

  @OptionGroup(title: "Text in other files") var text: TextArguments

  var options: LayoutOptions {
    var options = layout.options
    options.textJoin = text.textJoin
    return options
  }

  /// The same for commands that read no text.
  var imageOptions: LayoutOptions {
    var options = layout.options
    guard text.textJoin != nil else { return options }
    (options.textKey, options.textPool) = (nil, nil)
    return options
  }

  /// Opens `paths` as one and says how many rows found their text.
  ///
  /// - Parameter manifest: says what no flag does.
  func open(
    _ paths: [String], filledBy manifest: LayoutOptions = LayoutOptions(), threads: Int?
  ) throws -> FeatureFile {
    let options = options.filled(by: manifest)
    try layout.checkIfUntrusted(paths, as: options)
    let file = try FeatureFile(paths: paths, layout: options, threads: threads)
    for found in file.foundText { Console.message(found.description) }
    return file
  }
}
