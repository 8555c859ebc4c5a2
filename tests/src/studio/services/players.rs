//! `Players`: only the look-up of a user's name.

use mlua::Lua;

use crate::studio::sched::complete;
use crate::studio::world::{World, world_of};

/// Registers its methods.
pub(crate) fn install(lua: &Lua, world: &World) -> mlua::Result<()> {
    world.add_yielding_method(lua, "Players", "GetNameFromUserIdAsync", |lua, _, user_id: i64, token| {
        let name = world_of(lua).config.user_names.get(&user_id).cloned();
        complete(lua, token, name.ok_or_else(|| "HTTP 404 (Not Found)".to_owned()))
    })
}
