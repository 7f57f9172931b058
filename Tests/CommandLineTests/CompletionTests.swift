// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Testing

/// What shells offer for a line that is not finished.
@Suite struct CompletionTests {
  /// Asks bash, as its Tab key does, in a folder with files of all kinds.
  private func completions(of line: String) throws -> Set<String> {
    let bench = try Workbench()
    let script = try bench.run(["--generate-completion-script", "bash"]).succeeded()
    try write(script.outputBytes, to: bench.path("completions"))
    for name in ["a.h5", "b.hdf5", "notes.txt", "weights.json"] {
      try write([], to: bench.path(name))
    }
    for name in ["m.marnet", "parts"] {
      try FileManager.default.createDirectory(
        atPath: bench.path(name), withIntermediateDirectories: false)
    }
    let asking = """
      source completions
      COMP_LINE="$0"; COMP_POINT=${#COMP_LINE}; read -ra COMP_WORDS <<<"$COMP_LINE"
      [[ "$COMP_LINE" == *" " ]] && COMP_WORDS+=("")
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _marnet-plugin marnet-plugin "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", asking, "marnet-plugin " + line]
    process.currentDirectoryURL = URL(fileURLWithPath: bench.folder.path)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let words = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Set(String(decoding: words, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  @Test(arguments: [
    ("fit ", ["a.h5", "b.hdf5", "m.marnet", "parts"]),
    ("score a.h5 --model ", ["m.marnet", "parts"]),
    ("fit a.h5 --resume ", ["m.marnet", "parts"]),
    ("fit a.h5 --config ", ["weights.json", "m.marnet", "parts"]),
    ("fit a.h5 --alignment s", ["swd", "ssan", "sdm"]),
    ("fit a.h5 --log-format ", ["text", "jsonl"]),
    ("fit a.h5 --tensorboard ", ["m.marnet", "parts"]),
    ("convert a.h5 --dtype ", ["float16", "bfloat16", "float32", "float64"]),
    ("score a.h5 --split ", ["train", "val", "test"]),
    (
      "compare a.h5 --only f",
      [
        "fusion-concatenation", "fusion-addition", "fusion-multiplication", "fusion-sum",
        "fusion-harmonic", "fusion-logit-addition", "fusion-logit-multiplication",
        "fusion-logit-sum", "fusion-logit-harmonic",
      ]
    ),
    ("sc", ["score"]),
    ("check", []),
  ])
  func offers(line: String, words: [String]) throws {
    #expect(try completions(of: line) == Set(words))
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func everyShellHasAScript(shell: String) throws {
    let script = try Workbench().run(["--generate-completion-script", shell]).succeeded()
    #expect(script.output.contains("synthesize") && !script.output.contains("check-file"))
  }
}
