import CCurl
import Glibc

/// A form that libcurl reads straight out of the request's arrays.
final class FormUpload {
  /// One part's bytes and how far they were read.
  private final class Source {
    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  let mime: OpaquePointer
  private let sources: [Source]

  init(_ parts: [HTTPRequest.Part], easy: UnsafeMutableRawPointer) throws(TransportError) {
    guard let mime = curl_mime_init(easy) else {
      throw TransportError(.other(Int(CURLE_OUT_OF_MEMORY.rawValue)), "out of memory")
    }
    self.mime = mime
    sources = parts.map { Source($0.content) }
    for (part, source) in zip(parts, sources) {
      guard let field = curl_mime_addpart(mime) else { continue }
      curl_mime_name(field, part.name)
      if let fileName = part.fileName {
        curl_mime_filename(field, fileName)
        curl_mime_type(field, "application/octet-stream")
      }
      // The sources live as long as the form, and the form as long as the transfer.
      curl_mime_data_cb(
        field,
        curl_off_t(part.content.count),
        { buffer, size, count, context in
          guard let buffer, let context else { return 0 }
          let source = Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
          let taken = min(size * count, source.bytes.count - source.position)
          source.bytes.withUnsafeBytes { bytes in
            let slice = UnsafeRawBufferPointer(
              rebasing: bytes[source.position..<(source.position + taken)]
            )
            UnsafeMutableRawBufferPointer(start: buffer, count: taken).copyMemory(from: slice)
          }
          source.position += taken
          return taken
        },
        { context, offset, origin in
          guard let context, origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
          let source = Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
          guard (0...source.bytes.count).contains(Int(offset)) else { return CURL_SEEKFUNC_FAIL }
          source.position = Int(offset)
          return CURL_SEEKFUNC_OK
        },
        nil,
        Unmanaged.passUnretained(source).toOpaque()
      )
    }
  }

  deinit { curl_mime_free(mime) }
}
