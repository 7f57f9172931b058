// SPDX-License-Identifier: Apache-2.0

/// A training that is ready to run, and what it makes. Who runs it decides with what others.
package struct PlannedTraining<Product> {
  package let course: TrainingCourse
  private let make: () -> Product

  init(_ course: TrainingCourse, product: @escaping () -> Product) {
    self.course = course
    make = product
  }

  /// What was trained: the parameters as the course left them.
  package var product: Product {
    precondition(course.isFinished, "'\(course.stage)' has not been trained to its end")
    return make()
  }
}
