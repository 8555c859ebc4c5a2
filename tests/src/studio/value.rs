//! Translates between Luau values and the typed values that properties and attributes hold.
//!
//! The data types themselves (`UDim2`, `Color3`, `Enum`…) are lune-roblox's; only those are taken from there.
//!
//! **Invariant:** a value of the wrong type is refused with the type that was expected, as Studio does, after the
//! coercions Studio makes: number to string, numeric string to number, name or number to enum item.

use lune_roblox::datatypes::types as lune;
use mlua::{Lua, Value};
use rbx_types::{Variant, VariantType};

use crate::studio::instance::InstanceRef;
use crate::studio::schema::{Schema, ValueType};
use crate::studio::world::world_of;

/// Data types that scripts find as globals.
pub(crate) const DATA_TYPE_GLOBALS: &[&str] = &[
    "Axes",
    "BrickColor",
    "CFrame",
    "Color3",
    "ColorSequence",
    "ColorSequenceKeypoint",
    "Content",
    "Enum",
    "Faces",
    "Font",
    "NumberRange",
    "NumberSequence",
    "NumberSequenceKeypoint",
    "PhysicalProperties",
    "Ray",
    "Rect",
    "Region3",
    "UDim",
    "UDim2",
    "Vector2",
    "Vector2int16",
    "Vector3",
    "Vector3int16",
];

/// Types an attribute may have besides booleans, numbers and strings.
const ATTRIBUTE_TYPES: &[VariantType] = &[
    VariantType::UDim2,
    VariantType::UDim,
    VariantType::Vector2,
    VariantType::Vector3,
    VariantType::Color3,
    VariantType::Rect,
    VariantType::Font,
    VariantType::NumberRange,
    VariantType::NumberSequence,
    VariantType::ColorSequence,
    VariantType::CFrame,
    VariantType::BrickColor,
];

/// The name `typeof` gives, which is also the one error texts use.
pub(crate) fn type_name(value: &Value) -> String {
    match value {
        Value::Integer(_) => "number".to_owned(),
        Value::UserData(userdata) => {
            let declared =
                userdata.metatable().and_then(|metatable| metatable.get::<Option<String>>("__type"));
            declared.ok().flatten().unwrap_or_else(|| "userdata".to_owned())
        }
        other => other.type_name().to_owned(),
    }
}

/// Hands a held value to a script. Enums need [`enum_item`], because their number alone does not name the enum.
pub(crate) fn to_lua(lua: &Lua, value: &Variant) -> mlua::Result<Value> {
    macro_rules! data_type {
        ($type:ident, $value:expr) => {
            Value::UserData(lua.create_userdata(lune::$type::from($value.clone()))?)
        };
    }
    Ok(match value {
        Variant::Bool(value) => Value::Boolean(*value),
        Variant::Int32(value) => Value::Number(f64::from(*value)),
        Variant::Int64(value) => Value::Number(integer_to_number(*value)),
        Variant::Float32(value) => Value::Number(f64::from(*value)),
        Variant::Float64(value) => Value::Number(*value),
        Variant::String(value) => Value::String(lua.create_string(value)?),
        Variant::BinaryString(value) => Value::String(lua.create_string(value)?),
        Variant::ContentId(value) => Value::String(lua.create_string(value.as_str())?),
        Variant::EnumItem(item) => enum_item(lua, &item.ty, item.value)?,
        Variant::BrickColor(value) => data_type!(BrickColor, value),
        Variant::CFrame(value) => data_type!(CFrame, value),
        Variant::Color3(value) => data_type!(Color3, value),
        Variant::ColorSequence(value) => data_type!(ColorSequence, value),
        Variant::Content(value) => data_type!(Content, value),
        Variant::Font(value) => data_type!(Font, value),
        Variant::NumberRange(value) => data_type!(NumberRange, value),
        Variant::NumberSequence(value) => data_type!(NumberSequence, value),
        Variant::Rect(value) => data_type!(Rect, value),
        Variant::UDim(value) => data_type!(UDim, value),
        Variant::UDim2(value) => data_type!(UDim2, value),
        Variant::Vector2(value) => data_type!(Vector2, value),
        Variant::Vector3(value) => data_type!(Vector3, value),
        other => {
            let message = format!("STUDIO-SIM: values of type {:?} are not simulated", other.ty());
            return Err(mlua::Error::runtime(message));
        }
    })
}

/// The enum item with that number; the same userdata each time, so items compare and index by identity.
pub(crate) fn enum_item(lua: &Lua, enum_name: &str, number: u32) -> mlua::Result<Value> {
    let world = world_of(lua);
    let items = world.schema.enum_items(enum_name);
    let name =
        items.and_then(|items| items.iter().find(|(_, value)| **value == number)).map(|(name, _)| *name);
    let Some(name) = name else {
        return Err(mlua::Error::runtime(format!("STUDIO-SIM: enum {enum_name} has no item {number}")));
    };
    let enums: Value = lua.globals().get("Enum")?;
    let item: Value = world.natives().index_twice.call((enums, enum_name, name))?;
    Ok(item)
}

