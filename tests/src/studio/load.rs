//! Brings plugin code in: from a `.rbxm`, or from a source tree by the same mapping the build uses; and `require`.
//!
//! Source trees: `init.server.luau` makes its folder a Script, `init.luau` a `ModuleScript`; `X.server.luau` is a Script `X`,
//! `X.luau` a `ModuleScript` `X`. A `default.project.json` beside them may name the tree and its `$path`.
//!
//! **Invariant:** both ways give the same Instances, so tests on sources hold for the shipped file.
//! **Invariant:** every script runs in its own environment with its own `script` and `require`.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use mlua::chunk::Compiler;
use mlua::{Function, Lua, Table, Value};
use rbx_dom_weak::WeakDom;
use rbx_types::{Ref, Variant};

use crate::studio::instance::{InstanceRef, userdata};
use crate::studio::schema::{Member, ValueType};
use crate::studio::value::{DATA_TYPE_GLOBALS, instance_of};
use crate::studio::world::{World, world_of};

/// Globals of Luau itself that Studio's scripts have too.
const LANGUAGE_GLOBALS: &[&str] = &[
    "assert",
    "bit32",
    "buffer",
    "coroutine",
    "error",
    "gcinfo",
    "getmetatable",
    "ipairs",
    "math",
    "newproxy",
    "next",
    "pairs",
    "rawequal",
    "rawget",
    "rawlen",
    "rawset",
    "select",
    "setmetatable",
    "string",
    "table",
    "tonumber",
    "tostring",
    "type",
    "typeof",
    "unpack",
    "utf8",
    "vector",
];

/// Globals of the simulator, set up once before the first script.
const ENGINE_GLOBALS: &[&str] = &[
    "DockWidgetPluginGuiInfo",
    "Instance",
    "Random",
    "_G",
    "debug",
    "game",
    "os",
    "pcall",
    "print",
    "settings",
    "shared",
    "task",
    "tick",
    "time",
    "warn",
    "workspace",
    "xpcall",
];

/// Globals that Studio has and the simulator does not.
const UNSIMULATED_GLOBALS: &[&str] = &[
    "CatalogSearchParams",
    "DateTime",
    "OverlapParams",
    "PathWaypoint",
    "RaycastParams",
    "Secret",
    "SharedTable",
    "TweenInfo",
    "UserSettings",
];

const PROJECT_FILE: &str = "default.project.json";

/// Reads a source tree into Instances. Answers the top one, which has no parent.
pub(crate) fn read_source(world: &World, directory: &Path) -> anyhow::Result<InstanceRef> {
    let project = directory.join(PROJECT_FILE);
    if !project.exists() {
        let name = directory.file_name().context("the source directory has no name")?;
        return read_directory(world, directory, &name.to_string_lossy());
    }
    let text =
        fs::read_to_string(&project).with_context(|| format!("cannot read `{}`", project.display()))?;
    let project: serde_json::Value = serde_json::from_str(&text).context("the project file is not JSON")?;
    let members = project["tree"].as_object().context("the project file has no `tree`")?;
    let (Some(name), Some(path)) =
        (project["name"].as_str(), members.get("$path").and_then(|path| path.as_str()))
    else {
        bail!("the project file must have `name` and `tree.$path`");
    };
    ensure!(members.len() == 1, "only `$path` is simulated in a project file's `tree`");
    read_directory(world, &directory.join(path), name)
}

fn read_directory(world: &World, directory: &Path, name: &str) -> anyhow::Result<InstanceRef> {
    let unreadable = || format!("cannot read `{}`", directory.display());
    let entries = fs::read_dir(directory).with_context(unreadable)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .with_context(unreadable)?;
    paths.sort();
    let init = paths.iter().find(|path| script_file(path).is_some_and(|(stem, _)| stem == "init"));
    let top = if let Some(init) = init {
        read_script(world, init, name)?
    } else {
        let folder = world.create("Folder");
        world.set_name(folder, name);
        folder
    };
    for path in paths {
        let child = if path.is_dir() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            read_directory(world, &path, &name)?
        } else {
            match script_file(&path) {
                Some((stem, _)) if stem != "init" => read_script(world, &path, &stem)?,
                _ => continue,
            }
        };
        adopt(world, top, child);
    }
    Ok(top)
}

/// The Instance name and class of a source file, if it is one.
fn script_file(path: &Path) -> Option<(String, &'static str)> {
    let file = path.file_name()?.to_str()?;
    let stem = file.strip_suffix(".luau").or_else(|| file.strip_suffix(".lua"))?;
    let kinds = [(".server", "Script"), (".client", "LocalScript")];
    let kind = kinds.into_iter().find_map(|(suffix, class)| Some((stem.strip_suffix(suffix)?, class)));
    let (stem, class) = kind.unwrap_or((stem, "ModuleScript"));
    Some((stem.to_owned(), class))
}

fn read_script(world: &World, path: &Path, name: &str) -> anyhow::Result<InstanceRef> {
    let (_, class) = script_file(path).context("not a script file")?;
    let source = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let script = world.create(class);
    world.set_name(script, name);
    world.arena.borrow_mut().node_mut(script).properties.insert("Source", Variant::String(source));
    Ok(script)
}

fn adopt(world: &World, parent: InstanceRef, child: InstanceRef) {
    let mut arena = world.arena.borrow_mut();
    arena.node_mut(child).parent = Some(parent);
    arena.node_mut(parent).children.push(child);
}

