//! A value's text with line breaks and indents, so that it can be read and compared line by line.
//!
//! **Invariant:** nothing but white space between tokens changes: numbers, escapes and the order of members stay as they are.

/// Lays out text that is JSON.
pub(super) fn pretty(json: &str) -> String {
    let mut laid_out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut is_in_string = false;
    let mut is_escaped = false;
    let mut rest = json.chars();
    while let Some(character) = rest.next() {
        if is_in_string {
            laid_out.push(character);
            is_in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            '"' => {
                is_in_string = true;
                laid_out.push(character);
            }
            '{' | '[' => {
                laid_out.push(character);
                let closing = rest.clone().find(|next| !next.is_ascii_whitespace());
                if let Some(closing @ ('}' | ']')) = closing {
                    rest.by_ref().find(|next| *next == closing);
                    laid_out.push(closing);
                } else {
                    depth += 1;
                    break_line(&mut laid_out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut laid_out, depth);
                laid_out.push(character);
            }
            ',' => {
                laid_out.push(character);
                break_line(&mut laid_out, depth);
            }
            ':' => laid_out.push_str(": "),
            character if character.is_ascii_whitespace() => {}
            character => laid_out.push(character),
        }
    }
    laid_out
}

fn break_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_between_tokens_changes() {
        let text = r#" {"a b":1.50,"a b":[ ],"c":{"d":["x\\\" , {", -1e5,{ }]},"e":"\u00e9"} "#;
        let laid_out = "{\n  \"a b\": 1.50,\n  \"a b\": [],\n  \"c\": {\n    \"d\": [\n      \"x\\\\\\\" , {\",\n      -1e5,\n      {}\n    ]\n  },\n  \"e\": \"\\u00e9\"\n}";
        assert_eq!(pretty(text), laid_out);
        assert_eq!(pretty(&pretty(text)), laid_out);
        assert_eq!(pretty("12"), "12");
    }
}
