//! The methods of `Object`, `Instance` and `ServiceProvider`, and the constructor `Instance.new`.

use mlua::{Function, Lua, Table, Value};

use crate::studio::instance::{InstanceRef, instance_value, userdata};
use crate::studio::schema::Member;
use crate::studio::signal::{SignalHandle, SignalKey, fire, fire_key};
use crate::studio::tree::{clone_tree, destroy, set_parent};
use crate::studio::value::{attribute_from_lua, instance_of, to_lua, type_name};
use crate::studio::world::{World, world_of};

/// Registers them.
pub(crate) fn install(lua: &Lua, world: &World) -> mlua::Result<()> {
    install_object(lua, world)?;
    install_search(lua, world)?;
    install_tree(lua, world)?;
    install_attributes(lua, world)?;
    install_tags(lua, world)?;
    install_services(lua, world)
}

/// `Instance.new(class, parent?)`.
pub(crate) fn constructor(lua: &Lua) -> mlua::Result<Function> {
    lua.create_function(|lua, (class_name, parent): (String, Option<Value>)| {
        let world = world_of(lua);
        let class = world.schema.class(&class_name).filter(|class| class.creatable);
        let class = class.ok_or_else(|| {
            mlua::Error::runtime(format!("Unable to create an Instance of type \"{class_name}\""))
        })?;
        let instance = world.arena.borrow_mut().insert(class, true);
        if let Some(parent) = parent.filter(|parent| !parent.is_nil()) {
            set_parent(lua, instance, Some(required_instance(&parent, 2)?))?;
        }
        userdata(lua, instance)
    })
}

fn required_instance(value: &Value, position: usize) -> mlua::Result<InstanceRef> {
    instance_of(value).ok_or_else(|| {
        let got = type_name(value);
        mlua::Error::runtime(format!("invalid argument #{position} (Instance expected, got {got})"))
    })
}

fn instance_list(lua: &Lua, instances: Vec<InstanceRef>) -> mlua::Result<Table> {
    let instances = instances.into_iter().map(|instance| userdata(lua, instance));
    lua.create_sequence_from(instances.collect::<mlua::Result<Vec<_>>>()?)
}

fn install_object(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_method(lua, "Object", "IsA", |lua, instance, class: String| {
        Ok(world_of(lua).class_of(instance).is_a(&class))
    })?;
    world.add_method(lua, "Object", "GetPropertyChangedSignal", |lua, instance, name: String| {
        let class = world_of(lua).class_of(instance);
        match class.member(&name) {
            Some((name, Member::Property(_))) => {
                Ok(SignalHandle { instance, key: SignalKey::Property(name) })
            }
            _ => Err(mlua::Error::runtime(format!("{name} is not a valid property name."))),
        }
    })
}

