//! What the dot means on an Instance: reading and writing members the way Studio answers.
//!
//! **Invariant:** there are three kinds of answer and never a silent nil: the member works, it does not exist in Studio
//! (an error in Studio's words), or it exists and is not simulated (an error starting `STUDIO-SIM`).

use lune_roblox::datatypes::types::EnumItem;
use mlua::{
    AnyUserData, FromLuaMulti, Function, IntoLua, IntoLuaMulti, Lua, LuaString, MetaMethod, MultiValue,
    UserData, Value,
};
use rbx_types::Variant;

use crate::studio::instance::{InstanceRef, instance_value, userdata};
use crate::studio::sched::CallToken;
use crate::studio::schema::{Class, Member, Property, ValueType};
use crate::studio::signal::{SignalHandle, SignalKey, fire_key};
use crate::studio::tree::set_parent;
use crate::studio::value::{enum_item, from_lua, instance_of, to_lua, type_name};
use crate::studio::world::{World, world_of};

/// `Enum.Font.Unknown`, what `Font` reads as when `FontFace` is no font of the enum.
const UNKNOWN_FONT: u32 = 100;

impl UserData for InstanceRef {
    fn add_fields<F: mlua::UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "Instance");
    }

    fn add_methods<M: mlua::UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, instance, member: LuaString| {
            read(lua, *instance, &member.to_str()?)
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |lua, instance, (member, value): (LuaString, Value)| {
                write(lua, *instance, &member.to_str()?, &value)
            },
        );
        methods
            .add_meta_method(MetaMethod::ToString, |lua, instance, ()| Ok(world_of(lua).name_of(*instance)));
    }
}

fn not_a_member(world: &World, class: &Class, instance: InstanceRef, member: &str) -> mlua::Error {
    let full_name = world.full_name(instance);
    mlua::Error::runtime(format!("{member} is not a valid member of {} \"{full_name}\"", class.name))
}

/// Reads a member for a script.
pub(crate) fn read(lua: &Lua, instance: InstanceRef, name: &str) -> mlua::Result<Value> {
    let world = world_of(lua);
    let class = world.class_of(instance);
    let Some((name, member)) = class.member(name) else {
        let child = world.arena.borrow().child_named(instance, name);
        return match child {
            Some(child) => userdata(lua, child).map(Value::UserData),
            None => Err(not_a_member(&world, &class, instance, name)),
        };
    };
    world.report.borrow_mut().footprint.insert((class.name, name));
    match member {
        Member::Property(property) => read_property(lua, instance, &class, name, property),
        Member::Event => {
            let handle = SignalHandle { instance, key: SignalKey::Event(name) };
            lua.create_userdata(handle).map(Value::UserData)
        }
        Member::Method => method(lua, &class, name).map(Value::Function),
        Member::Callback => {
            let class = class.name;
            Err(mlua::Error::runtime(format!(
                "{name} is a callback member of {class}; you can only set the callback value, get is not available"
            )))
        }
    }
}

fn read_property(
    lua: &Lua,
    instance: InstanceRef,
    class: &Class,
    name: &'static str,
    property: &Property,
) -> mlua::Result<Value> {
    let world = world_of(lua);
    match name {
        "Name" => return world.name_of(instance).into_lua(lua),
        "ClassName" => return class.name.into_lua(lua),
        "Parent" => {
            let parent = world.arena.borrow().node(instance).parent;
            return instance_value(lua, parent);
        }
        _ => {}
    }
    let supplied = world.arena.borrow().node(instance).supplied.get(name).cloned();
    if let Some(value) = supplied {
        return Ok(value);
    }
    if property.value_type == ValueType::Instance {
        let referenced = world.arena.borrow().node(instance).references.get(property.canonical).copied();
        return instance_value(lua, referenced);
    }
    match (world.held_value(instance, property), property.value_type) {
        (Some(Variant::Enum(number)), ValueType::Enum(enum_name)) => {
            enum_item(lua, enum_name, number.to_u32())
        }
        (Some(value), _) => to_lua(lua, &value),
        (None, ValueType::Enum("Font")) => {
            let number = font_number(&world, instance, class, property);
            enum_item(lua, "Font", number)
        }
        (None, _) => Err(world.unsimulated(format!("a value for {}.{name}", class.name))),
    }
}