/// Reads a binary model into Instances. Answers its top ones.
pub(crate) fn read_model(world: &World, path: &Path) -> anyhow::Result<Vec<InstanceRef>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let model =
        rbx_binary::from_reader(&*bytes).with_context(|| format!("`{}` is not a model", path.display()))?;
    model.root().children().iter().map(|child| read_model_instance(world, &model, *child)).collect()
}

fn read_model_instance(world: &World, model: &WeakDom, reference: Ref) -> anyhow::Result<InstanceRef> {
    let source = model.get_by_ref(reference).context("the model refers to an Instance it does not hold")?;
    let class = world.schema.class(&source.class);
    let class =
        class.with_context(|| format!("the model holds an Instance of unknown class `{}`", source.class))?;
    let instance = world.create(class.name);
    world.set_name(instance, &source.name);
    for (name, value) in &source.properties {
        if let Variant::Attributes(attributes) = value {
            let attributes = attributes.iter().map(|(name, value)| (name.clone(), value.clone()));
            world.arena.borrow_mut().node_mut(instance).attributes.extend(attributes);
        }
        // Properties that scripts cannot see have no effect here.
        if let Some((_, Member::Property(property))) = class.member(name)
            && !matches!(property.value_type, ValueType::Instance | ValueType::Unknown)
        {
            let mut arena = world.arena.borrow_mut();
            arena.node_mut(instance).properties.insert(property.canonical, value.clone());
        }
    }
    for child in source.children() {
        let child = read_model_instance(world, model, *child)?;
        adopt(world, instance, child);
    }
    Ok(instance)
}

/// Compiles the source a script holds, in an environment of its own.
pub(crate) fn compile(lua: &Lua, script: InstanceRef) -> mlua::Result<Function> {
    let world = world_of(lua);
    let source = world.text_value(script, "Source").unwrap_or_default();
    let name = world.full_name(script);
    // Level 1 is believed to be what Studio's edit mode uses; the debug information gives errors their lines.
    let compiler = Compiler::new().set_optimization_level(world.config.optimization_level).set_debug_level(1);
    let environment = environment(lua, script)?;
    lua.load(source)
        .set_name(format!("={name}"))
        .set_compiler(compiler)
        .set_environment(environment)
        .into_function()
}

/// The flat global table of one script. It is not marked safe for imports: those are resolved against the main globals,
/// and the script would find another `require` there.
fn environment(lua: &Lua, script: InstanceRef) -> mlua::Result<Table> {
    let world = world_of(lua);
    let globals = lua.globals();
    let environment = lua.create_table()?;
    for name in LANGUAGE_GLOBALS.iter().chain(ENGINE_GLOBALS).chain(DATA_TYPE_GLOBALS) {
        environment.raw_set(*name, globals.get::<Value>(*name)?)?;
    }
    for name in UNSIMULATED_GLOBALS {
        environment.raw_set(*name, world.natives().unsimulated_global.call::<Value>(*name)?)?;
    }
    environment.raw_set("script", userdata(lua, script)?)?;
    environment.raw_set("require", require(lua, script)?)?;
    if !world.class_of(script).is_a("ModuleScript")
        && let Some(plugin) = world.plugin.get()
    {
        environment.raw_set("plugin", userdata(lua, plugin)?)?;
    }
    Ok(environment)
}

fn require(lua: &Lua, script: InstanceRef) -> mlua::Result<Function> {
    let world = world_of(lua);
    let resolve =
        lua.create_function(move |lua, target: Value| userdata(lua, module_of(lua, script, &target)?))?;
    let load = lua.create_function(|lua, module: Value| {
        let module = instance_of(&module).ok_or_else(invalid_require)?;
        compile(lua, module)
    })?;
    let modules = world.modules.get().expect("the module table is made with the virtual machine");
    world.natives().require.call((resolve, load, modules))
}

fn invalid_require() -> mlua::Error {
    mlua::Error::runtime("Attempted to call require with invalid argument(s).")
}

/// The `ModuleScript` that an argument of `require` stands for.
fn module_of(lua: &Lua, script: InstanceRef, target: &Value) -> mlua::Result<InstanceRef> {
    let world = world_of(lua);
    let module = match target {
        Value::String(path) => resolve_path(&world, script, &path.to_str()?)?,
        other => instance_of(other).ok_or_else(invalid_require)?,
    };
    if world.class_of(module).name == "ModuleScript" { Ok(module) } else { Err(invalid_require()) }
}

fn resolve_path(world: &World, script: InstanceRef, path: &str) -> mlua::Result<InstanceRef> {
    let fail = |reason: &str| mlua::Error::runtime(format!("error requiring module \"{path}\": {reason}"));
    let arena = world.arena.borrow();
    let parent_of = |instance: InstanceRef| {
        arena.node(instance).parent.ok_or_else(|| fail("could not get parent of the requiring script"))
    };
    let (prefix, rest) = path.split_once('/').unwrap_or((path, ""));
    let start = match prefix {
        "@self" => script,
        "." => parent_of(script)?,
        ".." => parent_of(parent_of(script)?)?,
        _ => return Err(fail("require path must start with a valid prefix: ./, ../, or @")),
    };
    rest.split('/').filter(|component| !component.is_empty()).try_fold(start, |at, component| match component
    {
        ".." => parent_of(at),
        "." => Ok(at),
        name => arena
            .child_named(at, name)
            .ok_or_else(|| fail(&format!("could not resolve child component \"{name}\""))),
    })
}
