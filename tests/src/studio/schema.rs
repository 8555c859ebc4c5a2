//! What classes and members exist in Studio, joined from two sources.
//!
//! The reflection database knows types, defaults, enums and tags but no methods; `tests/data/studio-api.json` (written
//! by `scripts/studio-api`) knows methods, events and callbacks but lacks some properties. Classes are flattened when
//! first asked for.
//!
//! **Invariant:** a name that is in neither source does not exist, and using it is an error.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rbx_reflection::{
    ClassDescriptor, ClassTag, DataType, PropertyKind, PropertyMigration, PropertySerialization, PropertyTag,
    ReflectionDatabase, Scriptability,
};
use rbx_types::{Variant, VariantType};
use serde::Deserialize;

const STUDIO_API: &str = include_str!("../../data/studio-api.json");

/// Methods that Studio documents and that neither source lists.
const MISSING_METHODS: &[(&str, &str)] = &[("PluginGui", "BindToClose")];

/// The type of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    Plain(VariantType),
    Enum(&'static str),
    Instance,
    /// The property is known only by name; the simulator holds whatever a service or the script put there.
    Unknown,
}

/// A property as one class sees it.
#[derive(Clone)]
pub(crate) struct Property {
    /// The name under which the value is held; differs from the name asked for when that is an alias.
    pub(crate) canonical: &'static str,
    pub(crate) value_type: ValueType,
    pub(crate) read_only: bool,
    pub(crate) default: Option<&'static Variant>,
    pub(crate) migration: Option<&'static PropertyMigration<'static>>,
}

/// Anything that can follow the dot or colon after an Instance.
#[derive(Clone)]
pub(crate) enum Member {
    Property(Property),
    Method,
    Event,
    Callback,
}

/// A class with the members of its superclasses.
pub(crate) struct Class {
    pub(crate) name: &'static str,
    /// The class itself first, `Object` last.
    pub(crate) ancestry: Vec<&'static str>,
    pub(crate) creatable: bool,
    pub(crate) service: bool,
    pub(crate) members: HashMap<&'static str, Member>,
}

impl Class {
    pub(crate) fn is_a(&self, class: &str) -> bool {
        self.ancestry.contains(&class)
    }

    /// The member and its name with the lifetime of the schema.
    pub(crate) fn member(&self, name: &str) -> Option<(&'static str, &Member)> {
        self.members.get_key_value(name).map(|(name, member)| (*name, member))
    }
}

#[derive(Deserialize)]
struct ApiFile {
    #[serde(borrow)]
    classes: HashMap<&'static str, ApiClass>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiClass {
    superclass: Option<&'static str>,
    #[serde(borrow)]
    methods: Vec<&'static str>,
    #[serde(borrow)]
    events: Vec<&'static str>,
    #[serde(borrow)]
    callbacks: Vec<&'static str>,
    #[serde(borrow)]
    read_only: Vec<&'static str>,
    #[serde(borrow)]
    writable: Vec<&'static str>,
}

/// Both sources and the classes flattened so far.
pub(crate) struct Schema {
    database: &'static ReflectionDatabase<'static>,
    api: HashMap<&'static str, ApiClass>,
    classes: RefCell<HashMap<&'static str, Rc<Class>>>,
}

impl Schema {
    pub(crate) fn load() -> Self {
        let database = rbx_reflection_database::get().expect("the bundled reflection database decodes");
        let file: ApiFile =
            serde_json::from_str(STUDIO_API).expect("tests/data/studio-api.json is well formed");
        Self { database, api: file.classes, classes: RefCell::default() }
    }

    /// The class of that name, if Studio has one.
    pub(crate) fn class(&self, name: &str) -> Option<Rc<Class>> {
        if let Some(class) = self.classes.borrow().get(name) {
            return Some(class.clone());
        }
        let class = Rc::new(self.flatten(name)?);
        self.classes.borrow_mut().insert(class.name, class.clone());
        Some(class)
    }

    /// Items of an enum by name.
    pub(crate) fn enum_items(&self, enum_name: &str) -> Option<&'static HashMap<&'static str, u32>> {
        self.database.enums.get(enum_name).map(|descriptor| &descriptor.items)
    }

