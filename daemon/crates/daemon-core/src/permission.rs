//! Roles, permissions, and which role may do what.
//!
//! Only the table; who a caller is and what an operation needs is decided elsewhere.
//!
//! **Invariant:** a role grants only roles whose permissions it has itself.

use std::fmt;

/// What a caller may be allowed to do; the names are the product document's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See stores, entries and revisions, and stop the budget.
    ReadData,
    /// Create and change entries.
    WriteData,
    /// Remove entries.
    DeleteData,
    /// Take entries out as files.
    ExportData,
    /// Start jobs over many entries.
    BulkOperations,
    /// Issue and revoke tokens, pair with Studio.
    ManageSecurity,
    /// Change connections and settings, resume the budget.
    SystemConfig,
}

/// What a caller is; each role is a set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads, writes and exports.
    Editor,
    /// Does everything with data, and manages access.
    Admin,
    /// Does everything; the owner's role.
    SuperAdmin,
    /// Sees the audit trail only, no data.
    Auditor,
    /// Answers erasure and access requests only, no data.
    ComplianceOfficer,
}

impl Permission {
    /// Every permission, in the order of the product document.
    pub const ALL: [Self; 7] = [
        Self::ReadData,
        Self::WriteData,
        Self::DeleteData,
        Self::ExportData,
        Self::BulkOperations,
        Self::ManageSecurity,
        Self::SystemConfig,
    ];

    /// Returns the permission's name in messages, such as `READ_DATA`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadData => "READ_DATA",
            Self::WriteData => "WRITE_DATA",
            Self::DeleteData => "DELETE_DATA",
            Self::ExportData => "EXPORT_DATA",
            Self::BulkOperations => "BULK_OPERATIONS",
            Self::ManageSecurity => "MANAGE_SECURITY",
            Self::SystemConfig => "SYSTEM_CONFIG",
        }
    }

    /// Finds the permission of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text)
    }
}

impl Role {
    /// Every role, those that handle data first, from least to most.
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Editor, Self::Admin, Self::SuperAdmin, Self::Auditor, Self::ComplianceOfficer];

    /// Returns the role's name in databases and messages, such as `SUPER_ADMIN`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "VIEWER",
            Self::Editor => "EDITOR",
            Self::Admin => "ADMIN",
            Self::SuperAdmin => "SUPER_ADMIN",
            Self::Auditor => "AUDITOR",
            Self::ComplianceOfficer => "COMPLIANCE_OFFICER",
        }
    }

    /// Finds the role of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Decides whether the role includes the permission.
    pub const fn permits(self, permission: Permission) -> bool {
        match self {
            Self::Viewer => matches!(permission, Permission::ReadData),
            Self::Editor => {
                matches!(permission, Permission::ReadData | Permission::WriteData | Permission::ExportData)
            }
            Self::Admin => matches!(
                permission,
                Permission::ReadData
                    | Permission::WriteData
                    | Permission::DeleteData
                    | Permission::ExportData
                    | Permission::BulkOperations
                    | Permission::ManageSecurity
            ),
            Self::SuperAdmin => true,
            Self::Auditor | Self::ComplianceOfficer => false,
        }
    }

    /// Decides whether this role may give `other` to somebody: it manages security, and `other` can do nothing it cannot.
    pub fn may_grant(self, other: Self) -> bool {
        self.permits(Permission::ManageSecurity)
            && Permission::ALL
                .into_iter()
                .all(|permission| self.permits(permission) || !other.permits(permission))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_permit_exactly_what_the_table_says() {
        use Permission::{
            BulkOperations, DeleteData, ExportData, ManageSecurity, ReadData, SystemConfig, WriteData,
        };
        let check = |role: Role, expected: &[Permission]| {
            let permitted: Vec<_> =
                Permission::ALL.into_iter().filter(|&permission| role.permits(permission)).collect();
            assert_eq!(permitted, expected, "{role}");
        };
        check(Role::Viewer, &[ReadData]);
        check(Role::Editor, &[ReadData, WriteData, ExportData]);
        check(Role::Admin, &[ReadData, WriteData, DeleteData, ExportData, BulkOperations, ManageSecurity]);
        check(
            Role::SuperAdmin,
            &[ReadData, WriteData, DeleteData, ExportData, BulkOperations, ManageSecurity, SystemConfig],
        );
        check(Role::Auditor, &[]);
        check(Role::ComplianceOfficer, &[]);
    }

    #[test]
    fn nobody_grants_more_than_they_may_do() {
        let check = |role: Role, expected: &[Role]| {
            let granted: Vec<_> = Role::ALL.into_iter().filter(|&other| role.may_grant(other)).collect();
            assert_eq!(granted, expected, "{role}");
        };
        check(Role::Viewer, &[]);
        check(Role::Editor, &[]);
        check(
            Role::Admin,
            &[Role::Viewer, Role::Editor, Role::Admin, Role::Auditor, Role::ComplianceOfficer],
        );
        check(Role::SuperAdmin, &Role::ALL);
        check(Role::Auditor, &[]);
        check(Role::ComplianceOfficer, &[]);
    }

    #[test]
    fn names_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
        }
        assert_eq!(Role::parse("superadmin"), None);
        assert_eq!(Permission::parse(""), None);
    }
}
