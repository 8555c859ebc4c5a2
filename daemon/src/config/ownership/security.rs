//! Windows' own functions for owners and access lists: the only place that calls them.
//!
//! Lists are written and read as SDDL, Windows' text for security descriptors, so that what they mean is decided by
//! ordinary code ([`super::sddl`]) and the calls here only carry text in and out.

#![expect(unsafe_code, reason = "Windows offers access lists through raw pointers only")]

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _};
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_SUCCESS, GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE, LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1, SE_FILE_OBJECT,
    SetSecurityInfo,
};
use windows_sys::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, GetTokenInformation,
    OWNER_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR,
    SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::sddl::{self, Access};

const OWNER_AND_LIST: u32 = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

/// The longest path Windows takes in its plain form, directories included.
const LONGEST_PLAIN_PATH: usize = 247;

/// Room for a `TOKEN_USER` with the longest SID, in its alignment.
#[repr(C)]
struct TokenUserBuffer {
    user: TOKEN_USER,
    sid: [u8; 68],
}

/// Something Windows gave us to free.
struct Local(*mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: every `Local` holds what a Windows function allocated by `LocalAlloc` and nobody else frees.
        unsafe { LocalFree(self.0) };
    }
}

impl Local {
    /// Copies the text ending in NUL that this points to.
    fn text(&self) -> String {
        let start = self.0.cast::<u16>();
        let mut length = 0;
        // SAFETY: the functions that answer text end it with NUL, and nobody changes it while we hold it.
        let units = unsafe {
            while *start.add(length) != 0 {
                length += 1;
            }
            std::slice::from_raw_parts(start, length)
        };
        String::from_utf16_lossy(units)
    }
}

/// Makes a directory whose access list, passed on to all that is made in it, names this account alone.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    let descriptor = descriptor(&sddl::private_directory(&current_account()?))?;
    let attributes = attributes(&descriptor);
    // SAFETY: path and attributes are alive and well-formed for the length of the call.
    succeeded(unsafe { CreateDirectoryW(wide(path)?.as_ptr(), &raw const attributes) })
}

/// Makes a file whose access list names this account alone, and opens it for reading and writing.
pub(super) fn create_file(path: &Path) -> io::Result<File> {
    let descriptor = descriptor(&sddl::private_file(&current_account()?))?;
    let attributes = attributes(&descriptor);
    // SAFETY: path and attributes are alive and well-formed for the length of the call.
    let handle = unsafe {
        CreateFileW(
            wide(path)?.as_ptr(),
            GENERIC_READ | GENERIC_WRITE,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            ptr::null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is open, a file's, and ours alone.
    Ok(unsafe { File::from_raw_handle(handle) })
}

/// Tells who may open a file or directory.
pub(super) fn access(file: &File) -> io::Result<Access> {
    let account = current_account()?;
    // Windows writes some accounts by two letters; ours is compared in the form it would choose.
    let own = describe(&descriptor(&sddl::private_file(&account))?)?;
    Ok(sddl::access(&describe(&security_of(file)?)?, sddl::owner(&own).unwrap_or(&account)))
}

/// Leaves this account alone in a directory's access list, and in those of all below that inherit from it.
pub(super) fn close_directory(directory: &File) -> io::Result<()> {
    set_list(directory, &sddl::private_directory(&current_account()?))
}

fn set_list(file: &File, sddl: &str) -> io::Result<()> {
    let descriptor = descriptor(sddl)?;
    let (mut present, mut defaulted) = (0, 0);
    let mut list: *mut ACL = ptr::null_mut();
    // SAFETY: the descriptor is valid; the list answered lies inside it, so it lives as long.
    succeeded(unsafe {
        GetSecurityDescriptorDacl(descriptor.0, &raw mut present, &raw mut list, &raw mut defaulted)
    })?;
    // SAFETY: the handle is open and the list alive; owner, group and audit list are not set.
    let code = unsafe {
        SetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
            ptr::null_mut(),
            ptr::null_mut(),
            list,
            ptr::null(),
        )
    };
    accepted(code)
}

/// The SID of the account this process runs as, as text.
fn current_account() -> io::Result<String> {
    let mut token: HANDLE = ptr::null_mut();
    // SAFETY: the pseudo-handle of the own process is always valid, and `token` is written before it is used.
    succeeded(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    // SAFETY: all-zero is a valid `TOKEN_USER` (null pointers) and a valid array of bytes.
    let mut buffer: TokenUserBuffer = unsafe { std::mem::zeroed() };
    let mut length = 0;
    // SAFETY: the buffer is as long as we say, and aligned for what is written to its start.
    let told = unsafe {
        GetTokenInformation(
            token,
            TokenUser,
            (&raw mut buffer).cast(),
            u32::try_from(size_of::<TokenUserBuffer>()).unwrap_or(u32::MAX),
            &raw mut length,
        )
    };
    let told = succeeded(told);
    // SAFETY: the token was opened above and is closed once.
    unsafe { CloseHandle(token) };
    told?;
    let mut text = ptr::null_mut();
    // SAFETY: the call above filled `user`, whose SID points into the same buffer.
    succeeded(unsafe { ConvertSidToStringSidW(buffer.user.User.Sid, &raw mut text) })?;
    Ok(Local(text.cast()).text())
}

/// Builds a security descriptor from its text.
fn descriptor(sddl: &str) -> io::Result<Local> {
    let text: Vec<u16> = sddl.encode_utf16().chain([0]).collect();
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    // SAFETY: the text ends with NUL; the descriptor is written before it is used.
    succeeded(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            ptr::null_mut(),
        )
    })?;
    Ok(Local(descriptor))
}

