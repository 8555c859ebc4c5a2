//! Single modules: the hash against published vectors, and the texts of scalars, messages and names.

use tests::studio::Studio;

use super::plugin_folder;

/// Runs Luau that returns a text, with the plugin's modules beside it.
fn check(code: &str, expected: &str) {
    let mut studio = Studio::builder().build();
    studio.load_modules(&plugin_folder()).expect("the modules load");
    let text: String = studio.eval(code).unwrap_or_else(|error| panic!("{code}\nfailed: {error:#}"));
    assert_eq!(text, expected, "{code}");
    studio.assert_clean();
}

fn check_digest(message: &str, expected: &str) {
    check(
        &format!(r#"local Sha256 = require("./Sha256") return Sha256.toHex(Sha256.digest({message}))"#),
        expected,
    );
}

fn check_hmac(key: &str, message: &str, expected: &str) {
    let code =
        format!(r#"local Sha256 = require("./Sha256") return Sha256.toHex(Sha256.hmac({key}, {message}))"#);
    check(&code, expected);
}

#[test]
fn s_59_digests_match_the_vectors_of_nist() {
    // FIPS 180-2 appendix B, and the empty message of the NIST CAVP short message tests.
    check_digest(r#""""#, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_digest(r#""abc""#, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_digest(
        r#""abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq""#,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
    check_digest(
        r#""abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu""#,
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    );
    check_digest(
        r#"string.rep("a", 1000)"#,
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3",
    );
}

#[test]
fn s_59_keyed_hashes_match_the_vectors_of_rfc_4231() {
    check_hmac(
        r#"string.rep("\11", 20)"#,
        r#""Hi There""#,
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    );
    check_hmac(
        r#""Jefe""#,
        r#""what do ya want for nothing?""#,
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    check_hmac(
        r#"string.rep("\170", 20)"#,
        r#"string.rep("\221", 50)"#,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    );
    check_hmac(
        r#"Sha256.fromHex("0102030405060708090a0b0c0d0e0f10111213141516171819")"#,
        r#"string.rep("\205", 50)"#,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    );
    check_hmac(
        r#"string.rep("\170", 131)"#,
        r#""Test Using Larger Than Block-Size Key - Hash Key First""#,
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
    check_hmac(
        r#"string.rep("\170", 131)"#,
        r#""This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.""#,
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    );
}

#[test]
fn s_12_luau_and_rust_sign_the_same_text() {
    let secret = "5ec2e7".repeat(10) + "0000";
    let message = protocol::proof_message("client", "studio:0198a", 23767, "aa", "bb");
    let key = daemon::secret::Secret::from_hex(&secret).expect("64 hex digits");
    check(
        &format!(
            r#"local Proof = require("./Proof")
            return Proof.sign("client", {{ peer = "studio:0198a", secret = "{secret}" }}, 23767, "aa", "bb")"#
        ),
        &daemon::secret::encode_hex(&key.sign(message.as_bytes())),
    );
}

/// What becomes of text typed for a scalar: its JSON text, or the problem.
fn check_scalar(kind: &str, typed: &str, expected: &str) {
    let code = format!(
        r#"local Scalar = require("./Scalar")
        local text, problem = Scalar.json("{kind}", {typed:?})
        return text or problem"#
    );
    check(&code, expected);
}

#[test]
fn numbers_keep_the_text_that_was_typed() {
    for text in ["0", "-0", "12500", "1.0", "1e400", "-12.50E+3", "9007199254740993", "0.1e-7"] {
        check_scalar("number", text, text);
    }
    check_scalar("number", " 12 ", "12");
    for text in ["", "-", "01", "1.", ".5", "+1", "1e", "0x10", "1 2", "NaN", "1,2", "1}", "12\""] {
        check_scalar("number", text, "notNumber");
    }
}

#[test]
fn strings_keep_their_escapes_and_get_those_they_need() {
    check_scalar("string", "plain", r#""plain""#);
    check_scalar("string", r"a\n\u00e9\\\/", r#""a\n\u00e9\\\/""#);
    check_scalar("string", r#"say "hi""#, r#""say \"hi\"""#);
    check_scalar("string", "tab\there", r#""tab\u0009here""#);
    check_scalar("string", "", r#""""#);
    check_scalar("string", "12", r#""12""#);
    for text in [r"\", r"a\x", r"\u12", r"\u12g4"] {
        check_scalar("string", text, "badEscape");
    }
}

#[test]
fn booleans_and_null_become_nothing_unexpected() {
    check_scalar("boolean", "true", "true");
    check_scalar("boolean", "yes", "notBoolean");
    check_scalar("null", "null", "null");
    check_scalar("null", "-1.50", "-1.50");
    check_scalar("null", "false", "false");
    check_scalar("null", "text", "notLiteral");
}

#[test]
fn raw_text_stands_in_a_message_as_it_was_given() {
    check(
        r#"local Json = require("./Json")
        return Json.encode(game:GetService("HttpService"), { edits = { { value = Json.raw("1.0e00") } } })"#,
        r#"{"edits":[{"value":1.0e00}]}"#,
    );
}

#[test]
fn hidden_and_direction_changing_characters_are_drawn_as_escapes() {
    let shown = |typed: &str, expected: &str| {
        check(&format!(r#"return require("./Ui/Display").text("{typed}")"#), expected);
    };
    shown("Zo\\u{eb} \\u{65e5}\\u{672c}", "Zo\u{eb} \u{65e5}\u{672c}");
    shown("a\\u{202e}b", r"a\u{202e}b");
    shown("zero\\u{200b}width\\n", r"zero\u{200b}width\u{a}");
    shown("\\u{feff}mark", r"\u{feff}mark");
}

#[test]
fn every_code_of_a_refusal_has_a_sentence() {
    check(
        r#"local Protocol, Words = require("./Protocol"), require("./Words")
        local missing = {}
        for _, code in Protocol.ErrorCodes do
            local text = Words.refusal(code, { store = "S" })
            if string.find(text, "[{}]") or not string.find(text, "%.$") then
                table.insert(missing, code)
            end
        end
        return table.concat(missing, " ")"#,
        "",
    );
}

#[test]
fn every_pair_of_colours_has_the_contrast_it_needs() {
    // The product's own colours, which stand in wherever Studio's do not suffice.
    check(
        r##"local Theme = require("./Ui/Theme")
        local white, black = Color3.new(1, 1, 1), Color3.new(0, 0, 0)
        return string.format("%.2f %.2f %.2f", Theme.contrast(white, black), Theme.contrast(white, white),
            Theme.contrast(Color3.fromHex("#CCCCCC"), Color3.fromHex("#2E2E2E")))"##,
        "21.00 1.00 8.46",
    );
}
