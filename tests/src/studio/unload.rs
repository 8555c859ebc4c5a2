//! Stopping the plugin, and what it left behind.
//!
//! **Invariant:** Studio's own clean-up (widgets, toolbars) happens before the report, so only the plugin's leaks are in it.

use std::fmt;

use crate::studio::Studio;
use crate::studio::instance::Node;
use crate::studio::sched::drain;
use crate::studio::signal::fire;
use crate::studio::tree::destroy;
use crate::studio::world::error_text;

/// What a plugin still held after `Unloading`. Each line names where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnloadReport {
    /// Connections to living objects, with the line that connected.
    pub connections: Vec<String>,
    /// Timers that would still resume a thread, with the line that set them.
    pub threads: Vec<String>,
    /// Stream clients not closed.
    pub streams: usize,
    /// Instances the plugin made that still have a parent.
    pub instances: Vec<String>,
}

impl UnloadReport {
    /// Whether the plugin left nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Fails the test unless the plugin left nothing.
    ///
    /// # Panics
    ///
    /// When it left something.
    pub fn assert_empty(&self) {
        assert!(self.is_empty(), "the plugin left something behind:\n{self}");
    }
}

impl fmt::Display for UnloadReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for connection in &self.connections {
            writeln!(formatter, "connection: {connection}")?;
        }
        for thread in &self.threads {
            writeln!(formatter, "thread: {thread}")?;
        }
        if self.streams > 0 {
            writeln!(formatter, "open stream clients: {}", self.streams)?;
        }
        for instance in &self.instances {
            writeln!(formatter, "instance: {instance}")?;
        }
        Ok(())
    }
}

impl Studio {
    /// Stops the plugin as Studio does: `Unloading`, then the end of its widgets and toolbars. Says what is left. The plugin
    /// can be loaded again afterwards.
    pub fn unload(&mut self) -> UnloadReport {
        if let Err(error) = self.stop_plugin() {
            self.world.record_error(error_text(&error));
        }
        let report = self.report_leftovers();
        // What the plugin left does not run on: Studio ends its threads and closes its streams.
        self.world.scheduler.borrow_mut().stop();
        self.world.network.streams.borrow_mut().clear();
        report
    }

    fn report_leftovers(&self) -> UnloadReport {
        let arena = self.world.arena.borrow();
        let living = arena.all().filter(|(_, node)| !node.destroyed);
        UnloadReport {
            connections: living.flat_map(|(_, node)| leaked_connections(node)).collect(),
            threads: self.world.scheduler.borrow().waiting(),
            streams: self.world.network.streams.borrow().len(),
            instances: arena
                .all()
                .filter(|(_, node)| node.made_by_script && node.parent.is_some() && !node.destroyed)
                .map(|(instance, _)| arena.full_name(instance))
                .collect(),
        }
    }

    fn stop_plugin(&mut self) -> mlua::Result<()> {
        if let Some(plugin) = self.world.plugin.get() {
            fire(&self.lua, plugin, "Unloading", ())?;
            drain(&self.lua);
            let (children, signals) = {
                let mut arena = self.world.arena.borrow_mut();
                let node = arena.node_mut(plugin);
                (node.children.clone(), std::mem::take(&mut node.signals))
            };
            for signal in signals.values() {
                signal.end();
            }
            for child in children {
                destroy(&self.lua, child)?;
            }
            drain(&self.lua);
        }
        Ok(())
    }
}

fn leaked_connections(node: &Node) -> Vec<String> {
    let connections = node.signals.iter().flat_map(|(key, signal)| {
        let class = node.class.name;
        signal
            .live_connections()
            .into_iter()
            .map(move |connection| format!("{class}.{key} at {}", connection.origin))
    });
    let mut connections: Vec<_> = connections.collect();
    connections.sort();
    connections
}
