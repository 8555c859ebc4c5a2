//! How a test sees and uses the plugin's widgets: finding, reading, firing, and a text picture.
//!
//! A query is a path (`Widget.Toolbar.Save`), the `Name` of an Instance, or the text it shows. Where several answer to it,
//! those that a user cannot see do not count. Without layout and mouse input, using something means firing the signal that
//! the user's action would.
//!
//! **Invariant:** an ambiguous query is an error, never a guess.

use std::fmt::Write;

use anyhow::{Context, bail};
use mlua::{IntoLuaMulti, MultiValue, Value};
use rbx_types::Variant;

use crate::studio::Studio;
use crate::studio::instance::{Arena, InstanceRef, Node};
use crate::studio::members::{fire_changed, read, set_value};
use crate::studio::plugin::{BIND_TO_CLOSE, BUTTON_ACTIVE, BUTTON_TEXT};
use crate::studio::sched::{Resumption, drain, resume};
use crate::studio::schema::Member;
use crate::studio::signal::fire;
use crate::studio::value::to_lua;
use crate::studio::world::plain;

/// Properties a text picture shows when they differ from these.
const SHOWN_FLAGS: &[(&str, bool)] = &[("Visible", true), ("Enabled", true), ("TextEditable", true)];

impl Studio {
    /// The one Instance in the plugin's widgets that the query names.
    ///
    /// # Errors
    ///
    /// When there is none or there are several.
    pub fn find(&self, query: &str) -> anyhow::Result<InstanceRef> {
        let arena = self.world.arena.borrow();
        let candidates: Vec<_> = self
            .widgets()
            .into_iter()
            .flat_map(|widget| std::iter::once(widget).chain(arena.descendants(widget)))
            .collect();
        let path = |instance: &InstanceRef| path_in_widget(&arena, *instance);
        let named = |instance: &InstanceRef| arena.node(*instance).name == query;
        let showing = |instance: &InstanceRef| self.shown_text(*instance).is_some_and(|text| text == query);
        let mut found: Vec<_> =
            candidates.iter().copied().filter(|instance| path(instance) == query).collect();
        if found.is_empty() {
            found = candidates.iter().copied().filter(named).collect();
        }
        if found.is_empty() {
            found = candidates.iter().copied().filter(showing).collect();
        }
        if found.len() > 1 && found.iter().any(|instance| self.is_shown(*instance)) {
            found.retain(|instance| self.is_shown(*instance));
        }
        match found[..] {
            [instance] => Ok(instance),
            [] => {
                drop(arena);
                bail!("nothing is named or shows `{query}` in:\n{}", self.snapshot_all())
            }
            _ => {
                let paths: Vec<_> = found.iter().map(path).collect();
                bail!("`{query}` is ambiguous: {}", paths.join(", "))
            }
        }
    }

    /// The text an Instance shows: its `Text`, or a widget's `Title`.
    pub fn text_of(&self, query: &str) -> anyhow::Result<String> {
        let instance = self.find(query)?;
        self.shown_text(instance).with_context(|| format!("`{query}` shows no text"))
    }

    /// A property as `tostring` writes it.
    pub fn property(&self, query: &str, property: &str) -> anyhow::Result<String> {
        let value = read(&self.lua, self.find(query)?, property);
        value.and_then(|value| self.world.natives().tostring.call(value)).map_err(plain)
    }

    /// Whether an Instance and everything above it is visible, and its widget enabled.
    pub fn is_visible(&self, query: &str) -> anyhow::Result<bool> {
        Ok(self.is_shown(self.find(query)?))
    }

    fn is_shown(&self, instance: InstanceRef) -> bool {
        let hidden = |instance| {
            let off = |property| self.world.value(instance, property) == Some(Variant::Bool(false));
            off("Visible") || (self.world.class_of(instance).is_a("LayerCollector") && off("Enabled"))
        };
        let arena = self.world.arena.borrow();
        !std::iter::once(instance).chain(arena.ancestors(instance)).any(hidden)
    }

