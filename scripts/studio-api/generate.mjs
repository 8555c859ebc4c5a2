// Writes tests/data/studio-api.json: for every class its superclass, methods, events, callbacks and properties.
//
// The reflection database that the simulated Studio links has no methods or events; @rbxts/types has. The result is
// committed, so tests need no Node. Run `npm ci && npm run generate` here after changing the pinned version.

import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

const include = new URL("node_modules/@rbxts/types/include/", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("../package.json", include), "utf8"));
const sources = ["generated/None.d.ts", "generated/PluginSecurity.d.ts", "roblox.d.ts"];

/** The package prefixes the root class, because `Object` is taken in TypeScript. */
const className = (name) => (name === "RBXObject" ? "Object" : name);

/** What a property signature stands for: a signal, a method written as a function type, a callback or a value. */
function kindOf(type) {
	if (ts.isTypeReferenceNode(type) && type.typeName.getText() === "RBXScriptSignal") return "events";
	if (ts.isFunctionTypeNode(type)) return "methods";
	const alternatives = ts.isUnionTypeNode(type) ? type.types : [];
	const parts = alternatives.map((part) => (ts.isParenthesizedTypeNode(part) ? part.type : part));
	return parts.some(ts.isFunctionTypeNode) ? "callbacks" : "properties";
}

const classes = {};
for (const source of sources) {
	const text = readFileSync(new URL(source, include), "utf8");
	for (const statement of ts.createSourceFile(source, text, ts.ScriptTarget.Latest, true).statements) {
		if (!ts.isInterfaceDeclaration(statement)) continue;
		const parent = statement.heritageClauses?.[0]?.types[0].expression.getText();
		const members = (classes[className(statement.name.text)] ??= {
			superclass: parent ? className(parent) : undefined,
			methods: new Set(),
			events: new Set(),
			callbacks: new Set(),
			properties: new Map(),
		});
		for (const member of statement.members) {
			const name = member.name && (ts.isStringLiteral(member.name) ? member.name.text : member.name.getText());
			if (!name || name.startsWith("_nominal")) continue;
			if (ts.isMethodSignature(member)) members.methods.add(name);
			if (!ts.isPropertySignature(member) || !member.type) continue;
			// The package gives `Changed` a different type in each class.
			const kind = name === "Changed" ? "events" : kindOf(member.type);
			if (kind !== "properties") members[kind].add(name);
			else members.properties.set(name, Boolean(member.modifiers?.some((m) => m.kind === ts.SyntaxKind.ReadonlyKeyword)));
		}
	}
}

/** Only what descends from `Object` is a class; the rest of the package describes data types and argument tables. */
const isClass = (name) => name === "Object" || (classes[name]?.superclass !== undefined && isClass(classes[name].superclass));
const sorted = (values) => [...values].sort();
const lines = sorted(Object.keys(classes).filter(isClass)).map((name) => {
	const { superclass, methods, events, callbacks, properties } = classes[name];
	const readOnly = sorted(properties.keys()).filter((property) => properties.get(property));
	const writable = sorted(properties.keys()).filter((property) => !properties.get(property));
	const shape = { superclass, methods: sorted(methods), events: sorted(events), callbacks: sorted(callbacks), readOnly, writable };
	return `${JSON.stringify(name)}:${JSON.stringify(shape)}`;
});
const output = `{"source":"@rbxts/types ${version}","classes":{\n${lines.join(",\n")}\n}}\n`;
writeFileSync(new URL("../../tests/data/studio-api.json", import.meta.url), output);
