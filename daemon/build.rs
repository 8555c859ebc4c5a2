//! Embeds the built dashboard (`dashboard/dist`), or else a page that names the command that builds it.
//!
//! Never fetches anything. Files are compressed here once, so that serving them costs nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

const PAGE_WITHOUT_DASHBOARD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<title>DataStore Manager Pro</title><h1>The dashboard is not part of this build</h1>\
<p>Build it with <code>cargo xtask dashboard</code>, then build the daemon again. The API works as it is.</p></html>";

fn main() -> Result<(), Failure> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let dist = root.join("dashboard").join("dist");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", dist.display());
    let mut table = String::new();
    let mut index = None;
    let mut files = Vec::new();
    if dist.is_dir() {
        list(&dist, &mut files)?;
    }
    files.sort();
    table.push_str("static ASSETS: &[Asset] = &[\n");
    for (number, file) in files.iter().enumerate() {
        println!("cargo:rerun-if-changed={}", file.display());
        let path = file.strip_prefix(&dist)?.to_string_lossy().replace('\\', "/");
        let content = fs::read(file)?;
        if path == "index.html" {
            index = Some(String::from_utf8(content)?);
            continue;
        }
        let plain = out.join(format!("asset-{number}"));
        fs::write(&plain, &content)?;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&content)?;
        let packed = encoder.finish()?;
        let compressed = if packed.len() < content.len() {
            let place = out.join(format!("asset-{number}.gz"));
            fs::write(&place, &packed)?;
            format!("Some(include_bytes!({:?}))", place.display().to_string())
        } else {
            "None".into()
        };
        writeln!(
            table,
            "    Asset {{ path: {path:?}, content_type: {:?}, content: include_bytes!({:?}), compressed: {compressed} }},",
            content_type(&path),
            plain.display().to_string()
        )?;
    }
    table.push_str("];\n");
    let page = index.unwrap_or_else(|| PAGE_WITHOUT_DASHBOARD.into());
    fs::write(out.join("index.html"), page)?;
    table.push_str("static INDEX: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/index.html\"));\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

fn list(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
