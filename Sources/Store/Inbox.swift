package import Experiment

/// Something that is written down soon, in the order of queueing, without anyone waiting for it.
package enum Entry: Sendable {
  /// A request and its reply.
  case exchange(Exchange)
  /// Losses of one call, of pairs that are not recorded already, and what the call cost.
  case readings([NumberedReading], Act.Kind, model: Int, Spending?)
  /// Money that was spent.
  case spending(Spending, model: Int)
  /// All losses that an act asked for have come.
  case answer(Int64, model: Int)

  /// About how much memory it takes, in bytes.
  var size: Int {
    switch self {
    case .exchange(let exchange): 512 + exchange.request.count + exchange.body.count
    case .readings(let readings, _, _, _):
      readings.reduce(256) { $0 + 96 + 4 * $1.reading.tokenLogProbabilities.count }
    case .spending, .answer: 128
    }
  }
}

/// What is queued for the next commit.
///
/// It takes in while a commit is under way and while the committing thread rests; what has gathered
/// by then is the next commit.
struct Inbox: Sendable {
  /// Something queued.
  struct Item: Sendable {
    let entry: Entry
    /// Whether no exchange of this key was ever kept; false for a few of which none was.
    let isNew: Bool
  }

  /// Bytes that may gather before whoever queues more has to help writing.
  static let limit = 8 << 20

  private var items: [Item] = []
  private var size = 0
  /// What was committed and is not freed yet.
  ///
  /// Those who add drop it piece by piece: so the thread that made it has its memory for the next,
  /// while freeing hundreds of replies on another thread would fight it for the heap.
  private var spent: [Item] = []
  /// How many exchanges of each key's hash are queued or being committed.
  private var keys: [Int: Int] = [:]
  /// All keys that were ever kept.
  private var filter = KeyFilter()
  private var isAwaited = false
  /// Why the latest commit failed; nothing is taken in or written after it, or order would break.
  private(set) var failure: StoreError?

  /// What whoever queued an entry has to do next.
  enum Action {
    /// Nothing: a commit that is under way or scheduled will take it.
    case none
    /// Schedule a commit.
    case schedule
    /// Write now: too much has gathered.
    case write
  }

  /// Learns the hash of a key that the file holds already.
  mutating func know(_ hash: Int) { filter.insert(hash) }

  /// Takes in one entry.
  mutating func add(_ entry: Entry) throws(StoreError) -> Action {
    if let failure { throw failure }
    spent.removeLast(min(2, spent.count))
    size += entry.size
    var isNew = true
    if case .exchange(let exchange) = entry {
      let hash = KeyFilter.hash(exchange.key)
      isNew = !filter.mayContain(hash)
      keys[hash, default: 0] += 1
      filter.insert(hash)
    }
    items.append(Item(entry: entry, isNew: isNew))
    if size > Self.limit { return .write }
    defer { isAwaited = true }
    return isAwaited ? .none : .schedule
  }

  /// Hands over everything for a commit.
  mutating func take() throws(StoreError) -> [Item] {
    if let failure { throw failure }
    defer {
      items = []
      size = 0
    }
    return items
  }

  /// Whether there is nothing to commit and no error to be told.
  var isEmpty: Bool { items.isEmpty && failure == nil }

  /// Forgets the keys of what is committed.
  mutating func committed(_ done: [Item]) {
    for case .exchange(let exchange) in done.lazy.map(\.entry) {
      let hash = KeyFilter.hash(exchange.key)
      let left = (keys[hash] ?? 0) - 1
      keys[hash] = left > 0 ? left : nil
    }
    spent += done
  }

  /// Keeps the error of a commit.
  mutating func failed(_ error: StoreError) { failure = failure ?? error }

  /// Where exchanges of a key are.
  enum Place {
    /// Nowhere: it was never kept.
    case nowhere
    /// Some of them are not committed yet.
    case queued
    /// In the file, if anywhere.
    case file
  }

  /// Where exchanges of a key are.
  func place(of key: String) -> Place {
    let hash = KeyFilter.hash(key)
    return keys[hash] != nil ? .queued : filter.mayContain(hash) ? .file : .nowhere
  }

  /// Whether more has gathered; if not, the next entry has to schedule a commit.
  mutating func hasMore() -> Bool {
    isAwaited = failure == nil && !items.isEmpty
    return isAwaited
  }
}
