internal import Synchronization

/// Money that is spent, about to be spent, and allowed to be spent.
///
/// Whoever asks for a paid act reserves its cost first. Once a reservation would exceed the cap, this
/// and every later one is refused: what is under way may end, and nothing new begins.
final class Budget: Sendable {
  private struct State {
    var spent: Double
    var reserved = 0.0
    var refusal: RunError?
  }

  private let run: String
  private let cap: Double?
  private let told: @Sendable (Double) -> Void
  private let state: Mutex<State>

  /// Creates a budget.
  ///
  /// - Parameters:
  ///   - run: Name of the run, for the message.
  ///   - cap: US dollars that may be spent; `nil` for any amount.
  ///   - spent: US dollars spent already.
  ///   - told: Called with all that is spent whenever it has grown.
  init(
    run: String,
    cap: Double?,
    spent: Double,
    told: @escaping @Sendable (Double) -> Void = { _ in }
  ) {
    self.run = run
    self.cap = cap
    self.told = told
    state = Mutex(State(spent: spent))
  }

  /// The first refusal.
  var refusal: RunError? { state.withLock { $0.refusal } }

  /// Reserves the cost of an act that is about to be asked for.
  ///
  /// - Parameters:
  ///   - cost: US dollars.
  ///   - act: What would be done, for the message.
  /// - Throws: `RunError` with code `budget`.
  func reserve(_ cost: Double, for act: @autoclosure () -> String) throws(RunError) {
    guard let cap else { return }
    try state.withLock { state throws(RunError) in
      if let refusal = state.refusal { throw refusal }
      // A sum of many small costs may miss the plan's figure by its last bits.
      guard state.spent + state.reserved + cost > cap * (1 + 1e-12) else {
        state.reserved += cost
        return
      }
      let reserved =
        state.reserved > 0 ? " and \(Self.dollars(state.reserved)) is being spent" : ""
      let refusal = RunError(
        .budget,
        "cannot go on with run '\(run)': \(Self.dollars(state.spent)) of its cap of "
          + "\(Self.dollars(cap)) is spent\(reserved), and to \(act()) would cost "
          + Self.dollars(cost)
      )
      state.refusal = refusal
      throw refusal
    }
  }

  /// Turns a reservation into what was really spent: 0 when the act was not carried out.
  func settle(_ reserved: Double, spent: Double) {
    let sum = state.withLock { state in
      if cap != nil { state.reserved = max(0, state.reserved - reserved) }
      state.spent += spent
      return state.spent
    }
    if spent > 0 { told(sum) }
  }

  /// An amount with cents, and as many digits more as a small one needs.
  static func dollars(_ amount: Double) -> String {
    guard amount < 1e9 else { return "$\(amount)" }
    let millionths = String(Int((amount * 1e6).rounded(.up)))
    let padded = String(repeating: "0", count: max(0, 7 - millionths.count)) + millionths
    var decimals = padded.suffix(6)
    while decimals.count > 2, decimals.last == "0" { decimals.removeLast() }
    return "$\(padded.dropLast(6)).\(decimals)"
  }
}
