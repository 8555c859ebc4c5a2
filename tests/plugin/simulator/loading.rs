//! Loading from sources and from a model, and the rules of `require`.

use std::fs;
use std::path::Path;

use rbx_dom_weak::{InstanceBuilder, WeakDom};
use rbx_types::{Attributes, Variant};
use tempfile::TempDir;
use tests::studio::Studio;

/// Writes a source tree of paths and texts.
fn source_tree(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("the path has a parent")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    }
    directory
}

/// Loads a tree whose scripts print, and answers what was printed and the errors.
fn run(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let directory = source_tree(files);
    let mut studio = Studio::builder().build();
    studio.load_source(directory.path()).expect("the tree loads");
    let errors = studio.take_errors();
    studio.assert_clean();
    (studio.output(), errors)
}

#[test]
fn modules_are_found_by_relative_paths() {
    let (output, errors) = run(&[
        ("default.project.json", r#"{"name":"Sample","tree":{"$path":"src"}}"#),
        (
            "src/init.server.luau",
            "print(script:GetFullName(), require('@self/Folder/Inner'), require(script.Leaf))",
        ),
        ("src/Leaf.luau", "return 'leaf'"),
        ("src/Folder/init.luau", "return 'folder with ' .. require('@self/Inner')"),
        (
            "src/Folder/Inner.luau",
            "return 'inner beside ' .. require('./Beside') .. ' and ' .. require('../Leaf')",
        ),
        ("src/Folder/Beside.luau", "return 'beside'"),
    ]);
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(output, ["Sample inner beside beside and leaf leaf"]);
}

#[test]
fn a_module_runs_once() {
    let (output, errors) = run(&[
        ("init.server.luau", "local a, b = require('@self/Module'), require(script.Module) print(a == b)"),
        ("Module.luau", "print('runs') return {}"),
    ]);
    assert_eq!((output, errors), (vec!["runs".to_owned(), "true".to_owned()], vec![]));
}

#[test]
fn require_fails_as_in_studio() {
    for (module, expected) in [
        ("return", "Module code did not return exactly one value"),
        ("return 1, 2", "Module code did not return exactly one value"),
        ("return require(script)", "Requested module was required recursively"),
        ("error('broken')", "Script.Module:1: broken"),
        (
            "return require('./Absent')",
            "error requiring module \"./Absent\": could not resolve child component \"Absent\"",
        ),
        (
            "return require('Absent')",
            "error requiring module \"Absent\": require path must start with a valid prefix: ./, ../, or @",
        ),
        ("return require(workspace)", "Attempted to call require with invalid argument(s)."),
    ] {
        let (output, _) = run(&[
            ("default.project.json", r#"{"name":"Script","tree":{"$path":"src"}}"#),
            (
                "src/init.server.luau",
                "print(select(2, pcall(require, script.Module))) print(select(2, pcall(require, script.Module)))",
            ),
            ("src/Module.luau", module),
        ]);
        assert!(output[0].ends_with(expected), "{module}: {output:?}");
        assert!(
            output[1].ends_with("Requested module experienced an error while loading"),
            "{module}: {output:?}"
        );
    }
}

#[test]
fn each_script_has_its_own_globals() {
    let (output, errors) = run(&[
        ("init.server.luau", "shadow = 1 shared.seen = 2 print(require('@self/Module'))"),
        ("Module.luau", "return `{shadow} {shared.seen} {plugin} {script.Name}`"),
    ]);
    assert_eq!((output, errors), (vec!["nil 2 nil Module".to_owned()], vec![]));
}

#[test]
fn errors_name_file_and_line() {
    let (_, errors) = run(&[("init.server.luau", "local function inner()\n\terror('broken')\nend\ninner()")]);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains(":2: broken"), "{errors:?}");
}

#[test]
fn syntax_errors_are_reported() {
    let (_, errors) = run(&[("init.server.luau", "local =")]);
    assert!(errors[0].contains(":1: Expected identifier"), "{errors:?}");
}

#[test]
fn a_model_behaves_like_its_sources() {
    const SCRIPT: &str = "local name = require('@self/Folder/Module')
        local widget = plugin:CreateDockWidgetPluginGui('Widget', DockWidgetPluginGuiInfo.new())
        local label = Instance.new('TextLabel')
        label.Text = `{name} {script:GetAttribute('Mark')}`
        label.Parent = widget";
    const MODULE: &str = "return script:GetFullName()";
    let sources = source_tree(&[
        ("default.project.json", r#"{"name":"Sample","tree":{"$path":"src"}}"#),
        ("src/init.server.luau", SCRIPT),
        ("src/Folder/Module.luau", MODULE),
    ]);
    let module = InstanceBuilder::new("ModuleScript").with_name("Module").with_property("Source", MODULE);
    let folder = InstanceBuilder::new("Folder").with_name("Folder").with_child(module);
    // The installer writes attributes into the model; for sources the builder does.
    let attributes = Attributes::new().with("Mark", Variant::String("installed".to_owned()));
    let script = InstanceBuilder::new("Script").with_name("Sample").with_property("Source", SCRIPT);
    let script = script.with_property("Attributes", attributes).with_child(folder);
    let model = WeakDom::new(InstanceBuilder::new("DataModel").with_child(script));
    let path = sources.path().join("plugin.rbxm");
    let file = fs::File::create(&path).expect("the model file is made");
    rbx_binary::to_writer(file, &model, model.root().children()).expect("the model is written");

    let picture = |mut studio: Studio, load: fn(&mut Studio, &Path) -> anyhow::Result<()>, path: &Path| {
        load(&mut studio, path).expect("the plugin loads");
        studio.assert_clean();
        (studio.snapshot_all(), studio.measure(), studio.footprint())
    };
    let marked = Studio::builder().plugin_attribute("Mark", "installed").build();
    let from_sources = picture(marked, Studio::load_source, sources.path());
    assert_eq!(from_sources, picture(Studio::builder().build(), Studio::load_plugin, &path));
    assert!(from_sources.0.contains("\"Sample.Folder.Module installed\""), "{}", from_sources.0);
}
