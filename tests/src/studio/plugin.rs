//! The global `plugin`: toolbars, buttons, dock widgets, and the settings file with its ways to fail.
//!
//! Menus, actions and mouse tools are not simulated yet.
//!
//! **Invariant:** settings keep what Studio's file keeps and no more: arrays come back with string keys.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use mlua::{Lua, MetaMethod, UserData, UserDataRef, Value};
use rbx_types::Variant;
use serde_json::Value as Json;

use crate::studio::instance::{InstanceRef, userdata};
use crate::studio::json;
use crate::studio::sched::complete;
use crate::studio::tree::set_parent;
use crate::studio::value::{enum_item, enum_number, to_lua};
use crate::studio::world::{World, caller, world_of};

/// Characters that corrupt the settings file when a key holds them.
const UNSAFE_IN_KEYS: &[char] = &['\\', '"', '\n', '.'];

/// Characters that corrupt the settings file when a text value holds them.
const UNSAFE_IN_VALUES: &[char] = &['\\', '"'];

/// How the settings file misbehaves. Studio's does each of these when several windows use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettingsFault {
    #[default]
    None,
    /// Writes appear to succeed and are lost.
    DropWrites,
    /// Every read answers nil.
    ReadNothing,
    /// Reads answer what the file held when the fault began.
    StaleReads,
}

#[derive(Default)]
struct SettingsContent {
    values: BTreeMap<String, Json>,
    stale: BTreeMap<String, Json>,
    fault: SettingsFault,
}

/// The per-user settings file. Clones are the same file, so a test can reload a plugin or play a second Studio window.
#[derive(Clone, Default)]
pub struct SettingsFile(Rc<RefCell<SettingsContent>>);

impl SettingsFile {
    /// What the file holds for a key.
    pub fn get(&self, key: &str) -> Option<Json> {
        self.0.borrow().values.get(key).cloned()
    }

    /// Writes as another Studio window would.
    pub fn set(&self, key: &str, value: Json) {
        self.0.borrow_mut().values.insert(key.to_owned(), value);
    }

    /// Every key the file holds.
    pub fn keys(&self) -> Vec<String> {
        self.0.borrow().values.keys().cloned().collect()
    }

    /// Begins or ends a fault.
    pub fn set_fault(&self, fault: SettingsFault) {
        let mut content = self.0.borrow_mut();
        content.stale = content.values.clone();
        content.fault = fault;
    }

    fn read(&self, key: &str) -> Option<Json> {
        let content = self.0.borrow();
        match content.fault {
            SettingsFault::None | SettingsFault::DropWrites => content.values.get(key).cloned(),
            SettingsFault::ReadNothing => None,
            SettingsFault::StaleReads => content.stale.get(key).cloned(),
        }
    }

    fn write(&self, key: &str, value: Option<Json>) {
        let mut content = self.0.borrow_mut();
        if content.fault == SettingsFault::DropWrites {
            return;
        }
        match value {
            Some(value) => content.values.insert(key.to_owned(), value),
            None => content.values.remove(key),
        };
    }
}

/// What the settings file keeps of a value: array indices turn into texts.
fn as_stored(value: Json) -> Json {
    match value {
        Json::Array(items) => {
            let numbered = items.into_iter().enumerate();
            Json::Object(numbered.map(|(index, item)| ((index + 1).to_string(), as_stored(item))).collect())
        }
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, member)| (name, as_stored(member))).collect())
        }
        scalar => scalar,
    }
}

fn holds_unsafe_text(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains(UNSAFE_IN_VALUES),
        Json::Array(items) => items.iter().any(holds_unsafe_text),
        Json::Object(members) => {
            members.iter().any(|(name, member)| name.contains(UNSAFE_IN_KEYS) || holds_unsafe_text(member))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// `DockWidgetPluginGuiInfo`.
struct DockWidgetInfo {
    initial_dock_state: u32,
    initial_enabled: bool,
    override_restore: bool,
    floating_size: (f64, f64),
    minimum_size: (f64, f64),
}

impl UserData for DockWidgetInfo {
    fn add_fields<F: mlua::UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "DockWidgetPluginGuiInfo");
        fields.add_field_method_get("InitialDockState", |lua, info| {
            enum_item(lua, "InitialDockState", info.initial_dock_state)
        });
        fields.add_field_method_get("InitialEnabled", |_, info| Ok(info.initial_enabled));
        fields
            .add_field_method_get("InitialEnabledShouldOverrideRestore", |_, info| Ok(info.override_restore));
        fields.add_field_method_get("FloatingXSize", |_, info| Ok(info.floating_size.0));
        fields.add_field_method_get("FloatingYSize", |_, info| Ok(info.floating_size.1));
        fields.add_field_method_get("MinWidth", |_, info| Ok(info.minimum_size.0));
        fields.add_field_method_get("MinHeight", |_, info| Ok(info.minimum_size.1));
    }
}

/// The global `DockWidgetPluginGuiInfo`.
pub(crate) fn dock_widget_info_constructor(lua: &Lua) -> mlua::Result<mlua::Table> {
    type Arguments =
        (Option<Value>, Option<bool>, Option<bool>, Option<f64>, Option<f64>, Option<f64>, Option<f64>);
    let new = lua.create_function(|lua, arguments: Arguments| {
        let (dock_state, enabled, override_restore, float_x, float_y, minimum_x, minimum_y) = arguments;
        let schema = &world_of(lua).schema;
        let initial_dock_state = match dock_state {
            Some(state) if !state.is_nil() => {
                enum_number(schema, "InitialDockState", &state).ok_or_else(|| {
                    mlua::Error::runtime("invalid argument #1 to 'new' (Enum.InitialDockState expected)")
                })?
            }
            _ => 0,
        };
        Ok(DockWidgetInfo {
            initial_dock_state,
            initial_enabled: enabled.unwrap_or(false),
            override_restore: override_restore.unwrap_or(false),
            floating_size: (float_x.unwrap_or(0.0), float_y.unwrap_or(0.0)),
            minimum_size: (minimum_x.unwrap_or(0.0), minimum_y.unwrap_or(0.0)),
        })
    })?;
    lua.create_table_from([("new", new)])
}

