import CCurl
import Glibc
import Synchronization

/// The thread that owns libcurl's multi handle, and an executor of short pieces of work.
///
/// Tasks that prefer it go on where their reply came in: neither the reply nor what is made of it
/// crosses to another thread, which would cost more than reading it.
///
/// `@unchecked` because the handle and the transfers are used by the thread alone.
final class EngineLoop: TaskExecutor, @unchecked Sendable {
  private struct Inbox {
    var submitted: [PendingRequest] = []
    var cancelled: [PendingRequest] = []
    var jobs: [UnownedJob] = []
    var isAsleep = false
    var isClosed = false

    /// Whether nothing came in.
    var isEmpty: Bool { submitted.isEmpty && cancelled.isEmpty && jobs.isEmpty }

    /// Whether the sleeper must be woken, now that something came in.
    mutating func wakes() -> Bool {
      defer { isAsleep = false }
      return isAsleep
    }
  }

  /// libcurl's global set-up, done once and never undone.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Idle transfers kept for reuse.
  private static let mostIdle = 256

  private let inbox = Mutex(Inbox())
  private let multi: UnsafeMutableRawPointer
  private let watch: SocketWatch
  private let trust: TrustStore
  private var idle: [Transfer] = []
  private var busy: Set<Transfer> = []
  /// What was taken out of the inbox; empty between two rounds, but the memory is kept.
  private var submitted: [PendingRequest] = []
  private var jobs: [UnownedJob] = []
  private var finished: [(Handoff<HTTPResponse>.Continuation, Result<HTTPResponse, any Error>)] = []

  init(trust: TrustStore) throws(TransportError) {
    guard Self.isReady, let multi = curl_multi_init() else {
      throw TransportError(.other(Int(CURLE_FAILED_INIT.rawValue)), "libcurl cannot be started")
    }
    do throws(TransportError) {
      watch = try SocketWatch()
    } catch {
      curl_multi_cleanup(multi)
      throw error
    }
    watch.attach(to: multi)
    self.multi = multi
    self.trust = trust
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 256)
    _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
  }

  // The last reference may be a submitter's that is about to wake the thread, so the handle cannot go
  // earlier.
  deinit {
    idle.removeAll()
    curl_multi_cleanup(multi)
  }

  /// Starts the thread, which keeps the loop alive until it is closed.
  func start() throws(TransportError) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread,
      nil,
      { context in
        guard let context else { return nil }
        Unmanaged<EngineLoop>.fromOpaque(context).takeRetainedValue().run()
        return nil
      },
      context.toOpaque()
    )
    guard status == 0 else {
      context.release()
      throw TransportError(.other(Int(status)), "the network thread cannot be started")
    }
    pthread_detach(thread)
  }

  func submit(_ pending: PendingRequest) {
    let (isClosed, wakes) = inbox.withLock { inbox in
      if inbox.isClosed { return (true, false) }
      inbox.submitted.append(pending)
      return (false, inbox.wakes())
    }
    if isClosed { pending.handoff.end()?.resume(throwing: Self.closed) }
    if wakes { watch.wake() }
  }

  /// Runs a piece of a task between two looks at the network; elsewhere once the loop is closed.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let (isClosed, wakes) = inbox.withLock { inbox in
      if inbox.isClosed { return (true, false) }
      inbox.jobs.append(job)
      return (false, inbox.wakes())
    }
    if isClosed { globalConcurrentExecutor.enqueue(job) }
    if wakes { watch.wake() }
  }

  func cancel(_ pending: PendingRequest) {
    let wakes = inbox.withLock { inbox in
      inbox.cancelled.append(pending)
      return inbox.wakes()
    }
    if wakes { watch.wake() }
  }

  func close() {
    let wakes = inbox.withLock { inbox in
      inbox.isClosed = true
      return inbox.wakes()
    }
    if wakes { watch.wake() }
  }

  private static let closed = TransportError(.closed, "the network was closed")

  // MARK: The thread

  private func run() {
    // Signals are for the program's own threads; OpenSSL's writes to dead sockets would raise SIGPIPE.
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    while takeInbox() {
      watch.serve(multi)
      collect()
      for (continuation, result) in finished { continuation.resume(with: result) }
      finished.removeAll(keepingCapacity: true)
      let sleeps = inbox.withLock { inbox in
        inbox.isAsleep = inbox.isEmpty && !inbox.isClosed
        return inbox.isAsleep
      }
      watch.wait(sleeps)
    }
    // Nothing is added to them any more.
    runJobs()
    for transfer in busy {
      curl_multi_remove_handle(multi, transfer.easy)
      transfer.finish()?.handoff.end()?.resume(throwing: Self.closed)
    }
    busy.removeAll()
    idle.removeAll()
  }

  /// Runs the jobs, then starts and cancels what came in; false when the loop was closed.
  private func takeInbox() -> Bool {
    runJobs()
    let (cancelled, isClosed) = inbox.withLock { inbox in
      swap(&inbox.submitted, &submitted)
      defer { inbox.cancelled.removeAll() }
      return (inbox.cancelled, inbox.isClosed)
    }
    defer { submitted.removeAll(keepingCapacity: true) }
    if isClosed {
      for pending in submitted { pending.handoff.end()?.resume(throwing: Self.closed) }
      return false
    }
    for pending in cancelled {
      guard let transfer = pending.transfer else { continue }
      curl_multi_remove_handle(multi, transfer.easy)
      retire(transfer)
    }
    for pending in submitted where !pending.handoff.hasEnded { start(pending) }
    return true
  }

  private func runJobs() {
    inbox.withLock { inbox in
      inbox.isAsleep = false
      swap(&inbox.jobs, &jobs)
    }
    for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    jobs.removeAll(keepingCapacity: true)
  }

  private func start(_ pending: PendingRequest) {
    do throws(TransportError) {
      let transfer: Transfer =
        if let kept = idle.popLast() { kept } else { try Transfer(trust: trust) }
      try transfer.begin(pending)
      guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
        _ = transfer.finish()
        throw TransportError(.other(Int(CURLE_FAILED_INIT.rawValue)), "libcurl takes no request")
      }
      busy.insert(transfer)
    } catch {
      pending.handoff.end()?.resume(throwing: error)
    }
  }

  /// Takes what libcurl has finished.
  private func collect() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let transfer = Transfer.of(easy)
      else { continue }
      let result = transfer.result(ccurl_result(message))
      curl_multi_remove_handle(multi, easy)
      if let continuation = retire(transfer)?.handoff.end() {
        finished.append((continuation, result))
      }
    }
  }

  @discardableResult
  private func retire(_ transfer: Transfer) -> PendingRequest? {
    let pending = transfer.finish()
    busy.remove(transfer)
    if idle.count < Self.mostIdle { idle.append(transfer) }
    return pending
  }
}
