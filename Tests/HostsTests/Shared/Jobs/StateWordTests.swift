import Testing

@testable import Hosts

@Suite struct `a word for a state` {
  @Test(arguments: [
    "queued", "validating_files", "VALIDATING", "JOB_STATE_RE_QUEUEING", "in-progress",
    "InProgress", "TRAINING_OPERATION_STATUS_PENDING", "notRunning", "JOB_STATE_WRITING_RESULTS",
    "compressing", "NotStarted",
  ])
  func `says that work goes on`(word: String) { #expect(StateWord(word) == .usual) }

  @Test(arguments: ["succeeded", "SUCCESS", "Completed", "JOB_STATE_EARLY_STOPPED", "done"])
  func `says that it ended well`(word: String) { #expect(StateWord(word) == .succeeded) }

  @Test(arguments: [
    "failed", "error", "user_error", "FAILED_VALIDATION", "validationFailed", "JOB_STATE_EXPIRED",
    "processing_error", "INVALID_FORMAT", "rejected",
  ])
  func `says that it ended badly`(word: String) { #expect(StateWord(word) == .failed) }

  @Test(arguments: [
    "cancelled", "canceled", "archived", "DELETED", "stopped", "suspended", "cancelled_by_user",
    "JOB_STATE_ABORTED", "terminated",
  ])
  func `says that somebody ended it`(word: String) { #expect(StateWord(word) == .stopped) }

  @Test(arguments: ["paused", "JOB_STATE_PAUSED", "paused_for_safety", "on hold"])
  func `says that it is held`(word: String) { #expect(StateWord(word) == .held) }

  @Test(arguments: [
    "", "7", "pausing", "cancel_requested", "not_failed", "retrying_after_error", "safety_review",
    "état", "completed_with_notes", "state", "JOB_STATE_",
  ])
  func `may be one that nobody knows`(word: String) { #expect(StateWord(word) == .unknown) }
}
