// SPDX-License-Identifier: Apache-2.0

import MARNet
import Testing

@Suite struct FailureTests {
  private struct Unknown: Error {}

  @Test func everyErrorHasItsExitStatus() {
    let cases: [(any Error, Int32)] = [
      (FitError.diverged(stage: "s", epoch: 1, step: 2, term: "t"), 70),
      (FitError.cancelled, 75),
      (ModelError.notFound(path: "p"), 66), (ModelError.configurationNotFound(path: "p"), 66),
      (ModelError.unreadable(path: "p", reason: "r"), 65),
      (ModelError.outputExists(path: "p"), 73),
      (ModelError.cannotWrite(path: "p", reason: "r"), 73),
      (ModelError.widthDiffers(found: 1, needed: 2), 65),
      (ModelError.notFinite(row: 1, column: 2), 65),
      (ModelError.invalidSampling(reason: "r", remedy: "m"), 78),
      (ConfigurationError.unknownKey(key: "k", nearest: nil), 78),
      (DataError.fileNotFound(path: "p"), 66), (Unknown(), 1),
    ]
    for (error, status) in cases {
      #expect(Failure(error).exitStatus == status, "\(error)")
      #expect(!Failure(error).message.isEmpty)
    }
  }

  @Test func messagesSayWhereWhatAndWhatToDo() {
    #expect(
      Failure(FitError.diverged(stage: "joint network", epoch: 3, step: 40, term: "gradient"))
        .message
        == "joint network: the gradient was not a finite number in epoch 3, step 40. Lower the "
        + "learning rate ('training.learning_rate'), or look at the features with 'inspect'.")
    #expect(
      Failure(ModelError.widthDiffers(found: 512, needed: 768)).message
        == "visual rows have 512 columns but the model was fitted on 768. Extract features with "
        + "the encoder the model was fitted on.")
  }
}
