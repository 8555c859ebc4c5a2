//! The real catalogue, through the whole product and back.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::harness::{Daemon, Home, values};

const KEY: &str = "pc1.20/items/diamond_sword";

#[test]
fn the_real_catalogue_comes_back_unchanged_but_for_what_was_edited() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = workspace.join("../shared/data/item-catalog.jsonl.gz");
    if !path.exists() {
        // Past the test runner, which shows what a test prints only when it fails.
        writeln!(io::stderr(), "SKIPPED: `{}` is not there; a clone has none of its own", path.display())
            .unwrap();
        return;
    }
    let home = Home::new();
    let _daemon = Daemon::start(&home);
    let summary = home.json(&["import", "--store", "ItemCatalog", path.to_str().unwrap()]);
    assert_eq!((summary["saved"].as_u64(), summary["refused"].as_u64()), (Some(45_281), Some(0)));

    assert_eq!(home.ok(&["ls", "ItemCatalog", KEY]), format!("{KEY}\n"));
    let before = home.ok(&["get", "ItemCatalog", KEY]);
    let first = home.json(&["get", "ItemCatalog", KEY])["revision"].as_str().unwrap().to_owned();
    home.ok(&["edit", "ItemCatalog", KEY, "/stackSize=16"]);
    let edited = home.ok(&["get", "ItemCatalog", KEY]);
    assert_eq!(edited, before.replace("\"stackSize\": 1,", "\"stackSize\": 16,"));

    let mut original = Vec::new();
    flate2::read::MultiGzDecoder::new(File::open(&path).unwrap()).read_to_end(&mut original).unwrap();
    let mut expected = values(&original);
    expected.sort();
    let compare = |what: &str| {
        let mut exported = values(&home.run(&["export", "--store", "ItemCatalog"]).stdout);
        exported.sort();
        assert_eq!(exported.len(), expected.len());
        let differing =
            exported.into_iter().zip(&expected).filter(|(exported, expected)| exported != *expected);
        let differing: Vec<_> = differing.map(|((key, value), _)| (key, value)).collect();
        println!("{what}: {} of {} values differ", differing.len(), expected.len());
        differing
    };
    assert_eq!(compare("edited"), [(KEY.to_owned(), edited)]);
    home.ok(&["revisions", "ItemCatalog", KEY, "--restore", &first]);
    assert_eq!(compare("restored"), []);
}
