// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet

extension Subject {
  /// A configuration given with `--config`.
  static let configuration = Subject(
    name: "configuration", fileName: "input.json", form: .text, statuses: [65, 74, 78],
    makeCorpus: { corpus, _ in
      for preset in Configuration.Preset.allCases {
        let whole = try Configuration.encoder().encode(Configuration(preset: preset))
        try write([UInt8](whole), to: corpus.file(preset.rawValue))
      }
      let part = #"{"training":{"epochs":3,"class_weights":{"a":1,"b":2.5}},"seed":7}"#
      try write(Array(part.utf8), to: corpus.file("part"))
    },
    parse: { path in try Configuration(contentsOfFile: path).validate() })

  /// A file of class weights.
  static let classWeights = Subject(
    name: "class-weights", fileName: "input.csv", form: .text,
    makeCorpus: { corpus, _ in
      let texts = [
        #"{"apple": 1, "pear": 2.5, "quince": 0.25}"#,
        "class,weight\napple,1\n\"pear, green\",2.5\nquince,0.25\n", "apple\t1\npear\t2\n",
      ]
      for (index, text) in texts.enumerated() {
        try write(Array(text.utf8), to: corpus.file("\(index)"))
      }
    },
    parse: { path in _ = try ClassWeights(contentsOfFile: path) })
}
