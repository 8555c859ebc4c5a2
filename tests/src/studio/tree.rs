//! Moving, destroying and copying Instances, with the events Studio fires for each.
//!
//! **Invariant:** events fire after the tree has its new shape, except `Destroying` and `DescendantRemoving`, which Studio
//! fires before.

use mlua::Lua;

use crate::studio::instance::{InstanceRef, instance_value, userdata};
use crate::studio::members::fire_changed;
use crate::studio::signal::{SignalKey, fire, fire_key};
use crate::studio::world::{World, world_of};

/// Sets `Parent`, or says in Studio's words why it cannot be.
pub(crate) fn set_parent(lua: &Lua, instance: InstanceRef, parent: Option<InstanceRef>) -> mlua::Result<()> {
    let world = world_of(lua);
    let before = world.arena.borrow().node(instance).parent;
    check_parent(&world, instance, parent)?;
    if before == parent {
        return Ok(());
    }
    let value = userdata(lua, instance)?;
    if let Some(before) = before {
        for ancestor in world.self_and_ancestors(before) {
            fire(lua, ancestor, "DescendantRemoving", &value)?;
        }
        world.arena.borrow_mut().node_mut(before).children.retain(|child| *child != instance);
    }
    {
        let mut arena = world.arena.borrow_mut();
        arena.node_mut(instance).parent = parent;
        if let Some(parent) = parent {
            arena.node_mut(parent).children.push(instance);
        }
    }
    if let Some(before) = before {
        fire(lua, before, "ChildRemoved", &value)?;
    }
    if let Some(parent) = parent {
        fire(lua, parent, "ChildAdded", &value)?;
        for ancestor in world.self_and_ancestors(parent) {
            fire(lua, ancestor, "DescendantAdded", &value)?;
        }
        let name = world.name_of(instance);
        fire_key(lua, parent, &SignalKey::ChildNamed(name), &value)?;
    }
    let parent = instance_value(lua, parent)?;
    fire(lua, instance, "AncestryChanged", (&value, parent.clone()))?;
    let descendants = world.arena.borrow().descendants(instance);
    for descendant in descendants {
        fire(lua, descendant, "AncestryChanged", (&value, parent.clone()))?;
    }
    fire_changed(lua, instance, "Parent")
}

fn check_parent(world: &World, instance: InstanceRef, parent: Option<InstanceRef>) -> mlua::Result<()> {
    let arena = world.arena.borrow();
    let node = arena.node(instance);
    let name = &node.name;
    let message = if node.destroyed {
        let name_of =
            |other: Option<InstanceRef>| other.map_or("NULL", |other| arena.node(other).name.as_str());
        format!(
            "The Parent property of {name} is locked, current parent: {}, new parent {}",
            name_of(node.parent),
            name_of(parent)
        )
    } else if parent == Some(instance) {
        format!("Attempt to set {} as its own parent", arena.full_name(instance))
    } else if let Some(parent) =
        parent.filter(|parent| arena.ancestors(*parent).any(|other| other == instance))
    {
        format!(
            "Attempt to set parent of {} to {} would result in circular reference",
            arena.full_name(instance),
            arena.full_name(parent)
        )
    } else {
        return Ok(());
    };
    Err(mlua::Error::runtime(message))
}

/// `Instance:Destroy()`: removes, locks, ends the connections, and does the same below.
pub(crate) fn destroy(lua: &Lua, instance: InstanceRef) -> mlua::Result<()> {
    let world = world_of(lua);
    if world.arena.borrow().node(instance).destroyed {
        return Ok(());
    }
    fire(lua, instance, "Destroying", ())?;
    set_parent(lua, instance, None)?;
    let (children, signals) = {
        let mut arena = world.arena.borrow_mut();
        let node = arena.node_mut(instance);
        node.destroyed = true;
        let signals: Vec<_> = node.signals.drain().map(|(_, signal)| signal).collect();
        (node.children.clone(), signals)
    };
    for child in children {
        destroy(lua, child)?;
    }
    for signal in signals {
        signal.end();
    }
    Ok(())
}

/// `Instance:Clone()`: a copy of the tree without a parent. References inside the tree point into the copy.
pub(crate) fn clone_tree(lua: &Lua, instance: InstanceRef) -> mlua::Result<InstanceRef> {
    let world = world_of(lua);
    let originals: Vec<_> =
        std::iter::once(instance).chain(world.arena.borrow().descendants(instance)).collect();
    let copies: Vec<_> = originals
        .iter()
        .map(|original| {
            let class = world.class_of(*original);
            world.arena.borrow_mut().insert(class, true)
        })
        .collect();
    let copy_of = |original: InstanceRef| {
        originals.iter().position(|candidate| *candidate == original).map(|index| copies[index])
    };
    for (original, copy) in originals.iter().zip(&copies) {
        let mut arena = world.arena.borrow_mut();
        let source = arena.node(*original);
        let (name, properties) = (source.name.clone(), source.properties.clone());
        let (attributes, tags) = (source.attributes.clone(), source.tags.clone());
        let (references, parent) = (source.references.clone(), source.parent);
        let node = arena.node_mut(*copy);
        (node.name, node.properties, node.attributes, node.tags) = (name, properties, attributes, tags);
        node.references =
            references.into_iter().map(|(name, target)| (name, copy_of(target).unwrap_or(target))).collect();
        drop(arena);
        if let Some(parent) = parent.and_then(copy_of) {
            set_parent(lua, *copy, Some(parent))?;
        }
    }
    Ok(copies[0])
}

impl World {
    fn self_and_ancestors(&self, instance: InstanceRef) -> Vec<InstanceRef> {
        std::iter::once(instance).chain(self.arena.borrow().ancestors(instance)).collect()
    }
}
