internal import Dispatch

/// Threads for long arithmetic, which would keep the concurrency pool's few threads from everyone else.
package final class ArithmeticThreads: TaskExecutor {
  /// Those of all designs.
  package static let shared = ArithmeticThreads()

  private let queue = DispatchQueue(label: "daunce.arithmetic", attributes: .concurrent)

  package func enqueue(_ job: consuming ExecutorJob) {
    // The runtime keeps a job alive until it has run, and it runs once.
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