    /// Fires an event without arguments, such as `Activated`. Refuses what a user could not reach: something invisible.
    pub fn fire(&mut self, query: &str, event: &str) -> anyhow::Result<()> {
        self.fire_with(query, event, ())
    }

    /// Fires an event with arguments.
    pub fn fire_with(
        &mut self,
        query: &str,
        event: &str,
        arguments: impl IntoLuaMulti,
    ) -> anyhow::Result<()> {
        let instance = self.find(query)?;
        if !self.is_shown(instance) {
            bail!("`{query}` is not visible, a user could not use it");
        }
        let class = self.world.class_of(instance);
        let Some((event, Member::Event)) = class.member(event) else {
            bail!("{} has no event `{event}`", class.name);
        };
        fire(&self.lua, instance, event, arguments).map_err(plain)?;
        drain(&self.lua);
        Ok(())
    }

    /// Types into a text box: focuses it, replaces its text, and leaves it. `entered` says whether Return ended it.
    pub fn set_text(&mut self, query: &str, text: &str, entered: bool) -> anyhow::Result<()> {
        let instance = self.find(query)?;
        let class = self.world.class_of(instance);
        if class.name != "TextBox" {
            bail!("`{query}` is a {}, only a TextBox takes text", class.name);
        }
        let Some((_, Member::Property(property))) = class.member("Text") else {
            bail!("the schema lost TextBox.Text");
        };
        self.fire(query, "Focused")?;
        set_value(&self.lua, instance, &class, property, text.to_owned().into()).map_err(plain)?;
        drain(&self.lua);
        // The query may have been the text that has just changed, so the Instance is fired directly.
        fire(&self.lua, instance, "FocusLost", (entered, Value::Nil)).map_err(plain)?;
        drain(&self.lua);
        Ok(())
    }

    /// Gives an Instance a size that scripts read as `AbsoluteSize`, until layout is simulated.
    pub fn set_absolute_size(&mut self, query: &str, width: f32, height: f32) -> anyhow::Result<()> {
        let instance = self.find(query)?;
        let size =
            to_lua(&self.lua, &Variant::Vector2(rbx_types::Vector2::new(width, height))).map_err(plain)?;
        self.world.supply(instance, "AbsoluteSize", size);
        fire_changed(&self.lua, instance, "AbsoluteSize").map_err(plain)?;
        drain(&self.lua);
        Ok(())
    }

    /// Scrolls a scrolling frame to this many pixels from its top.
    pub fn scroll_to(&mut self, query: &str, pixels: f32) -> anyhow::Result<()> {
        let instance = self.find(query)?;
        let class = self.world.class_of(instance);
        let Some((_, Member::Property(position))) = class.member("CanvasPosition") else {
            bail!("`{query}` is a {}, only a ScrollingFrame scrolls", class.name);
        };
        let value = Variant::Vector2(rbx_types::Vector2::new(0.0, pixels));
        set_value(&self.lua, instance, &class, position, value).map_err(plain)?;
        drain(&self.lua);
        Ok(())
    }

    /// Closes a dock widget by its own cross: runs its `BindToClose` callback, or hides it.
    pub fn close_widget(&mut self, query: &str) -> anyhow::Result<()> {
        let widget = self.find(query)?;
        let callback = self.world.arena.borrow().node(widget).callbacks.get(BIND_TO_CLOSE).cloned();
        if let Some(callback) = callback {
            let thread = self.lua.create_thread(callback).map_err(plain)?;
            resume(
                &self.lua,
                Resumption { thread, arguments: MultiValue::new(), connection: None, depth: 0 },
            );
        } else if let Some((_, Member::Property(enabled))) = self.world.class_of(widget).member("Enabled") {
            let class = self.world.class_of(widget);
            set_value(&self.lua, widget, &class, enabled, false.into()).map_err(plain)?;
        }
        drain(&self.lua);
        Ok(())
    }

