//! `StudioService`, and `settings().Studio` with its theme.

use std::collections::BTreeMap;

use mlua::{AnyUserData, Function, Lua, Value};
use rbx_types::{Color3, Variant};

use crate::studio::instance::{InstanceRef, userdata};
use crate::studio::members::enum_item_name;
use crate::studio::value::to_lua;
use crate::studio::world::{World, world_of};

const STUDIO_THEME: &str = include_str!("../../../data/studio-theme.json");

/// One of Studio's colour themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Dark,
    Light,
    /// The newer dark theme; Studio also calls it `Dark`.
    FoundationDark,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::Dark | Self::FoundationDark => "Dark",
            Self::Light => "Light",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
            Self::FoundationDark => "FoundationDark",
        }
    }
}

type ColourArguments = (AnyUserData, Option<AnyUserData>);
type ColoursByModifier = BTreeMap<String, String>;

/// The colours of `tests/data/studio-theme.json`: theme, then colour name, then modifier.
pub(crate) struct ThemeColours(BTreeMap<String, BTreeMap<String, ColoursByModifier>>);

impl ThemeColours {
    pub(crate) fn load() -> Self {
        Self(serde_json::from_str(STUDIO_THEME).expect("tests/data/studio-theme.json is well formed"))
    }

    /// The colour; a modifier the theme lacks falls back to `Default`, as in Studio.
    fn colour(&self, theme: Theme, name: &str, modifier: &str) -> Option<Color3> {
        let modifiers = self.0.get(theme.table())?.get(name)?;
        let hexadecimal = modifiers.get(modifier).or_else(|| modifiers.get("Default"))?;
        let number = u32::from_str_radix(hexadecimal, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(rbx_types::Color3uint8::new(red, green, blue).into())
    }
}

/// Makes the objects behind `settings()` and registers the methods. Answers the global `settings`.
pub(crate) fn install(lua: &Lua, world: &World) -> mlua::Result<Function> {
    world.add_method(lua, "StudioService", "GetUserId", |lua, _, ()| Ok(world_of(lua).config.user_id))?;
    world.add_method(lua, "StudioTheme", "GetColor", |lua, _, (colour, modifier): ColourArguments| {
        let world = world_of(lua);
        let colour = enum_item_name(lua, "StudioStyleGuideColor", &colour)?;
        let modifier = modifier.map(|modifier| enum_item_name(lua, "StudioStyleGuideModifier", &modifier));
        let modifier = modifier.transpose()?.unwrap_or("Default");
        match world.theme_colours.colour(world.theme.get(), colour, modifier) {
            Some(colour) => to_lua(lua, &Variant::Color3(colour)),
            None => Err(world.unsimulated(format!("the theme colour {colour}"))),
        }
    })?;
    let studio = world.create("Studio");
    world.arena.borrow_mut().services.insert("Studio", studio);
    show_theme(lua, world, studio, world.theme.get())?;
    let settings = lua.create_table_from([("Studio", userdata(lua, studio)?)])?;
    settings.set_readonly(true);
    lua.create_function(move |_, ()| Ok(settings.clone()))
}

/// Gives `settings().Studio` a theme object.
pub(crate) fn show_theme(lua: &Lua, world: &World, studio: InstanceRef, theme: Theme) -> mlua::Result<()> {
    world.theme.set(theme);
    let object = world.create("StudioTheme");
    world.set_name(object, theme.name());
    world.supply(studio, "Theme", Value::UserData(userdata(lua, object)?));
    Ok(())
}
