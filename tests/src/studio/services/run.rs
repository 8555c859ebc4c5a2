//! `RunService`: which data model the plugin runs in.

use mlua::Lua;

use crate::studio::world::{World, world_of};

/// The data model a copy of the plugin runs in. A play test runs copies in its server and its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunContext {
    Edit,
    RunMode,
    PlayServer,
    PlayClient,
}

/// Registers its methods; the table is roblox-apis §5.6.
pub(crate) fn install(lua: &Lua, world: &World) -> mlua::Result<()> {
    type Answer = fn(RunContext, bool) -> bool;
    let answers: [(&'static str, Answer); 6] = [
        ("IsStudio", |_, _| true),
        ("IsClient", |context, _| matches!(context, RunContext::Edit | RunContext::PlayClient)),
        ("IsServer", |context, team_create| match context {
            RunContext::Edit => !team_create,
            RunContext::RunMode | RunContext::PlayServer => true,
            RunContext::PlayClient => false,
        }),
        ("IsEdit", |context, _| context == RunContext::Edit),
        ("IsRunning", |context, _| context != RunContext::Edit),
        ("IsRunMode", |context, _| context == RunContext::RunMode),
    ];
    for (name, answer) in answers {
        world.add_method(lua, "RunService", name, move |lua, _, ()| {
            let config = &world_of(lua).config;
            Ok(answer(config.context, config.place.team_create))
        })?;
    }
    Ok(())
}
