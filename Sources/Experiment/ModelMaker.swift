/// Something that makes the model of a subset and reads it on the spot, at no price.
///
/// What a `Trainer` and a `Scorer` are to a run that is paid for: a lab asks it for thousands of small
/// models.
package protocol ModelMaker: Sendable {
  /// Ids of the units that subsets are drawn from: N.
  var train: [String] { get }

  /// Ids of the queries: Q.
  var queries: [String] { get }

  /// Adds all that decides a model's losses, its start and its subset apart.
  func add(to key: inout ContentKey)

  /// Makes the model of one subset and reads all its losses; called from many threads at once.
  ///
  /// - Parameters:
  ///   - subset: The subset; without members, the start itself is read.
  ///   - start: Where training starts; `base` is before any training.
  /// - Returns: Losses in nats, of the N units and then of the Q queries, the same whenever it is asked.
  /// - Throws: Why there is no such model; `CancellationError`.
  func losses(of subset: Subset, from start: Start) throws -> [Double]
}
