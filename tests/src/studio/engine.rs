//! Builds the virtual machine of one simulated Studio: data types, prelude, globals, services.
//!
//! **Invariant:** nothing of the host shows through: no files, no real clock, no random seed.

use std::rc::Rc;

use mlua::{Lua, MultiValue, Table, Value};

use crate::studio::instance::{instance_value, userdata};
use crate::studio::services::{http, players, run, studio};
use crate::studio::value::{DATA_TYPE_GLOBALS, to_lua};
use crate::studio::world::{Natives, World, world_of};
use crate::studio::{measure, methods, plugin, sched};

/// Tables through which scripts share values.
const SHARED_TABLES: &[&str] = &["_G", "shared"];

const PRELUDE: &str = include_str!("prelude.luau");

/// Makes the virtual machine and everything scripts find in it.
pub(crate) fn build(world: &Rc<World>) -> mlua::Result<Lua> {
    let lua = Lua::new();
    lua.set_app_data(world.clone());
    let globals = lua.globals();
    let data_types = lune_roblox::module(lua.clone())?;
    for name in DATA_TYPE_GLOBALS {
        globals.set(*name, data_types.get::<Value>(*name)?)?;
    }
    install_natives(&lua, world)?;
    install_globals(&lua, world)?;
    let game = install_game(&lua, world)?;
    globals.set("game", game)?;
    methods::install(&lua, world)?;
    plugin::install(&lua, world)?;
    http::install(&lua, world)?;
    run::install(&lua, world)?;
    players::install(&lua, world)?;
    globals.set("settings", studio::install(&lua, world)?)?;
    lua.load("math.randomseed(1)").exec()?;
    lua.sandbox(true)?;
    // The sandbox freezes what the globals hold; these two are for scripts to fill.
    for name in SHARED_TABLES {
        globals.get::<Table>(*name)?.set_readonly(false);
    }
    measure::install(&lua, &world.counters);
    Ok(lua)
}

fn install_natives(lua: &Lua, world: &World) -> mlua::Result<()> {
    let prelude: Table = lua.load(PRELUDE).set_name("=prelude").call(sched::natives(lua)?)?;
    world.set_natives(Natives {
        signal_wait: prelude.get("signalWait")?,
        wait_for_child: prelude.get("waitForChild")?,
        yielding: prelude.get("yielding")?,
        require: prelude.get("require")?,
        index_twice: prelude.get("indexTwice")?,
        tostring: prelude.get("tostring")?,
        unsimulated_global: prelude.get("unsimulatedGlobal")?,
    });
    let globals = lua.globals();
    for name in ["debug", "os", "pcall", "task", "xpcall"] {
        globals.set(name, prelude.get::<Value>(name)?)?;
    }
    globals.set("Random", prelude.get::<Value>("random")?)?;
    let os: Table = prelude.get("os")?;
    globals.set("tick", os.get::<Value>("time")?)?;
    globals.set("time", os.get::<Value>("clock")?)
}

fn install_globals(lua: &Lua, world: &World) -> mlua::Result<()> {
    let globals = lua.globals();
    globals.set("Instance", lua.create_table_from([("new", methods::constructor(lua)?)])?)?;
    globals.set("DockWidgetPluginGuiInfo", plugin::dock_widget_info_constructor(lua)?)?;
    for (name, prefix) in [("print", ""), ("warn", "warning: ")] {
        let print = lua.create_function(move |lua, values: MultiValue| {
            let world = world_of(lua);
            let texts = values.into_iter().map(|value| world.natives().tostring.call::<String>(value));
            let texts = texts.collect::<mlua::Result<Vec<_>>>()?;
            world.report.borrow_mut().output.push(format!("{prefix}{}", texts.join(" ")));
            Ok(())
        })?;
        globals.set(name, print)?;
    }
    for name in SHARED_TABLES {
        globals.set(*name, lua.create_table()?)?;
    }
    let modules = lua.create_table()?;
    assert!(world.modules.set(modules).is_ok(), "the virtual machine is built once");
    Ok(())
}

fn install_game(lua: &Lua, world: &World) -> mlua::Result<Value> {
    let game = world.create("DataModel");
    world.set_name(game, "Place1");
    let place = world.config.place;
    for (member, id) in [("GameId", place.game_id), ("PlaceId", place.place_id)] {
        world.supply(game, member, to_lua(lua, &id.into())?);
    }
    lua.globals().set("workspace", instance_value(lua, world.service("Workspace", game))?)?;
    let plugin = world.create("Plugin");
    world.set_name(plugin, "Plugin");
    world.plugin.set(Some(plugin));
    userdata(lua, game).map(Value::UserData)
}
