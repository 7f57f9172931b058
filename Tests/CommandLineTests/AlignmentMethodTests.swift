// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Testing

/// `fit --alignment`.
@Suite struct AlignmentMethodTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.synthesize("features.h5")
  }

  private func alignment(of model: String) throws -> [String: Any] {
    let data = Data(try bytes(of: bench.path("\(model)/config.json")))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let configuration = object?["configuration"] as? [String: Any]
    return try #require(configuration?["alignment"] as? [String: Any])
  }

  @Test(
    arguments: ["plugin", "paper"],
    [("ita", nil), ("swd", 100.0), ("ssan", 1), ("cdd", 0.3), ("sdm", 0.3), ("team", 1)])
  func isTrainedWithItsDefaultWeight(preset: String, method: (name: String, weight: Double?))
    throws
  {
    let options = ["--preset", preset, "--set", "teacher.gate=open"]
    try bench.fit("features.h5", output: "plain", options)
    try bench.fit("features.h5", output: "m", options + ["--alignment", method.name])
    let found = try alignment(of: "m")
    #expect(found["method"] as? String == method.name)
    let own = preset == "paper" ? 1 : 0.3
    #expect(found["weight"] as? Double == method.weight ?? own)
    let (plain, model) = (try bench.contents(of: "plain"), try bench.contents(of: "m"))
    #expect(
      (plain["model.safetensors"] == model["model.safetensors"]) == (method.name == "ita"))
    try bench.fit("features.h5", output: "again", ["--config", "m/config.json"])
    #expect(try bench.contents(of: "again")["model.safetensors"] == model["model.safetensors"])
  }

  @Test func aWeightThatIsSetIsKept() throws {
    try bench.fit(
      "features.h5", output: "m", ["--alignment", "sdm", "--set", "alignment.weight=2"])
    #expect(try alignment(of: "m")["weight"] as? Double == 2)
  }

  @Test func theFormOfTEAMIsNamed() throws {
    let result = try bench.fit("features.h5", output: "m", ["--alignment", "team"])
    #expect(
      result.output.contains("team-global: single vectors, no tokens in the file"))
  }

  @Test func anUnknownMethodIsRefused() throws {
    let result = try bench.run(["fit", "features.h5", "--alignment", "clip"])
    #expect(result.status == 64)
    #expect(result.messages.contains("'clip'"))
    #expect(bench.folder.names == ["features.h5"])
  }
}
