//! The Instances: an arena of nodes, each of one class, linked into trees.
//!
//! Holds the data only. `members` reads and writes it for scripts, `tree` moves and destroys, `methods` is what scripts
//! call. Nothing here fires a signal.
//!
//! **Invariant:** an Instance has exactly one userdata, so `==` and table keys work by identity.
//! **Invariant:** nodes are never reused; a reference to a destroyed Instance stays a reference to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use mlua::{AnyUserData, Function, Lua, Value};
use rbx_types::Variant;

use crate::studio::schema::Class;
use crate::studio::signal::{Signal, SignalKey};
use crate::studio::world::{World, world_of};

/// Names one Instance of one simulated Studio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceRef(usize);

/// One Instance.
pub(crate) struct Node {
    pub(crate) class: Rc<Class>,
    pub(crate) name: String,
    pub(crate) parent: Option<InstanceRef>,
    pub(crate) children: Vec<InstanceRef>,
    /// Typed values by canonical property name; absent means the class default.
    pub(crate) properties: HashMap<&'static str, Variant>,
    /// Properties that hold Instances.
    pub(crate) references: HashMap<&'static str, InstanceRef>,
    /// Values the simulator supplies for members that the schema knows only by name or as read-only.
    pub(crate) supplied: HashMap<&'static str, Value>,
    pub(crate) callbacks: HashMap<&'static str, Function>,
    pub(crate) attributes: BTreeMap<String, Variant>,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) signals: HashMap<SignalKey, Rc<Signal>>,
    pub(crate) destroyed: bool,
    /// Whether a script made it, as opposed to the simulator.
    pub(crate) made_by_script: bool,
    userdata: Option<AnyUserData>,
}

/// Every Instance of one simulated Studio.
#[derive(Default)]
pub(crate) struct Arena {
    nodes: Vec<Node>,
    pub(crate) services: BTreeMap<&'static str, InstanceRef>,
}

impl Arena {
    pub(crate) fn insert(&mut self, class: Rc<Class>, made_by_script: bool) -> InstanceRef {
        let instance = InstanceRef(self.nodes.len());
        self.nodes.push(Node {
            name: class.name.to_owned(),
            class,
            parent: None,
            children: Vec::new(),
            properties: HashMap::new(),
            references: HashMap::new(),
            supplied: HashMap::new(),
            callbacks: HashMap::new(),
            attributes: BTreeMap::new(),
            tags: BTreeSet::new(),
            signals: HashMap::new(),
            destroyed: false,
            made_by_script,
            userdata: None,
        });
        instance
    }

    pub(crate) fn node(&self, instance: InstanceRef) -> &Node {
        &self.nodes[instance.0]
    }

    pub(crate) fn node_mut(&mut self, instance: InstanceRef) -> &mut Node {
        &mut self.nodes[instance.0]
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (InstanceRef, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (InstanceRef(index), node))
    }

    /// The chain of parents, nearest first.
    pub(crate) fn ancestors(&self, instance: InstanceRef) -> impl Iterator<Item = InstanceRef> {
        std::iter::successors(self.node(instance).parent, |ancestor| self.node(*ancestor).parent)
    }

    /// Everything below, parents before their children.
    pub(crate) fn descendants(&self, instance: InstanceRef) -> Vec<InstanceRef> {
        let mut found = Vec::new();
        let mut pending: Vec<_> = self.node(instance).children.iter().rev().copied().collect();
        while let Some(next) = pending.pop() {
            found.push(next);
            pending.extend(self.node(next).children.iter().rev());
        }
        found
    }

    pub(crate) fn child_named(&self, instance: InstanceRef, name: &str) -> Option<InstanceRef> {
        self.node(instance).children.iter().copied().find(|child| self.node(*child).name == name)
    }

    /// `Instance:GetFullName()`: names from the top, without `game`.
    pub(crate) fn full_name(&self, instance: InstanceRef) -> String {
        let mut names = vec![self.node(instance).name.as_str()];
        let ancestors = self.ancestors(instance).map(|ancestor| self.node(ancestor));
        names.extend(
            ancestors.take_while(|node| node.class.name != "DataModel").map(|node| node.name.as_str()),
        );
        names.reverse();
        names.join(".")
    }
}

impl World {
    /// Makes an Instance of a class that the simulator itself needs.
    pub(crate) fn create(&self, class: &str) -> InstanceRef {
        let class = self.schema.class(class).expect("the simulator only makes classes of the schema");
        self.arena.borrow_mut().insert(class, false)
    }

    pub(crate) fn class_of(&self, instance: InstanceRef) -> Rc<Class> {
        self.arena.borrow().node(instance).class.clone()
    }

    pub(crate) fn name_of(&self, instance: InstanceRef) -> String {
        self.arena.borrow().node(instance).name.clone()
    }

    pub(crate) fn full_name(&self, instance: InstanceRef) -> String {
        self.arena.borrow().full_name(instance)
    }

    /// Sets what a script will read for a member the simulator answers itself.
    pub(crate) fn supply(&self, instance: InstanceRef, member: &'static str, value: Value) {
        self.arena.borrow_mut().node_mut(instance).supplied.insert(member, value);
    }

    pub(crate) fn set_name(&self, instance: InstanceRef, name: &str) {
        name.clone_into(&mut self.arena.borrow_mut().node_mut(instance).name);
    }
}

/// The userdata of an Instance, made when first needed.
pub(crate) fn userdata(lua: &Lua, instance: InstanceRef) -> mlua::Result<AnyUserData> {
    let world = world_of(lua);
    let existing = world.arena.borrow().node(instance).userdata.clone();
    if let Some(userdata) = existing {
        return Ok(userdata);
    }
    let userdata = lua.create_userdata(instance)?;
    world.arena.borrow_mut().node_mut(instance).userdata = Some(userdata.clone());
    Ok(userdata)
}

/// The Instance as a Luau value, `nil` for none.
pub(crate) fn instance_value(lua: &Lua, instance: Option<InstanceRef>) -> mlua::Result<Value> {
    instance.map_or(Ok(Value::Nil), |instance| userdata(lua, instance).map(Value::UserData))
}
