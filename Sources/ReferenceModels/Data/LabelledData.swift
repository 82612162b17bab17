package import Experiment
package import Kernels
import Statistics

/// Classified examples: features and a class each.
package struct LabelledData: Sendable {
  /// One row an example.
  package let features: DoubleMatrix
  /// Class of each example, 0..<classes.
  package let labels: [Int]
  /// Number of classes, at least 2.
  package let classes: Int

  package init(features: DoubleMatrix, labels: [Int], classes: Int) {
    precondition(features.rows == labels.count)
    precondition(labels.allSatisfy { $0 >= 0 && $0 < classes })
    self.features = features
    self.labels = labels
    self.classes = classes
  }

  /// Adds all of it.
  package func add(to key: inout ContentKey) {
    key.add("features", features.values)
    key.add("labels", labels)
    key.add("classes", classes)
  }
}