type ButtonArguments = (String, String, String, Option<String>);
type WidgetArguments = (String, UserDataRef<DockWidgetInfo>);

/// Registers the methods of `Plugin` and of what it creates.
pub(crate) fn install(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_method(lua, "Plugin", "CreateToolbar", |lua, plugin, name: String| {
        let toolbar = create_child(lua, plugin, "PluginToolbar", &name)?;
        userdata(lua, toolbar)
    })?;
    world.add_method(
        lua,
        "PluginToolbar",
        "CreateButton",
        |lua, toolbar, (id, tooltip, icon, text): ButtonArguments| {
            let button = create_child(lua, toolbar, "PluginToolbarButton", &id)?;
            let world = world_of(lua);
            let text = text.unwrap_or(id);
            for (member, value) in [(BUTTON_TEXT, text), (BUTTON_TOOLTIP, tooltip), (BUTTON_ICON, icon)] {
                world.supply(button, member, Value::String(lua.create_string(value)?));
            }
            world.supply(button, BUTTON_ACTIVE, Value::Boolean(false));
            userdata(lua, button)
        },
    )?;
    world.add_method(lua, "PluginToolbarButton", "SetActive", |lua, button, active: bool| {
        world_of(lua).supply(button, BUTTON_ACTIVE, Value::Boolean(active));
        Ok(())
    })?;
    world.add_method(
        lua,
        "Plugin",
        "CreateDockWidgetPluginGui",
        |lua, plugin, (id, info): WidgetArguments| userdata(lua, create_widget(lua, plugin, &id, &info)?),
    )?;
    world.add_yielding_method(
        lua,
        "Plugin",
        "CreateDockWidgetPluginGuiAsync",
        |lua, plugin, (id, info): WidgetArguments, token| {
            let widget = create_widget(lua, plugin, &id, &info)?;
            complete(lua, token, Ok(userdata(lua, widget)?))
        },
    )?;
    world.add_method(lua, "PluginGui", "BindToClose", |lua, widget, callback: Option<mlua::Function>| {
        let world = world_of(lua);
        let mut arena = world.arena.borrow_mut();
        let callbacks = &mut arena.node_mut(widget).callbacks;
        match callback {
            Some(callback) => callbacks.insert(BIND_TO_CLOSE, callback),
            None => callbacks.remove(BIND_TO_CLOSE),
        };
        Ok(())
    })?;
    install_settings(lua, world)
}

/// Members under which the simulator holds what a button shows; scripts cannot read them.
pub(crate) const BUTTON_TEXT: &str = "(text)";
pub(crate) const BUTTON_ACTIVE: &str = "(active)";
const BUTTON_TOOLTIP: &str = "(tooltip)";
const BUTTON_ICON: &str = "(icon)";

/// The callback that closing a widget runs instead of hiding it.
pub(crate) const BIND_TO_CLOSE: &str = "(bind to close)";

fn install_settings(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_method(lua, "Plugin", "GetSetting", |lua, _, key: String| {
        match world_of(lua).settings.read(&key) {
            Some(value) => json::to_lua(lua, &value),
            None => Ok(Value::Nil),
        }
    })?;
    world.add_method(lua, "Plugin", "SetSetting", |lua, _, (key, value): (String, Value)| {
        let world = world_of(lua);
        let stored = match &value {
            Value::Nil => None,
            other => {
                let text = json::encode(other)?;
                let value = serde_json::from_str(&text)
                    .map_err(|_| mlua::Error::runtime("plugin settings cannot hold nan or inf"))?;
                Some(as_stored(value))
            }
        };
        if key.contains(UNSAFE_IN_KEYS) || stored.as_ref().is_some_and(holds_unsafe_text) {
            let origin = caller(lua);
            world.record_error(format!(
                "{origin}: setting `{key}` holds a character that can corrupt Studio's settings file"
            ));
        }
        world.settings.write(&key, stored);
        Ok(())
    })
}

fn create_child(lua: &Lua, parent: InstanceRef, class: &str, name: &str) -> mlua::Result<InstanceRef> {
    let world = world_of(lua);
    let child = world.create(class);
    world.set_name(child, name);
    set_parent(lua, child, Some(parent))?;
    Ok(child)
}

fn create_widget(
    lua: &Lua,
    plugin: InstanceRef,
    id: &str,
    info: &DockWidgetInfo,
) -> mlua::Result<InstanceRef> {
    let world = world_of(lua);
    let widget = create_child(lua, plugin, "DockWidgetPluginGui", id)?;
    let (width, height) = world.config.widget_size;
    let size = to_lua(lua, &Variant::Vector2(rbx_types::Vector2::new(width, height)))?;
    world.supply(widget, "AbsoluteSize", size);
    world.supply(widget, "HostWidgetWasRestored", Value::Boolean(false));
    let enabled = Variant::Bool(info.initial_enabled);
    world.arena.borrow_mut().node_mut(widget).properties.insert("Enabled", enabled);
    Ok(widget)
}
