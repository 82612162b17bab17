internal import CKernels

/// Keeps freed memory in the process for reuse, which saves a seventh of training on images.
///
/// Temporary matrices of a few hundred kilobytes otherwise go back to the system after every step
/// and are zeroed page by page when they return. Call it once, where long numeric work begins.
///
/// - Returns: Whether the allocator took the settings.
@discardableResult
package func keepFreedMemory() -> Bool {
  ckernels_keep_freed_memory() != 0
}
