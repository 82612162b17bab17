import Synchronization

/// Something that is off until it is turned on.
final class Switch: Sendable {
  private let state = Mutex(false)

  /// Whether it is on.
  var isOn: Bool { state.withLock { $0 } }

  /// Turns it on.
  func turnOn() { state.withLock { $0 = true } }
}