    /// A toolbar button by its id or text.
    pub fn toolbar_button(&mut self, name: &str) -> anyhow::Result<ToolbarButton<'_>> {
        let found = {
            let arena = self.world.arena.borrow();
            let shows = |node: &Node| {
                let text = node.supplied.get(BUTTON_TEXT).and_then(|text| text.to_string().ok());
                node.name == name || text.is_some_and(|text| text == name)
            };
            let buttons =
                arena.all().filter(|(_, node)| node.class.name == "PluginToolbarButton" && !node.destroyed);
            buttons.filter(|(_, node)| shows(node)).map(|(instance, _)| instance).collect::<Vec<_>>()
        };
        match found[..] {
            [button] => Ok(ToolbarButton { studio: self, button }),
            [] => bail!("the plugin made no toolbar button `{name}`"),
            _ => bail!("the plugin made several toolbar buttons `{name}`"),
        }
    }

    /// The tree below an Instance as text: class, name, shown text, and flags that are off. For snapshots.
    pub fn snapshot(&self, query: &str) -> anyhow::Result<String> {
        Ok(self.picture(self.find(query)?))
    }

    /// The same for every widget.
    pub fn snapshot_all(&self) -> String {
        self.widgets().into_iter().map(|widget| self.picture(widget)).collect()
    }

    fn widgets(&self) -> Vec<InstanceRef> {
        let arena = self.world.arena.borrow();
        let widgets = arena.all().filter(|(_, node)| node.class.is_a("PluginGui") && !node.destroyed);
        widgets.map(|(instance, _)| instance).collect()
    }

    fn shown_text(&self, instance: InstanceRef) -> Option<String> {
        self.world.text_value(instance, "Text").or_else(|| self.world.text_value(instance, "Title"))
    }

    fn picture(&self, top: InstanceRef) -> String {
        let mut picture = String::new();
        let arena = self.world.arena.borrow();
        let depth_of = |instance| arena.ancestors(instance).count();
        let top_depth = depth_of(top);
        for instance in std::iter::once(top).chain(arena.descendants(top)) {
            let node = arena.node(instance);
            let indent = "  ".repeat(depth_of(instance) - top_depth);
            let _ = write!(picture, "{indent}{} {}", node.class.name, node.name);
            if let Some(text) = self.shown_text(instance).filter(|text| !text.is_empty()) {
                let _ = write!(picture, " {text:?}");
            }
            for (flag, usual) in SHOWN_FLAGS {
                if self.world.value(instance, flag) == Some(Variant::Bool(!usual))
                    && node.class.is_a("GuiBase")
                {
                    let _ = write!(picture, " {flag}={}", !usual);
                }
            }
            picture.push('\n');
        }
        picture
    }
}

fn path_in_widget(arena: &Arena, instance: InstanceRef) -> String {
    let mut names = vec![arena.node(instance).name.as_str()];
    let ancestors = arena.ancestors(instance).map(|ancestor| arena.node(ancestor));
    names.extend(ancestors.take_while(|node| node.class.name != "Plugin").map(|node| node.name.as_str()));
    names.reverse();
    names.join(".")
}

/// A button the plugin put into Studio's toolbar.
pub struct ToolbarButton<'studio> {
    studio: &'studio mut Studio,
    button: InstanceRef,
}

impl ToolbarButton<'_> {
    /// Clicks it.
    ///
    /// # Panics
    ///
    /// When the plugin has disabled it: a user's click would do nothing.
    pub fn click(&mut self) {
        let enabled = self.studio.world.value(self.button, "Enabled") != Some(Variant::Bool(false));
        assert!(enabled, "the toolbar button is disabled");
        if let Err(error) = fire(&self.studio.lua, self.button, "Click", ()) {
            self.studio.world.record_error(error.to_string());
        }
        drain(&self.studio.lua);
    }

    /// Whether it is drawn as pressed.
    pub fn is_active(&self) -> bool {
        let arena = self.studio.world.arena.borrow();
        matches!(arena.node(self.button).supplied.get(BUTTON_ACTIVE), Some(Value::Boolean(true)))
    }
}
