import Attribution
import Runs
import Experiment
import FoundationEssentials
import Hosts
import ReferenceModels
import Store

// What the user asked for wrongly is `usage`; what went wrong with the machine is `failed`.
extension Failure {
  static func status(of code: AttributionError.Code) -> Status {
    switch code {
    case .invalidDesign, .unknownEstimator, .tooFewModels, .notFound: .usage
    case .mismatch, .notFinite: .failed
    // The run is sound, but nothing can be concluded from it.
    case .notMeasurable: .partial
    }
  }

  static func status(of code: RunError.Code) -> Status {
    switch code {
    case .settings, .anotherRun, .noSuchRun: .usage
    case .budget: .budget
    case .storeAbsent, .storeInUse, .storeNewer, .storeForeign, .storeEmpty, .storeReadOnly,
      .storeFull, .storeCorrupt, .storeFailed, .provider:
      .failed
    }
  }

  static func hint(for code: RunError.Code) -> String? {
    switch code {
    case .anotherRun: "undo the change, or record a new run with --store"
    case .noSuchRun: "choose one of these with --run"
    case .storeAbsent: "check the path; 'daunce run' makes a store, but no folder for it"
    case .storeInUse: "wait for that run to end, or stop it; 'daunce status' works meanwhile"
    case .storeNewer: "upgrade this program, or choose another store"
    case .storeForeign: "choose another file; this one was left as it is"
    case .storeEmpty: "'daunce run' fills it"
    case .storeReadOnly: "give write access to it and to its folder, or choose another store"
    case .storeFull: "make room; the same command resumes, and what is recorded is kept"
    case .budget: "raise the cap; the same command resumes, and what is recorded is kept"
    case .settings, .storeCorrupt, .storeFailed, .provider: nil
    }
  }

  static func status(of code: ReferenceModelError.Code) -> Status {
    switch code {
    case .architecture, .unknownModel: .usage
    case .tooLong, .damaged, .unwritable, .diverged: .failed
    }
  }

  static func hint(for code: ReferenceModelError.Code) -> String? {
    switch code {
    case .architecture: "see trainer.architecture"
    case .tooLong: "shorten it, or raise trainer.architecture.context"
    case .unknownModel: "use base, target, model-<k> or the name of a file of weights"
    case .damaged: "remove the file to have the model trained again"
    case .unwritable: "make room or give write access; the same command resumes"
    case .diverged: "lower trainer.hyperparameters.learningRateMultiplier"
    }
  }

  static func hint(for code: StoreError.Code) -> String? {
    switch code {
    case .absent: "check the path; 'daunce validate' makes a file, but no folder for it"
    case .inUse: "wait for that validation to end, or stop it, or choose another file with --store"
    case .foreign: "choose another file with --store; this one was left as it is"
    case .readOnly: "give write access to it and to its folder, or choose another with --store"
    case .full: "make room; the same command resumes"
    case .newerSchema, .olderSchema, .empty, .corrupt, .other: nil
    }
  }

  /// A fault of a model in the lab, whose configuration has other keys than a run's.
  init(laboratory error: ReferenceModelError) {
    let hint: String? =
      switch error.code {
      case .architecture: "see 'model' in the configuration"
      case .tooLong: "shorten it, or raise model.context"
      case .diverged, .unknownModel, .damaged, .unwritable: nil
      }
    self.init(Self.status(of: error.code), error.description, hint: error.hint ?? hint)
  }

  static func status(of code: HostError.Code) -> Status {
    switch code {
    case .credentials: .credentials
    case .credit: .budget
    case .unsupported, .configuration: .usage
    case .notFound, .contextLength, .moderation, .jobLimit, .refused, .rateLimited, .later,
      .unavailable,
      .unknownOutcome, .jobFailed, .notUnderstood, .notRecorded, .command:
      .failed
    }
  }

  static func hint(for error: HostError) -> String? {
    guard error.code == .later, let pause = error.pause else { return hint(for: error.code) }
    let time = Wait.time(Date().timeIntervalSince1970 + pause / .seconds(1))
    return "the same command resumes after \(time), and what is recorded is kept"
  }

  private static func hint(for code: HostError.Code) -> String? {
    switch code {
    case .credentials: "check the key, and what it may do, with 'daunce probe'"
    case .credit: "top up the account; the same command resumes"
    case .notFound: "check target.model and baseURL; 'daunce probe' lists what the host serves"
    case .unsupported: "'daunce probe' shows what this endpoint supports"
    case .rateLimited: "lower scorer.concurrency or set scorer.requestsPerMinute; then resume"
    case .later: "the same command resumes when the limit has passed; what is recorded is kept"
    case .unavailable: "the same command resumes when the host is back"
    case .unknownOutcome: "look at the host's list of jobs, then resume"
    case .notRecorded: "replay with the configuration and the data of the recorded run"
    case .jobLimit: "lower trainer.parallelJobs, or wait; the same command resumes"
    case .notUnderstood: "'daunce probe' shows what this endpoint answers"
    case .configuration: "check baseURL and scorer.method; SSL_CERT_FILE names whom to trust"
    case .contextLength, .moderation, .refused, .jobFailed, .command: nil
    }
  }
}
