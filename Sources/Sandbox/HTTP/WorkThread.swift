import Glibc

/// Threads that may block, unlike those of tasks.
enum WorkThread {
  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs the body on a new thread that nobody joins; false when the system gives none.
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    // The thread takes over the one reference; it is given back below when there is no thread.
    let work = unsafe Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let failed = unsafe pthread_create(
      &thread,
      nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      },
      work.toOpaque()
    )
    guard failed == 0 else {
      unsafe work.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
