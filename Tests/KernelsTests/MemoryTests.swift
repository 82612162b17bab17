import Testing

@testable import Kernels

struct MemoryTests {
  @Test func `the allocator takes the settings`() {
    #expect(keepFreedMemory())
  }
}