fn install_search(lua: &Lua, world: &World) -> mlua::Result<()> {
    type Search =
        (&'static str, fn(&World, InstanceRef) -> Vec<InstanceRef>, fn(&World, InstanceRef, &str) -> bool);
    let named = |world: &World, candidate: InstanceRef, name: &str| world.name_of(candidate) == name;
    let of_class =
        |world: &World, candidate: InstanceRef, class: &str| world.class_of(candidate).name == class;
    let which_is_a =
        |world: &World, candidate: InstanceRef, class: &str| world.class_of(candidate).is_a(class);
    let children =
        |world: &World, instance: InstanceRef| world.arena.borrow().node(instance).children.clone();
    let descendants = |world: &World, instance: InstanceRef| world.arena.borrow().descendants(instance);
    let ancestors = |world: &World, instance: InstanceRef| world.arena.borrow().ancestors(instance).collect();
    let searches: [Search; 6] = [
        ("FindFirstChildOfClass", children, of_class),
        ("FindFirstChildWhichIsA", children, which_is_a),
        ("FindFirstDescendant", descendants, named),
        ("FindFirstAncestor", ancestors, named),
        ("FindFirstAncestorOfClass", ancestors, of_class),
        ("FindFirstAncestorWhichIsA", ancestors, which_is_a),
    ];
    for (name, candidates, matches) in searches {
        world.add_method(lua, "Instance", name, move |lua, instance, wanted: String| {
            let world = world_of(lua);
            let candidates = candidates(&world, instance);
            let found = candidates.into_iter().find(|candidate| matches(&world, *candidate, &wanted));
            instance_value(lua, found)
        })?;
    }
    world.add_method(
        lua,
        "Instance",
        "FindFirstChild",
        move |lua, instance, (name, recursive): (String, Option<bool>)| {
            let world = world_of(lua);
            let candidates = if recursive == Some(true) {
                descendants(&world, instance)
            } else {
                children(&world, instance)
            };
            instance_value(lua, candidates.into_iter().find(|candidate| named(&world, *candidate, &name)))
        },
    )?;
    let wait_for_child = world.natives().wait_for_child.clone();
    world.methods.borrow_mut().insert(("Instance", "WaitForChild"), wait_for_child);
    world.add_method(lua, "Instance", "GetChildren", move |lua, instance, ()| {
        let children = children(&world_of(lua), instance);
        instance_list(lua, children)
    })?;
    world.add_method(lua, "Instance", "GetDescendants", move |lua, instance, ()| {
        let descendants = descendants(&world_of(lua), instance);
        instance_list(lua, descendants)
    })
}

fn install_tree(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_method(lua, "Instance", "GetFullName", |lua, instance, ()| {
        Ok(world_of(lua).full_name(instance))
    })?;
    world.add_method(lua, "Instance", "IsDescendantOf", |lua, instance, ancestor: Value| {
        let world = world_of(lua);
        if ancestor.is_nil() {
            return Ok(world.arena.borrow().node(instance).parent.is_none());
        }
        let ancestor = required_instance(&ancestor, 1)?;
        let descends = world.arena.borrow().ancestors(instance).any(|other| other == ancestor);
        Ok(descends)
    })?;
    world.add_method(lua, "Instance", "IsAncestorOf", |lua, instance, descendant: Value| {
        let descendant = required_instance(&descendant, 1)?;
        let world = world_of(lua);
        let descends = world.arena.borrow().ancestors(descendant).any(|other| other == instance);
        Ok(descends)
    })?;
    world.add_method(lua, "Instance", "Destroy", |lua, instance, ()| destroy(lua, instance))?;
    world.add_method(lua, "Instance", "ClearAllChildren", |lua, instance, ()| {
        let children = world_of(lua).arena.borrow().node(instance).children.clone();
        children.into_iter().try_for_each(|child| destroy(lua, child))
    })?;
    world.add_method(lua, "Instance", "Clone", |lua, instance, ()| userdata(lua, clone_tree(lua, instance)?))
}

fn install_attributes(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_method(lua, "Instance", "SetAttribute", |lua, instance, (name, value): (String, Value)| {
        let world = world_of(lua);
        let value = match &value {
            Value::Nil => None,
            other => Some(attribute_from_lua(other).ok_or_else(|| {
                let got = type_name(other);
                mlua::Error::runtime(format!("{got} is not a supported attribute type"))
            })?),
        };
        let before = {
            let mut arena = world.arena.borrow_mut();
            let attributes = &mut arena.node_mut(instance).attributes;
            match value.clone() {
                Some(value) => attributes.insert(name.clone(), value),
                None => attributes.remove(&name),
            }
        };
        if before == value {
            return Ok(());
        }
        fire(lua, instance, "AttributeChanged", name.as_str())?;
        fire_key(lua, instance, &SignalKey::Attribute(name), ())
    })?;
    world.add_method(lua, "Instance", "GetAttribute", |lua, instance, name: String| {
        let world = world_of(lua);
        let value = world.arena.borrow().node(instance).attributes.get(&name).cloned();
        value.map_or(Ok(Value::Nil), |value| to_lua(lua, &value))
    })?;
    world.add_method(lua, "Instance", "GetAttributes", |lua, instance, ()| {
        let world = world_of(lua);
        let attributes = world.arena.borrow().node(instance).attributes.clone();
        let values = attributes.into_iter().map(|(name, value)| Ok((name, to_lua(lua, &value)?)));
        lua.create_table_from(values.collect::<mlua::Result<Vec<_>>>()?)
    })?;
    world.add_method(lua, "Instance", "GetAttributeChangedSignal", |_, instance, name: String| {
        Ok(SignalHandle { instance, key: SignalKey::Attribute(name) })
    })
}

fn install_tags(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_method(lua, "Instance", "AddTag", |lua, instance, tag: String| {
        world_of(lua).arena.borrow_mut().node_mut(instance).tags.insert(tag);
        Ok(())
    })?;
    world.add_method(lua, "Instance", "RemoveTag", |lua, instance, tag: String| {
        world_of(lua).arena.borrow_mut().node_mut(instance).tags.remove(&tag);
        Ok(())
    })?;
    world.add_method(lua, "Instance", "HasTag", |lua, instance, tag: String| {
        Ok(world_of(lua).arena.borrow().node(instance).tags.contains(&tag))
    })?;
    world.add_method(lua, "Instance", "GetTags", |lua, instance, ()| {
        Ok(world_of(lua).arena.borrow().node(instance).tags.iter().cloned().collect::<Vec<_>>())
    })
}

fn install_services(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_method(lua, "ServiceProvider", "GetService", |lua, provider, name: String| {
        let world = world_of(lua);
        let service = world.service(&name, provider);
        let service =
            service.ok_or_else(|| mlua::Error::runtime(format!("'{name}' is not a valid Service name")))?;
        userdata(lua, service)
    })?;
    world.add_method(lua, "ServiceProvider", "FindService", |lua, provider, name: String| {
        let service = world_of(lua).service(&name, provider);
        instance_value(lua, service)
    })
}

impl World {
    /// The service of that name, made when first asked for; nothing when Studio has none.
    pub(crate) fn service(&self, name: &str, provider: InstanceRef) -> Option<InstanceRef> {
        let existing = self.arena.borrow().services.get(name).copied();
        if existing.is_some() {
            return existing;
        }
        let class = self.schema.class(name).filter(|class| class.service)?;
        let mut arena = self.arena.borrow_mut();
        let service = arena.insert(class.clone(), false);
        arena.services.insert(class.name, service);
        arena.node_mut(service).parent = Some(provider);
        arena.node_mut(provider).children.push(service);
        Some(service)
    }
}
