import Experiment
import Reports
import Runs
import Terminal

/// Options of a command that reads one run of a store.
protocol ChoosesRun: Displayed {
  /// Path of the store.
  var store: String { get }
  /// The run's name; `nil` is the one that the store got last.
  var run: String? { get set }
}

extension ChoosesRun {
  /// Opens the run, and says which it is where the store holds several and none was named.
  ///
  /// - Returns: The run.
  /// - Throws: `RunError`.
  func record() throws -> RunRecord {
    let record = try RunRecord(path: store, run: run)
    if run == nil, record.runs.count > 1 {
      let names = record.runs.map { "'\($0)'" }.joined(separator: ", ")
      Display(display).tell(
        .remark("'\(store)' holds the runs \(names); this is '\(record.settings.name)'")
      )
    }
    return record
  }
}

extension Flag where Options: ChoosesRun {
  /// Names one of several runs in a store.
  static var run: Flag {
    .value("run", "NAME", "one of several runs in the store; default: the last one", \.run)
  }
}

extension RunRecord {
  /// Opens the run of a name where the store holds it, and otherwise the one it got last.
  init(path: String, preferring name: String) throws(RunError) {
    let last = try RunRecord(path: path)
    self = last.runs.contains(same: name) ? try RunRecord(path: path, run: name) : last
  }
}
