// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What scores are cosines of: W_i R and W_t x_s', shared by all blocks; and the scale s₂.
struct ScoreProjection: Sendable {
  let image: Linear
  let text: Linear
  let scale: LearnedScale
  let width: Int

  init(inputs: Int, outputs: Int, in layout: inout ParameterLayout) {
    image = Linear("alignment.team.image", inputs: inputs, outputs: outputs, in: &layout)
    text = Linear("alignment.team.text", inputs: inputs, outputs: outputs, in: &layout)
    scale = LearnedScale("alignment.team.match_scale", in: &layout)
    width = outputs
  }
}
