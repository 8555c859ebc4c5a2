//! From sources to a model file, by the mapping of Rojo projects.
//!
//! `init.server.luau` makes its folder a `Script` and `init.luau` a `ModuleScript`; `X.server.luau` is a `Script` `X`,
//! `X.luau` a `ModuleScript` `X`, and any other folder a `Folder`. Nothing else of that mapping is needed here.

use std::collections::BTreeMap;
use std::io::Read;

use rbx_dom_weak::types::{Attributes, Variant};
use rbx_dom_weak::{InstanceBuilder, WeakDom};
use serde::Deserialize;

use crate::plugin::sources::{PROJECT, SOURCES};
use crate::plugin::{InstallSecret, PluginError};

/// The attributes of the top Script under which an installed plugin finds its credential.
const INSTALL_ID: &str = "InstallId";
const INSTALL_SECRET: &str = "InstallSecret";

/// The folder the embedded sources come from, as the project file must name it.
const SOURCE_FOLDER: &str = "src";

#[derive(Deserialize)]
struct Project {
    name: String,
    tree: Tree,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tree {
    #[serde(rename = "$path")]
    path: String,
}

/// A folder of sources: its own files by name, and the folders in it.
#[derive(Default)]
struct Folder {
    files: BTreeMap<&'static str, &'static str>,
    folders: BTreeMap<&'static str, Folder>,
}

/// Builds the plugin as a binary model, with the credential if one is given.
pub fn build(secret: Option<&InstallSecret>) -> Result<Vec<u8>, PluginError> {
    let project: Project =
        serde_json::from_str(PROJECT).map_err(|error| PluginError::Project(error.to_string()))?;
    if project.tree.path != SOURCE_FOLDER {
        return Err(PluginError::Project(format!(
            "its `$path` is `{}`, not `{SOURCE_FOLDER}`",
            project.tree.path
        )));
    }
    let mut top = sources().instance(&project.name);
    if let Some(InstallSecret { id, secret }) = secret {
        let attributes =
            Attributes::new().with(INSTALL_ID, text(id)).with(INSTALL_SECRET, text(&secret.to_hex()));
        top.add_property("Attributes", attributes);
    }
    let dom = WeakDom::new(top);
    let mut model = Vec::new();
    rbx_binary::to_writer(&mut model, &dom, &[dom.root_ref()])
        .map_err(|error| PluginError::Encode(error.to_string()))?;
    Ok(model)
}

/// The scripts in a plugin file by their full names, to compare with those of this build; `None` when it is no model.
pub(super) fn scripts_in(model: impl Read) -> Option<BTreeMap<String, String>> {
    let dom = rbx_binary::from_reader(model).ok()?;
    let mut scripts = BTreeMap::new();
    for instance in dom.descendants() {
        if let Some(Variant::String(source)) = instance.properties.get(&"Source".into()) {
            let mut name = instance.name.clone();
            let mut above = dom.get_by_ref(instance.parent());
            while let Some(parent) = above {
                name = format!("{}.{name}", parent.name);
                above = dom.get_by_ref(parent.parent());
            }
            scripts.insert(name, source.clone());
        }
    }
    Some(scripts)
}

fn text(text: &str) -> Variant {
    Variant::String(text.to_owned())
}

fn sources() -> Folder {
    let mut top = Folder::default();
    for source in SOURCES {
        let mut folder = &mut top;
        let mut rest = source.path;
        while let Some((name, below)) = rest.split_once('/') {
            folder = folder.folders.entry(name).or_default();
            rest = below;
        }
        folder.files.insert(rest, source.text);
    }
    top
}

/// The class and name a file stands for.
fn script(file: &str) -> (&'static str, &str) {
    match file.strip_suffix(".server.luau") {
        Some(name) => ("Script", name),
        None => ("ModuleScript", file.strip_suffix(".luau").unwrap_or(file)),
    }
}

impl Folder {
    fn instance(&self, name: &str) -> InstanceBuilder {
        let own = self.files.iter().find(|(file, _)| script(file).1 == "init");
        let mut instance = match own {
            Some((file, source)) => {
                InstanceBuilder::new(script(file).0).with_property("Source", text(source))
            }
            None => InstanceBuilder::new("Folder"),
        }
        .with_name(name);
        for (file, source) in self.files.iter().filter(|(file, _)| script(file).1 != "init") {
            let (class, name) = script(file);
            instance
                .add_child(InstanceBuilder::new(class).with_name(name).with_property("Source", text(source)));
        }
        for (name, folder) in &self.folders {
            instance.add_child(folder.instance(name));
        }
        instance
    }
}

#[cfg(test)]
mod tests {
    use rbx_dom_weak::types::Variant;

    use super::*;

    fn secret() -> InstallSecret {
        let secret = crate::secret::Secret::from_hex(&"ab".repeat(32)).unwrap();
        InstallSecret { id: "0198-install".into(), secret }
    }

    #[test]
    fn building_twice_gives_the_same_bytes() {
        assert_eq!(build(None).unwrap(), build(None).unwrap());
        assert_eq!(build(Some(&secret())).unwrap(), build(Some(&secret())).unwrap());
    }

    #[test]
    fn the_model_is_one_script_with_its_modules_below() {
        let dom = rbx_binary::from_reader(build(None).unwrap().as_slice()).unwrap();
        let [top] = dom.root().children() else { panic!("one top Instance") };
        let top = dom.get_by_ref(*top).unwrap();
        assert_eq!((top.class.as_str(), top.name.as_str()), ("Script", "DataStore Manager"));
        let scripts = scripts_in(build(None).unwrap().as_slice()).unwrap();
        assert_eq!(scripts.len(), SOURCES.len());
        assert!(
            scripts.keys().any(|name| name.ends_with("DataStore Manager.Ui.App")),
            "{:?}",
            scripts.keys()
        );
    }

    #[test]
    fn s_11_only_an_installed_file_holds_the_secret() {
        let built = build(None).unwrap();
        let installed = build(Some(&secret())).unwrap();
        let attributes = |model: &[u8]| {
            let dom = rbx_binary::from_reader(model).unwrap();
            let top = dom.get_by_ref(dom.root().children()[0]).unwrap();
            match top.properties.get(&"Attributes".into()) {
                Some(Variant::Attributes(attributes)) => attributes.clone(),
                _ => Attributes::new(),
            }
        };
        assert!(attributes(&built).is_empty());
        // The format does not tell texts from bytes.
        let bytes = |text: &str| Variant::BinaryString(text.as_bytes().into());
        let attributes = attributes(&installed);
        assert_eq!(attributes.get(INSTALL_ID), Some(&bytes("0198-install")));
        assert_eq!(attributes.get(INSTALL_SECRET), Some(&bytes(&"ab".repeat(32))));
    }
}
