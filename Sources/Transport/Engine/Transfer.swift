import CCurl
import Glibc

/// One easy handle with its buffers, used for one request after another by the engine's thread.
final class Transfer: Hashable {
  /// Most bytes of a reply's head.
  private static let longestHead = 256 << 10
  /// Bytes that most heads stay below.
  private static let usualHead = 512

  let easy: UnsafeMutableRawPointer
  private var pending: PendingRequest?
  private var head: [UInt8] = []
  private var body: [UInt8] = []
  private var limit = 0
  /// Length of the latest body of moderate size: the next one is often about as long.
  private var usualBody = 0
  private var isTooLarge = false
  /// Whether libcurl watches for a stall: only once the reply has begun.
  private var isWatched = false
  private var address: HTTPAddress?
  private var fields: [HTTPRequest.Field]?
  private var list: UnsafeMutablePointer<curl_slist>?
  private var upload = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var form: FormUpload?
  private var patience: HTTPRequest.Patience?
  private let failure = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(trust: TrustStore) throws(TransportError) {
    guard let easy = curl_easy_init() else {
      failure.deallocate()
      throw TransportError(.other(Int(CURLE_OUT_OF_MEMORY.rawValue)), "out of memory")
    }
    self.easy = easy
    failure.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try setOnce(trust)
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(list)
    upload.deallocate()
    failure.deallocate()
  }

  static func == (left: Transfer, right: Transfer) -> Bool { left === right }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

  /// The transfer a handle belongs to; it lives as long as the handle.
  static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
    var context: UnsafeMutableRawPointer?
    guard ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else {
      return nil
    }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  // MARK: Options

  private func check(_ code: CURLcode) throws(TransportError) {
    guard code == CURLE_OK else {
      let cause = String(cString: curl_easy_strerror(code)).lowercased()
      throw TransportError(.other(Int(code.rawValue)), "libcurl refuses an option: \(cause)")
    }
  }

