//! Reads Rust source as tokens, so that comments and strings cannot be mistaken for code.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path such as `axum::Router` or `crate::gate::policy`, wherever it stands: import, expression, type, macro.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PathUse {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// The tokens of a file.
pub(crate) fn tokens(text: &str) -> Vec<TokenTree> {
    text.parse::<TokenStream>().unwrap().into_iter().collect()
}

/// All paths outside test code. Paths inside the own crate start with `crate`; `module` is where the file stands.
pub(crate) fn paths(tokens: &[TokenTree], module: &[String]) -> Vec<PathUse> {
    let mut found = Vec::new();
    collect_paths(tokens, module, &mut found);
    found
}

fn collect_paths(tokens: &[TokenTree], module: &[String], found: &mut Vec<PathUse>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let Some(length) = test_item_length(&tokens[at..]) {
            at += length;
        } else if let [TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Group(body), ..] =
            &tokens[at..]
            && keyword == "mod"
        {
            let inner: Vec<String> = module.iter().cloned().chain([name.to_string()]).collect();
            collect_paths(&group_tokens(body), &inner, found);
            at += 3;
        } else if let TokenTree::Ident(ident) = token {
            let imports = at > 0 && ident_is(&tokens[at - 1], &["use", "crate"]);
            let mut read = PathReader { module, imports, found };
            let length = read.path(&tokens[at..], &[]);
            if ident == "use" && matches!(tokens.get(at + 1), Some(TokenTree::Group(_))) {
                read.imports = true;
                read.group(&tokens[at + 1], &[]);
                at += 1;
            }
            at += length;
        } else {
            if let TokenTree::Group(group) = token {
                collect_paths(&group_tokens(group), module, found);
            }
            at += 1;
        }
    }
}

struct PathReader<'a> {
    module: &'a [String],
    /// Whether a single name is a path too, as in `use axum;`.
    imports: bool,
    found: &'a mut Vec<PathUse>,
}

impl PathReader<'_> {
    /// Reads the path that starts at the first of `tokens`, and says how many tokens it took.
    fn path(&mut self, tokens: &[TokenTree], prefix: &[String]) -> usize {
        let mut segments = prefix.to_vec();
        let mut at = 0;
        while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
            segments.push(ident.to_string());
            at += 1;
            if !is_path_separator(&tokens[at..]) {
                break;
            }
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(_)) => at += 2,
                Some(group @ TokenTree::Group(_)) => {
                    self.group(group, &segments);
                    return at + 3;
                }
                _ => break,
            }
        }
        if segments.len() > 1 || self.imports {
            let line = tokens[0].span().start().line;
            self.found.push(PathUse { segments: absolute(self.module, segments), line });
        }
        at
    }

    /// Reads each path of `{a::b, c}`.
    fn group(&mut self, group: &TokenTree, prefix: &[String]) {
        let TokenTree::Group(group) = group else {
            return;
        };
        let tokens = group_tokens(group);
        for item in tokens.split(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',')) {
            if !item.is_empty() {
                self.path(item, prefix);
            }
        }
    }
}

/// Replaces `self` and `super` at the start of a path.
fn absolute(module: &[String], segments: Vec<String>) -> Vec<String> {
    if !matches!(segments[0].as_str(), "self" | "super") {
        return segments;
    }
    let climbs = segments.iter().take_while(|segment| *segment == "super").count();
    let skipped = segments.iter().take_while(|segment| matches!(segment.as_str(), "self" | "super")).count();
    let kept = module.len().saturating_sub(climbs);
    let parent = module[..kept].iter().cloned();
    ["crate".to_owned()].into_iter().chain(parent).chain(segments.into_iter().skip(skipped)).collect()
}

/// How many tokens an item under `#[cfg(test)]` takes, when one starts here.
fn test_item_length(tokens: &[TokenTree]) -> Option<usize> {
    let [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] = tokens else {
        return None;
    };
    if hash.as_char() != '#' || attribute.stream().to_string().replace(' ', "") != "cfg(test)" {
        return None;
    }
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    Some(tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1))
}

/// Calls `look` with what follows each token outside test code, that token first.
pub(crate) fn each_tail(tokens: &[TokenTree], look: &mut dyn FnMut(&[TokenTree])) {
    let mut at = 0;
    while at < tokens.len() {
        if let Some(length) = test_item_length(&tokens[at..]) {
            at += length;
            continue;
        }
        if punct_is(&tokens[at], '\'') {
            // A lifetime is two tokens: `'static` is not the word.
            at += 2;
            continue;
        }
        look(&tokens[at..]);
        if let TokenTree::Group(group) = &tokens[at] {
            each_tail(&group_tokens(group), look);
        }
        at += 1;
    }
}

/// Whether `token` is one of these words.
pub(crate) fn ident_is(token: &TokenTree, words: &[&str]) -> bool {
    matches!(token, TokenTree::Ident(ident) if words.iter().any(|word| ident == word))
}

/// Whether `token` is this mark.
pub(crate) fn punct_is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [first, second, ..] if punct_is(first, ':') && punct_is(second, ':'))
}

fn group_tokens(group: &proc_macro2::Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let module = ["edge".to_owned(), "rest".to_owned()];
        let found: Vec<_> =
            paths(&tokens(text), &module).iter().map(|path| path.segments.join("::")).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn imports_of_every_form() {
        check("use axum::Router;", &["axum::Router"]);
        check("use axum;", &["axum"]);
        check("extern crate axum;", &["axum"]);
        check("use {axum, clap::Parser};", &["axum", "clap::Parser"]);
        check(
            "use axum::{self, extract::{Path, Query}};",
            &["axum::self", "axum::extract::Path", "axum::extract::Query"],
        );
    }

    #[test]
    fn paths_in_code_and_macros() {
        check("fn f() -> Vec<axum::Body> { vec![clap::value(1)] }", &["axum::Body", "clap::value"]);
        check("#[derive(clap::Parser)] struct A;", &["clap::Parser"]);
    }

    #[test]
    fn own_paths_become_absolute() {
        check("use super::error::E; use self::a::B;", &["crate::edge::error::E", "crate::edge::rest::a::B"]);
        check("use super::super::gate;", &["crate::gate"]);
        check("mod inner { use super::super::error::E; }", &["crate::edge::error::E"]);
    }

    #[test]
    fn comments_strings_and_tests_do_not_count() {
        check("// axum::Router\nconst A: &str = \"axum::Router\";", &[]);
        check("#[cfg(test)] mod tests { use axum::Router; } use clap::Parser;", &["clap::Parser"]);
    }
}