/// Writes a member for a script.
fn write(lua: &Lua, instance: InstanceRef, name: &str, value: &Value) -> mlua::Result<()> {
    let world = world_of(lua);
    world.counters.count_property_write();
    let class = world.class_of(instance);
    let Some((name, member)) = class.member(name) else {
        return Err(not_a_member(&world, &class, instance, name));
    };
    world.report.borrow_mut().footprint.insert((class.name, name));
    match member {
        Member::Property(property) => write_property(lua, instance, &class, name, property, value),
        Member::Method | Member::Event => Err(mlua::Error::runtime(format!(
            "{name} is not a property of {} and cannot be assigned",
            class.name
        ))),
        Member::Callback => {
            let mut arena = world.arena.borrow_mut();
            let callbacks = &mut arena.node_mut(instance).callbacks;
            match value {
                Value::Function(callback) => {
                    callbacks.insert(name, callback.clone());
                }
                Value::Nil => {
                    callbacks.remove(name);
                }
                other => return Err(unassignable(name, "function", other)),
            }
            Ok(())
        }
    }
}

fn unassignable(property: &str, expected: &str, got: &Value) -> mlua::Error {
    let got = type_name(got);
    mlua::Error::runtime(format!("Unable to assign property {property}. {expected} expected, got {got}"))
}

fn write_property(
    lua: &Lua,
    instance: InstanceRef,
    class: &Class,
    name: &'static str,
    property: &Property,
    value: &Value,
) -> mlua::Result<()> {
    let world = world_of(lua);
    if property.read_only {
        return Err(mlua::Error::runtime(format!("Unable to assign property {name}. Property is read only")));
    }
    match (name, property.value_type) {
        ("Parent", _) => set_parent(lua, instance, optional_instance(name, value)?),
        ("Name", _) => {
            let Value::String(text) = value else { return Err(unassignable(name, "string", value)) };
            let text = text.to_string_lossy();
            if world.name_of(instance) == text {
                return Ok(());
            }
            world.set_name(instance, &text);
            fire_changed(lua, instance, name)
        }
        (_, ValueType::Instance) => {
            let referenced = optional_instance(name, value)?;
            let before = {
                let mut arena = world.arena.borrow_mut();
                let held = &mut arena.node_mut(instance).references;
                match referenced {
                    Some(referenced) => held.insert(property.canonical, referenced),
                    None => held.remove(property.canonical),
                }
            };
            if before == referenced { Ok(()) } else { fire_changed(lua, instance, name) }
        }
        (_, ValueType::Unknown) => Err(world.unsimulated(format!("setting {}.{name}", class.name))),
        (_, value_type) => {
            let held = from_lua(&world.schema, value_type, value)
                .map_err(|expected| unassignable(name, &expected, value))?;
            set_value(lua, instance, class, property, held)
        }
    }
}

fn optional_instance(property: &str, value: &Value) -> mlua::Result<Option<InstanceRef>> {
    match value {
        Value::Nil => Ok(None),
        other => instance_of(other).map(Some).ok_or_else(|| unassignable(property, "Instance", other)),
    }
}

/// Holds a value and fires the property's signals when it differs from the one before.
pub(crate) fn set_value(
    lua: &Lua,
    instance: InstanceRef,
    class: &Class,
    property: &Property,
    value: Variant,
) -> mlua::Result<()> {
    let world = world_of(lua);
    let (target, property, value) = match migrated(class, property, &value) {
        Some((name, target, value)) => (name, target, value),
        None => (property.canonical, property, value),
    };
    let unchanged = world.held_value(instance, property).as_ref() == Some(&value);
    if unchanged {
        return Ok(());
    }
    world.arena.borrow_mut().node_mut(instance).properties.insert(target, value);
    fire_changed(lua, instance, target)?;
    if target == "FontFace" { fire_changed(lua, instance, "Font") } else { Ok(()) }
}

/// Where a value written to a superseded property really goes: `Font` lives on in `FontFace`.
fn migrated<'class>(
    class: &'class Class,
    property: &Property,
    value: &Variant,
) -> Option<(&'static str, &'class Property, Variant)> {
    let migration = property.migration?;
    let [target] = migration.new_property_names() else { return None };
    let Some((name, Member::Property(target))) = class.member(target) else { return None };
    Some((name, target, migration.perform(value).ok()?))
}

/// The item of `Enum.Font` whose face the Instance has.
fn font_number(world: &World, instance: InstanceRef, class: &Class, property: &Property) -> u32 {
    let face = match class.member("FontFace") {
        Some((_, Member::Property(face))) => world.held_value(instance, face),
        _ => None,
    };
    // The database also holds which file a face was cached in; that is no part of the face.
    let same_face = |left: &Variant, right: &Variant| match (left, right) {
        (Variant::Font(left), Variant::Font(right)) => {
            (&left.family, left.weight, left.style) == (&right.family, right.weight, right.style)
        }
        _ => false,
    };
    let numbers = world.schema.enum_items("Font").into_iter().flat_map(|items| items.values().copied());
    let matching = numbers.filter(|number| {
        let font = Variant::Enum(rbx_types::Enum::from_u32(*number));
        let converted = property.migration.and_then(|migration| migration.perform(&font).ok());
        converted.zip(face.as_ref()).is_some_and(|(converted, face)| same_face(&converted, face))
    });
    // Several items may name one face; the oldest is the one Studio shows.
    matching.min().unwrap_or(UNKNOWN_FONT)
}

