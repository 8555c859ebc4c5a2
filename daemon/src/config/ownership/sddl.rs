//! What a Windows access list says, in SDDL: `O:owner D:flags(type;flags;rights;object;inherited object;account)…`.
//!
//! Accounts are SIDs (`S-1-5-21-…`) or two letters for well-known ones.

/// Accounts that are the owner, or can open every file whatever its list says: the system, administrators, and the
/// stand-ins for whoever owns the file.
const TRUSTED: [&str; 4] = ["SY", "BA", "CO", "OW"];

/// Who may open a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Its owner, who is us, alone.
    Private,
    /// It belongs to another account.
    OtherOwner,
    /// Accounts other than its owner, too.
    OpenToOthers,
}

/// The security of a file for `account` alone.
pub(super) fn private_file(account: &str) -> String {
    format!("O:{account}D:P(A;;FA;;;{account})")
}

/// The security of a directory for `account` alone, passed on to all that is made in it.
pub(super) fn private_directory(account: &str) -> String {
    format!("O:{account}D:P(A;OICI;FA;;;{account})")
}

/// The owner's account.
pub(super) fn owner(sddl: &str) -> Option<&str> {
    let rest = sddl.strip_prefix("O:")?;
    let end = ["G:", "D:", "S:"].iter().filter_map(|section| rest.find(section)).min().unwrap_or(rest.len());
    Some(&rest[..end])
}

/// Tells who may open what has this security, when `account` is us. What cannot be understood counts as open.
pub(super) fn access(sddl: &str, account: &str) -> Access {
    // What an administrator's elevated process makes belongs to the group.
    if !owner(sddl).is_some_and(|owner| owner == account || owner == "BA") {
        return Access::OtherOwner;
    }
    let Some((_, list)) = sddl.split_once("D:") else { return Access::OpenToOthers };
    let list = list.split_once("S:").map_or(list, |(list, _)| list);
    let mut entries = list.split('(');
    if entries.next().is_none_or(|flags| flags.contains("NO_ACCESS_CONTROL")) {
        return Access::OpenToOthers;
    }
    let harmless = |entry: &str| {
        let fields: Vec<_> = entry.trim_end_matches(')').split(';').collect();
        match fields[..] {
            ["D" | "OD", ..] => true,
            ["A", _, _, _, _, to] => to == account || TRUSTED.contains(&to),
            _ => false,
        }
    };
    if entries.all(harmless) { Access::Private } else { Access::OpenToOthers }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "S-1-5-21-1-2-3-1001";

    fn check(list: &str, expected: Access) {
        let sddl = format!("O:{ME}G:S-1-5-21-1-2-3-513D:{list}");
        assert_eq!(access(&sddl, ME), expected, "{sddl}");
    }

    #[test]
    fn s_14_what_we_make_is_private() {
        assert_eq!(access(&private_file(ME), ME), Access::Private);
        assert_eq!(access(&private_directory(ME), ME), Access::Private);
    }

    #[test]
    fn s_14_the_list_of_a_profile_is_private() {
        check(&format!("AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;{ME})"), Access::Private);
        check("P(A;;FA;;;OW)(A;OICIIO;FA;;;CO)", Access::Private);
    }

    #[test]
    fn s_14_others_in_the_list_are_seen() {
        for other in ["WD", "BU", "AU", "S-1-5-21-1-2-3-1002", "S-1-5-21-1-2-3-10011"] {
            check(&format!("P(A;;FA;;;{ME})(A;;FR;;;{other})"), Access::OpenToOthers);
        }
        check(&format!("P(D;;FA;;;WD)(A;;FA;;;{ME})"), Access::Private);
    }

    #[test]
    fn s_14_what_is_not_understood_counts_as_open() {
        check("NO_ACCESS_CONTROL", Access::OpenToOthers);
        check(&format!("P(XA;;FX;;;{ME};(@User.Project Any_of 1))"), Access::OpenToOthers);
        check("P(A;;FA", Access::OpenToOthers);
        assert_eq!(access(&format!("O:{ME}"), ME), Access::OpenToOthers);
        assert_eq!(access("", ME), Access::OtherOwner);
    }

    #[test]
    fn s_14_the_audit_list_gives_nobody_access() {
        check(&format!("P(A;;FA;;;{ME})S:(AU;SAFA;FA;;;WD)"), Access::Private);
    }

    #[test]
    fn s_14_another_owner_is_seen_but_administrators_are_no_others() {
        assert_eq!(access(&format!("O:S-1-5-18D:P(A;;FA;;;{ME})"), ME), Access::OtherOwner);
        assert_eq!(access(&format!("O:BAD:P(A;;FA;;;{ME})"), ME), Access::Private);
    }
}
