//! What the allocator does with memory that is given back.
//!
//! **Invariant:** a large value's memory returns to the system when the value is gone, whichever thread held it.

/// From this size on a block of memory is the system's own; 1 MiB.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_BLOCK_BYTES: i32 = 1 << 20;

/// How much freed memory a thread's heap keeps for what comes next; 2 MiB.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_BYTES: i32 = 2 << 20;

/// Has large blocks returned to the system as soon as they are freed. Call it before any thread starts.
///
/// glibc, left alone, begins to keep blocks of up to 32 MiB once it has seen one freed, in a separate heap for each
/// thread: forty edits of a 4 MB value left the daemon with 116 MB instead of 48 MB. Other systems' allocators do not.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library offers this to C only")]
pub fn return_large_blocks() {
    // SAFETY: `mallopt` only sets a number; no other thread allocates yet.
    let accepted = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_BLOCK_BYTES) };
    debug_assert_eq!(accepted, 1, "the size is below glibc's largest");
    // SAFETY: as above. With only 128 KiB kept, every page of an export would be asked of the system anew.
    let accepted = unsafe { libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES) };
    debug_assert_eq!(accepted, 1, "every size is accepted");
}

/// Does nothing: this system's allocator returns large blocks by itself.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn return_large_blocks() {}