impl World {
    /// The value held for a property, or its default.
    pub(crate) fn held_value(&self, instance: InstanceRef, property: &Property) -> Option<Variant> {
        let held = self.arena.borrow().node(instance).properties.get(property.canonical).cloned();
        held.or_else(|| property.default.cloned())
    }

    /// The value of a property by name, where the harness itself needs it.
    pub(crate) fn value(&self, instance: InstanceRef, name: &str) -> Option<Variant> {
        match self.class_of(instance).member(name)? {
            (_, Member::Property(property)) => self.held_value(instance, property),
            _ => None,
        }
    }

    pub(crate) fn text_value(&self, instance: InstanceRef, name: &str) -> Option<String> {
        match self.value(instance, name)? {
            Variant::String(text) => Some(text),
            _ => None,
        }
    }

    /// Makes a method available on a class and everything below it.
    pub(crate) fn add_method<A, R>(
        &self,
        lua: &Lua,
        class: &'static str,
        name: &'static str,
        body: impl Fn(&Lua, InstanceRef, A) -> mlua::Result<R> + 'static,
    ) -> mlua::Result<()>
    where
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        let function = lua.create_function(move |lua, mut arguments: MultiValue| {
            let instance = arguments.pop_front().as_ref().and_then(instance_of);
            let instance = instance.ok_or_else(|| called_with_dot(name))?;
            body(lua, instance, A::from_lua_multi(arguments, lua)?)
        })?;
        self.methods.borrow_mut().insert((class, name), function);
        Ok(())
    }

    /// Makes a method available that yields until [`crate::studio::sched::complete`] answers its token.
    pub(crate) fn add_yielding_method<A>(
        &self,
        lua: &Lua,
        class: &'static str,
        name: &'static str,
        start: impl Fn(&Lua, InstanceRef, A, CallToken) -> mlua::Result<()> + 'static,
    ) -> mlua::Result<()>
    where
        A: FromLuaMulti,
    {
        let start = lua.create_function(move |lua, mut arguments: MultiValue| {
            let instance = arguments.pop_front().as_ref().and_then(instance_of);
            let instance = instance.ok_or_else(|| called_with_dot(name))?;
            let arguments = A::from_lua_multi(arguments, lua)?;
            let world = world_of(lua);
            let token = world.begin_call(lua);
            start(lua, instance, arguments, token).inspect_err(|_| world.abandon_call(token))
        })?;
        let function: Function = self.natives().yielding.call(start)?;
        self.methods.borrow_mut().insert((class, name), function);
        Ok(())
    }
}

fn called_with_dot(method: &str) -> mlua::Error {
    mlua::Error::runtime(format!("Expected ':' not '.' calling member function {method}"))
}

/// The function behind a method, or one that raises when it is called.
fn method(lua: &Lua, class: &Class, name: &'static str) -> mlua::Result<Function> {
    let found = {
        let world = world_of(lua);
        let methods = world.methods.borrow();
        class.ancestry.iter().find_map(|ancestor| methods.get(&(*ancestor, name)).cloned())
    };
    if let Some(function) = found {
        return Ok(function);
    }
    let what = format!("{}:{name}", class.name);
    lua.create_function(move |lua, _: MultiValue| -> mlua::Result<()> {
        Err(world_of(lua).unsimulated(what.clone()))
    })
}

/// Fires `Changed` and the property's own signal.
pub(crate) fn fire_changed(lua: &Lua, instance: InstanceRef, property: &'static str) -> mlua::Result<()> {
    if world_of(lua).arena.borrow().node(instance).signals.is_empty() {
        return Ok(());
    }
    fire_key(lua, instance, &SignalKey::Event("Changed"), property)?;
    fire_key(lua, instance, &SignalKey::Property(property), ())
}

/// The name of an enum item a native received, checked to belong to that enum.
pub(crate) fn enum_item_name(
    lua: &Lua,
    enum_name: &'static str,
    item: &AnyUserData,
) -> mlua::Result<&'static str> {
    let item = rbx_types::EnumItem::from(item.borrow::<EnumItem>()?.clone());
    let items = world_of(lua).schema.enum_items(enum_name).filter(|_| item.ty == enum_name);
    let found = items.and_then(|items| items.iter().find(|(_, number)| **number == item.value));
    found.map(|(name, _)| *name).ok_or_else(|| {
        mlua::Error::runtime(format!("Unable to cast value of Enum.{} to Enum.{enum_name}", item.ty))
    })
}
