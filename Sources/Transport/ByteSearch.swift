import CCurl

extension [UInt8] {
  /// Where a text of bytes occurs first at or after a place; `nil` when it does not or is empty.
  package func firstRange(of needle: [UInt8], from start: Int = 0) -> Range<Int>? {
    guard !needle.isEmpty, start + needle.count <= count else { return nil }
    return withUnsafeBytes { haystack -> Range<Int>? in
      needle.withUnsafeBytes { needle -> Range<Int>? in
        guard let base = haystack.baseAddress, let wanted = needle.baseAddress,
          let found = memmem(base + start, haystack.count - start, wanted, needle.count)
        else { return nil }
        let position = UnsafeRawPointer(found) - base
        return position..<(position + needle.count)
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Where bytes occur first, ASCII letters of either case being equal; the needle is lower case.
  func firstIgnoringCase(of needle: UnsafeRawBufferPointer) -> Int? {
    guard let first = needle.first, count >= needle.count else { return nil }
    for start in 0...(count - needle.count) where lower(start) == first {
      if needle.indices.allSatisfy({ lower(start + $0) == needle[$0] }) { return start }
    }
    return nil
  }

  private func lower(_ index: Int) -> UInt8 {
    let byte = self[index]
    return (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}