/// The owner and access list of an open file or directory.
fn security_of(file: &File) -> io::Result<Local> {
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    // SAFETY: the handle is open; of all there is to answer only the descriptor is asked for.
    let code = unsafe {
        GetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            OWNER_AND_LIST,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    accepted(code)?;
    Ok(Local(descriptor))
}

/// The text of a security descriptor.
fn describe(descriptor: &Local) -> io::Result<String> {
    let mut text = ptr::null_mut();
    // SAFETY: the descriptor is valid, and the text is written before it is used.
    succeeded(unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor.0,
            SDDL_REVISION_1,
            OWNER_AND_LIST,
            &raw mut text,
            ptr::null_mut(),
        )
    })?;
    Ok(Local(text.cast()).text())
}

fn attributes(descriptor: &Local) -> SECURITY_ATTRIBUTES {
    SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or(u32::MAX),
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    }
}

/// A path as Windows takes it, long ones in the form that has no limit.
fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let absolute = std::path::absolute(path)?;
    let units: Vec<u16> = absolute.as_os_str().encode_wide().collect();
    if units.contains(&0) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a path cannot contain NUL"));
    }
    let share: Vec<u16> = r"\\".encode_utf16().collect();
    let prefix = if units.len() > LONGEST_PLAIN_PATH && !units.starts_with(&share) { r"\\?\" } else { "" };
    Ok(prefix.encode_utf16().chain(units).chain([0]).collect())
}

fn succeeded(outcome: i32) -> io::Result<()> {
    if outcome == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn accepted(code: u32) -> io::Result<()> {
    if code == ERROR_SUCCESS { Ok(()) } else { Err(io::Error::from_raw_os_error(code.cast_signed())) }
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs::OpenOptions;
    use std::os::windows::fs::OpenOptionsExt as _;

    use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_BACKUP_SEMANTICS, READ_CONTROL, WRITE_DAC};

    use super::*;

    /// Lets every account read a file or directory.
    pub(crate) fn open_to_everyone(path: &Path) {
        let file = OpenOptions::new()
            .access_mode(READ_CONTROL | WRITE_DAC)
            .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
            .open(path)
            .unwrap();
        let account = current_account().unwrap();
        set_list(&file, &format!("D:P(A;;FA;;;{account})(A;;FR;;;WD)")).unwrap();
    }

    #[test]
    fn long_paths_take_the_form_without_a_limit() {
        let text = |path: &str| String::from_utf16(&wide(Path::new(path)).unwrap()).unwrap();
        let long = format!(r"C:\{}", "a".repeat(300));
        assert_eq!(text(&long), format!("\\\\?\\{long}\0"));
        assert_eq!(text(r"C:\short"), "C:\\short\0");
    }
}
