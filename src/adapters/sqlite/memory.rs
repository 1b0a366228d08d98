//! Memory that SQLite gave back to the allocator, given back to the system: what fifty databases took to be opened lies between what
//! still is in use, where the allocator of glibc leaves it.

/// Gives back what is free. Takes a few milliseconds, so this is for when much was closed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "no safe call says this to the allocator, and setting an environment variable for it would reach what the daemon starts"
)]
pub(super) fn give_back() {
    // SAFETY: it takes a number, touches nothing that is in use, and may be called on any thread at any time.
    let is_released = unsafe { libc::malloc_trim(0) } == 1;
    tracing::debug!(is_released, "free memory was given back");
}

/// Other allocators do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) const fn give_back() {}