  private func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
    try check(ccurl_set_long(easy, option, value))
  }

  private func set(_ option: CURLoption, _ value: String?) throws(TransportError) {
    try check(ccurl_set_text(easy, option, value))
  }

  private func setOnce(_ trust: TrustStore) throws(TransportError) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    try check(ccurl_set_pointer(easy, CURLOPT_PRIVATE, context))
    try check(ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context))
    try check(ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context))
    try check(ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, failure))
    // The callbacks run on the engine's thread within perform, while the transfer is in use.
    try check(
      ccurl_set_sink(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
      }
    )
    try check(
      ccurl_set_sink(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.takeHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
      }
    )
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // Every host knows it; libcurl writes the list anew for each request.
    try set(CURLOPT_ACCEPT_ENCODING, "gzip")
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    try set(CURLOPT_LOW_SPEED_LIMIT, 1)
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    if let file = trust.file { try set(CURLOPT_CAINFO, file) }
    if let folder = trust.folder { try set(CURLOPT_CAPATH, folder) }
  }

  /// Sets all that differs between requests.
  func begin(_ pending: PendingRequest) throws(TransportError) {
    let request = pending.request
    limit = request.limit
    failure.pointee = 0
    if address != request.address { try set(request.address) }
    try set(CURLOPT_FRESH_CONNECT, request.isRepeatable ? 0 : 1)
    if patience != request.patience { try set(request.patience) }
    if isWatched { try watch(for: .zero) }
    if fields != request.fields { try set(request.fields) }
    form = nil
    switch request.body {
    case .none:
      try set(CURLOPT_HTTPGET, 1)
      try set(CURLOPT_NOBODY, request.method == "HEAD" ? 1 : 0)
    case .bytes(let bytes):
      try set(CURLOPT_NOBODY, 0)
      try set(CURLOPT_POST, 1)
      if upload.count < bytes.count {
        upload.deallocate()
        upload = .allocate(byteCount: bytes.count, alignment: 16)
      }
      bytes.withUnsafeBytes { upload.copyMemory(from: $0) }
      try check(ccurl_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
      try check(
        ccurl_set_pointer(
          easy,
          CURLOPT_POSTFIELDS,
          upload.baseAddress ?? UnsafeMutableRawPointer(failure)
        )
      )
    case .form(let parts):
      try set(CURLOPT_NOBODY, 0)
      let form = try FormUpload(parts, easy: easy)
      try check(ccurl_set_pointer(easy, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(form.mime)))
      self.form = form
    }
    try set(CURLOPT_CUSTOMREQUEST, request.method)
    self.pending = pending
    pending.transfer = self
  }

  private func set(_ address: HTTPAddress) throws(TransportError) {
    try set(CURLOPT_URL, address.text)
    try set(CURLOPT_PIPEWAIT, address.isSecure ? 1 : 0)
    // Nothing for this machine may go through a proxy; NULL means what the environment says.
    try set(CURLOPT_NOPROXY, address.isLoopback ? "*" : nil)
    self.address = address
  }

  private func set(_ patience: HTTPRequest.Patience) throws(TransportError) {
    func milliseconds(_ duration: Duration) -> Int { max(1, Int(duration / .milliseconds(1))) }
    try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(patience.connect))
    try set(CURLOPT_TIMEOUT_MS, milliseconds(patience.total))
    self.patience = patience
  }

  /// Ends the transfer when no byte comes for a time; zero for never.
  ///
  /// libcurl would also count the time that a slow model takes for its first byte, so it is told of
  /// the limit only then; it looks at the option anew in every second.
  private func watch(for time: Duration) throws(TransportError) {
    try set(CURLOPT_LOW_SPEED_TIME, time == .zero ? 0 : max(1, Int(time / .seconds(1))))
    isWatched = time != .zero
  }

  private func set(_ fields: [HTTPRequest.Field]) throws(TransportError) {
    // Without it libcurl waits a second for the host's leave to send a large body.
    var made = curl_slist_append(nil, "Expect:")
    for field in fields {
      let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
      guard !line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
        curl_slist_free_all(made)
        throw TransportError(.invalidURL, "the value of header \(field.name) holds a line break")
      }
      made = curl_slist_append(made, line)
    }
    try check(ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, made))
    curl_slist_free_all(list)
    list = made
    self.fields = fields
  }

  // MARK: What comes in

  private func takeHead(_ line: UnsafeRawBufferPointer) -> Int {
    // Each new status line ends what an interim reply or a proxy said.
    if let start = line.baseAddress, line.count > 5, memcmp(start, "HTTP/", 5) == 0 {
      head.removeAll(keepingCapacity: true)
      // `HTTP/1.1 103`: an interim reply is not the beginning of the real one.
      let isInterim = line.drop { $0 != UInt8(ascii: " ") }.dropFirst().first == UInt8(ascii: "1")
      if !isInterim, !isWatched, let patience {
        do { try watch(for: patience.stalled) } catch { return 0 }
      }
      head.reserveCapacity(Self.usualHead)
    }
    guard head.count + line.count <= Self.longestHead else {
      isTooLarge = true
      return 0
    }
    head.append(contentsOf: line)
    return line.count
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= limit else {
      isTooLarge = true
      return 0
    }
    if body.isEmpty { body.reserveCapacity(min(usualBody, limit)) }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  // MARK: The end

  /// What came of the request that just ended.
  func result(_ code: CURLcode) -> Result<HTTPResponse, any Error> {
    guard let request = pending?.request else { return .failure(CancellationError()) }
    var took: curl_off_t = 0
    _ = ccurl_get_large(easy, CURLINFO_TOTAL_TIME_T, &took)
    guard code == CURLE_OK else {
      return .failure(error(code, request, took: .microseconds(took)))
    }
    var status = 0
    _ = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    let response = HTTPResponse(
      status: status,
      fields: HTTPFields(head),
      body: body,
      took: .microseconds(took)
    )
    return .success(response)
  }

  /// Makes the transfer ready for the next request.
  func finish() -> PendingRequest? {
    let ended = pending
    ended?.transfer = nil
    pending = nil
    if body.count < 1 << 20 { usualBody = body.count }
    head = []
    body = []
    isTooLarge = false
    if form != nil {
      _ = ccurl_set_pointer(easy, CURLOPT_MIMEPOST, nil)
      form = nil
    }
    // What a large upload took is not kept for small ones.
    if upload.count > 1 << 20 {
      _ = ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, nil)
      upload.deallocate()
      upload = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
    return ended
  }

  private func error(
    _ code: CURLcode,
    _ request: HTTPRequest,
    took: Duration
  ) -> TransportError {
    var sent = 0
    var ready: curl_off_t = 0
    _ = ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
    _ = ccurl_get_large(easy, CURLINFO_PRETRANSFER_TIME_T, &ready)
    return TransportError(
      code,
      origin: request.address.origin,
      detail: String(cString: failure),
      isTooLarge: isTooLarge,
      isReady: ready > 0,
      mayHaveArrived: sent > 0 || ready > 0,
      isLate: took >= request.patience.total - .milliseconds(5)
    )
  }
}