    fn flatten(&self, name: &str) -> Option<Class> {
        let ancestry = self.ancestry(name);
        let name = *ancestry.first()?;
        let descriptor = self.database.classes.get(name);
        let tagged = |tag| descriptor.is_some_and(|descriptor| descriptor.tags.contains(&tag));
        let mut members = HashMap::new();
        for ancestor in &ancestry {
            self.add_typed_properties(name, ancestor, &mut members);
        }
        for ancestor in &ancestry {
            self.add_named_members(ancestor, &mut members);
        }
        Some(Class {
            name,
            ancestry,
            creatable: descriptor.is_some() && !tagged(ClassTag::NotCreatable) && !tagged(ClassTag::Service),
            service: tagged(ClassTag::Service),
            members,
        })
    }

    fn ancestry(&self, name: &str) -> Vec<&'static str> {
        let mut ancestry = Vec::new();
        let mut next = self.static_name(name);
        while let Some(class) = next {
            ancestry.push(class);
            let from_database = self.database.classes.get(class).and_then(|descriptor| descriptor.superclass);
            next = from_database.or_else(|| self.api.get(class).and_then(|api| api.superclass));
        }
        // The database ends some chains at `Instance`; everything is an `Object`.
        if ancestry.last().is_some_and(|root| *root != "Object") {
            ancestry.push("Object");
        }
        ancestry
    }

    fn static_name(&self, name: &str) -> Option<&'static str> {
        let from_database = self.database.classes.get_key_value(name).map(|(name, _)| *name);
        from_database.or_else(|| self.api.get_key_value(name).map(|(name, _)| *name))
    }

    fn add_typed_properties(
        &self,
        class: &'static str,
        ancestor: &'static str,
        members: &mut HashMap<&'static str, Member>,
    ) {
        let (Some(class), Some(ancestor)) =
            (self.database.classes.get(class), self.database.classes.get(ancestor))
        else {
            return;
        };
        for (name, property) in &ancestor.properties {
            if matches!(property.scriptability, Scriptability::None) || members.contains_key(name) {
                continue;
            }
            let value_type = match &property.data_type {
                DataType::Value(VariantType::Ref) => ValueType::Instance,
                DataType::Value(variant_type) => ValueType::Plain(*variant_type),
                DataType::Enum(enum_name) => ValueType::Enum(enum_name),
                _ => continue,
            };
            let (canonical, migration) = match &property.kind {
                PropertyKind::Alias { alias_for } => (*alias_for, None),
                PropertyKind::Canonical { serialization: PropertySerialization::Migrate(migration) } => {
                    (*name, Some(migration))
                }
                _ => (*name, None),
            };
            let read_only = property.tags.contains(&PropertyTag::ReadOnly)
                || matches!(property.scriptability, Scriptability::Read);
            let default = self.default_of(class, canonical);
            members.insert(
                name,
                Member::Property(Property { canonical, value_type, read_only, default, migration }),
            );
        }
    }

    fn default_of(
        &self,
        class: &'static ClassDescriptor<'static>,
        property: &str,
    ) -> Option<&'static Variant> {
        self.database.find_default_property(class, property)
    }

    fn add_named_members(&self, ancestor: &'static str, members: &mut HashMap<&'static str, Member>) {
        for (_, method) in MISSING_METHODS.iter().filter(|(class, _)| *class == ancestor) {
            members.entry(method).or_insert(Member::Method);
        }
        let Some(api) = self.api.get(ancestor) else { return };
        for method in &api.methods {
            members.entry(method).or_insert(Member::Method);
        }
        for event in &api.events {
            members.entry(event).or_insert(Member::Event);
        }
        for callback in &api.callbacks {
            members.entry(callback).or_insert(Member::Callback);
        }
        let read_only = api.read_only.iter().map(|name| (name, true));
        for (name, read_only) in read_only.chain(api.writable.iter().map(|name| (name, false))) {
            members.entry(name).or_insert(Member::Property(Property {
                canonical: name,
                value_type: ValueType::Unknown,
                read_only,
                default: None,
                migration: None,
            }));
        }
    }
}
