//! How much memory a process holds resident, as the system tells.

/// What a process holds, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resident {
    /// Now.
    pub(crate) now_bytes: u64,
    /// The most since the process began, or since [`forget_peak`].
    pub(crate) peak_bytes: u64,
}

/// Says why there is no figure.
pub(crate) const ABSENT: &str = "cannot be read on this system";

/// Reads what a process holds; `None` where the system does not tell, or the process has ended.
pub(crate) fn resident(process: u32) -> Option<Resident> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    parse(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// Lets the peak begin anew at what the process holds now.
pub(crate) fn forget_peak(process: u32) {
    if cfg!(target_os = "linux") {
        // Where it is not permitted the peak stays that of the whole run, which is never too low.
        let _ = std::fs::write(format!("/proc/{process}/clear_refs"), "5");
    }
}

fn parse(status: &str) -> Option<Resident> {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1_024)
    };
    Some(Resident { now_bytes: bytes("VmRSS:")?, peak_bytes: bytes("VmHWM:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kibibytes_are_read_from_the_status() {
        let status = "Name:\tdsmp\nVmPeak:\t  999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(parse(status), Some(Resident { now_bytes: 1 << 20, peak_bytes: 2 << 20 }));
        assert_eq!(parse("Name:\tkworker\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn our_own_memory_can_be_read_and_its_peak_forgotten() {
        forget_peak(std::process::id());
        let resident = resident(std::process::id()).unwrap();
        assert!(resident.now_bytes > 0 && resident.peak_bytes > 0, "{resident:?}");
    }
}