/// The number of an enum item a script passed, given as item, name or number.
pub(crate) fn enum_number(schema: &Schema, enum_name: &str, value: &Value) -> Option<u32> {
    let items = schema.enum_items(enum_name)?;
    match value {
        Value::UserData(userdata) => {
            let item = rbx_types::EnumItem::from(userdata.borrow::<lune::EnumItem>().ok()?.clone());
            (item.ty == enum_name).then_some(item.value)
        }
        Value::String(name) => items.get(&*name.to_str().ok()?).copied(),
        other => {
            let number = number(other)?;
            items.values().copied().find(|value| (f64::from(*value) - number).abs() < f64::EPSILON)
        }
    }
}

/// The value to hold for a property of this type, or the name of the type that was expected.
pub(crate) fn from_lua(schema: &Schema, value_type: ValueType, value: &Value) -> Result<Variant, String> {
    match value_type {
        ValueType::Enum(enum_name) => enum_number(schema, enum_name, value)
            .map(|number| Variant::Enum(rbx_types::Enum::from_u32(number)))
            .ok_or_else(|| format!("Enum.{enum_name}")),
        ValueType::Plain(variant_type) => plain_from_lua(variant_type, value),
        ValueType::Instance | ValueType::Unknown => Err("a value the simulator holds itself".to_owned()),
    }
}

/// The value an attribute would hold, or nothing when attributes cannot have that type.
pub(crate) fn attribute_from_lua(value: &Value) -> Option<Variant> {
    match value {
        Value::Boolean(value) => Some(Variant::Bool(*value)),
        Value::String(value) => Some(Variant::String(value.to_string_lossy())),
        Value::Number(_) | Value::Integer(_) => number(value).map(Variant::Float64),
        Value::UserData(_) => ATTRIBUTE_TYPES.iter().find_map(|kind| plain_from_lua(*kind, value).ok()),
        _ => None,
    }
}

/// The Instance behind a userdata, if it is one.
pub(crate) fn instance_of(value: &Value) -> Option<InstanceRef> {
    let Value::UserData(userdata) = value else { return None };
    userdata.borrow::<InstanceRef>().ok().map(|instance| *instance)
}

#[expect(clippy::cast_precision_loss, reason = "Luau numbers are doubles; Studio rounds the same way")]
fn integer_to_number(value: i64) -> f64 {
    value as f64
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Integer(number) => Some(integer_to_number(*number)),
        Value::String(text) => text.to_str().ok()?.trim().parse().ok(),
        _ => None,
    }
}

/// A number as `tostring` writes it.
pub(crate) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "narrowing is what assigning to a narrower property does"
)]
fn plain_from_lua(variant_type: VariantType, value: &Value) -> Result<Variant, String> {
    macro_rules! data_type {
        ($type:ident) => {{
            let Value::UserData(userdata) = value else { return Err(stringify!($type).to_owned()) };
            let data = userdata.borrow::<lune::$type>().map_err(|_| stringify!($type).to_owned())?;
            Ok(Variant::$type(rbx_types::$type::from(data.clone())))
        }};
    }
    let expected_number = || "number".to_owned();
    match variant_type {
        VariantType::Bool => match value {
            Value::Boolean(value) => Ok(Variant::Bool(*value)),
            _ => Err("boolean".to_owned()),
        },
        VariantType::Int32 => {
            number(value).map(|number| Variant::Int32(number.round() as i32)).ok_or_else(expected_number)
        }
        VariantType::Int64 => {
            number(value).map(|number| Variant::Int64(number.round() as i64)).ok_or_else(expected_number)
        }
        VariantType::Float32 => {
            number(value).map(|number| Variant::Float32(number as f32)).ok_or_else(expected_number)
        }
        VariantType::Float64 => number(value).map(Variant::Float64).ok_or_else(expected_number),
        VariantType::String | VariantType::BinaryString => {
            text(value).map(Variant::String).ok_or_else(|| "string".to_owned())
        }
        VariantType::ContentId => match value {
            Value::String(text) => Ok(Variant::ContentId(text.to_string_lossy().as_str().into())),
            _ => Err("Content".to_owned()),
        },
        VariantType::BrickColor => data_type!(BrickColor),
        VariantType::CFrame => data_type!(CFrame),
        VariantType::Color3 => data_type!(Color3),
        VariantType::ColorSequence => data_type!(ColorSequence),
        VariantType::Content => data_type!(Content),
        VariantType::Font => data_type!(Font),
        VariantType::NumberRange => data_type!(NumberRange),
        VariantType::NumberSequence => data_type!(NumberSequence),
        VariantType::Rect => data_type!(Rect),
        VariantType::UDim => data_type!(UDim),
        VariantType::UDim2 => data_type!(UDim2),
        VariantType::Vector2 => data_type!(Vector2),
        VariantType::Vector3 => data_type!(Vector3),
        other => Err(format!("{other:?}, which is not simulated,")),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string_lossy()),
        Value::Number(_) | Value::Integer(_) => number(value).map(number_text),
        _ => None,
    }
}
