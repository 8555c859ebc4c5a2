//! JSON with the engine's quirks, the data types, and the theme.

use tests::studio::Studio;
use tests::studio::services::studio::Theme;

use crate::simulator::{check, check_in, check_raises};

#[test]
fn json_encode_has_the_engines_quirks() {
    for (value, expected) in [
        ("{}", "[]"),
        ("{ a = 1 }", r#"{"a":1}"#),
        ("{ 1, 2, extra = 3 }", "[1,2]"),
        ("{ 0 / 0, math.huge, -math.huge }", "[nan,inf,-inf]"),
        ("{ [5] = 1 }", r#"{"5":1}"#),
        ("{ a = { } }", r#"{"a":[]}"#),
        (r#""é\n""#, r#""é\n""#),
        ("1e15", "1000000000000000"),
        ("0.1", "0.1"),
        ("-3", "-3"),
        ("nil", "null"),
        ("{ 1, print, 3 }", "[1,null,3]"),
    ] {
        check(&format!("return game:GetService('HttpService'):JSONEncode({value})"), &[expected]);
    }
}

#[test]
fn json_refuses_what_the_engine_refuses() {
    let http = "local http = game:GetService('HttpService')";
    check_raises(
        &format!("{http} local loop = {{}} loop.loop = loop http:JSONEncode(loop)"),
        "tables cannot be cyclic",
    );
    check_raises(&format!(r#"{http} http:JSONEncode("\255")"#), "Can't convert to JSON");
    check_raises(&format!("{http} http:JSONDecode('{{')"), "Can't parse JSON");
}

#[test]
fn json_decode_loses_nulls_and_integer_precision() {
    check(
        r#"local http = game:GetService("HttpService")
        local object = http:JSONDecode('{"gone":null,"kept":[1,null,3],"big":9007199254740993}')
        return object.gone, object.kept[1], object.kept[3], object.big == 9007199254740992"#,
        &["nil", "1", "3", "true"],
    );
}

#[test]
fn text_functions_of_http_service() {
    check(
        "local http = game:GetService('HttpService')
        return http:UrlEncode('a b/ü'), #http:GenerateGUID(), #http:GenerateGUID(false),
            http:GenerateGUID() == http:GenerateGUID()",
        &["a%20b%2F%C3%BC", "38", "36", "false"],
    );
}

#[test]
fn data_types_calculate() {
    check(
        "local sum = UDim2.new(0.5, 3, 1, 4) + UDim2.fromOffset(1, 1)
        return sum == UDim2.new(0.5, 4, 1, 5), Vector2.new(3, 4).Magnitude,
            Color3.fromRGB(255, 0, 0):ToHex(), Rect.new(0, 1, 2, 3).Width, UDim2.new() == UDim2.new(0, 0, 0, 0)",
        &["true", "5", "ff0000", "2", "true"],
    );
}

#[test]
fn theme_colours_fall_back_to_their_default() {
    let colour = "local theme = settings().Studio.Theme
        return theme.Name, theme:GetColor(Enum.StudioStyleGuideColor.Button, Enum.StudioStyleGuideModifier.Hover):ToHex(),
            theme:GetColor(Enum.StudioStyleGuideColor.Titlebar, Enum.StudioStyleGuideModifier.Hover):ToHex()";
    check(colour, &["Dark", "424242", "353535"]);
    check_in(&mut Studio::builder().theme(Theme::Light).build(), colour, &["Light", "ffffff", "e3e3e3"]);
}

#[test]
fn switching_the_theme_tells_the_plugin() {
    let mut studio = Studio::builder().build();
    let listen = "settings().Studio.ThemeChanged:Connect(function() print(settings().Studio.Theme.Name) end)";
    studio.eval::<()>(listen).expect("the handler connects");
    studio.set_theme(Theme::Light).expect("the theme changes");
    assert_eq!(studio.output(), ["Light"]);
    studio.assert_clean();
}
