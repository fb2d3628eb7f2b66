// node build.mjs prod|test|unit → dist/<target>. `test` has a fixed id, open shadow roots and short waits.
import { build, transform } from "esbuild";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { specFiles, specModules } from "./spec-plugins.mjs";

const CONTENT_BUDGET = 40 * 1024;
const TARGETS = ["prod", "test", "unit"];

process.chdir(path.dirname(fileURLToPath(import.meta.url)));
const target = process.argv[2] ?? "prod";
if (!TARGETS.includes(target)) fail(`unknown target "${target}": use one of ${TARGETS.join(", ")}`);
const out = `dist/${target}`;

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

/** Capture specs obey their schema, and none may name a field that could hold a person's data. */
async function checkSpecs() {
  const { specFaults } = await loaded('export * from "./src/spec-check.ts";');
  for (const file of specFiles()) {
    const spec = readJson(`specs/${file}`);
    const faults = specFaults(spec);
    if (faults.length > 0) fail(`specs/${file}: ${faults.join("; ")}`);
    if (file !== `${spec.id}.json`) fail(`specs/${file}: the file must be named after its id, ${spec.id}.json`);
  }
}

/** A module of the extension, for the build's own use. */
async function loaded(contents) {
  const { outputFiles } = await build({ ...options, outdir: undefined, stdin: { contents, resolveDir: "." }, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** A style sheet of a shadow root is imported as text, minified. */
const cssAsText = {
  name: "css-as-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path: file }) => ({ loader: "text", contents: (await transform(fs.readFileSync(file, "utf8"), { loader: "css", minify: true })).code.trim() }));
  },
};

const options = {
  plugins: [cssAsText, specModules],
  bundle: true,
  // esbuild names CommonJS modules by their path: where the packages really lie must not show in what is built.
  preserveSymlinks: true,
  outdir: out,
  target: ["chrome121", "firefox142"],
  charset: "utf8",
  legalComments: "none",
  minify: target === "prod",
  define: { __TEST__: String(target !== "prod") },
  logLevel: "warning",
};

async function buildUnit() {
  const entryPoints = fs.readdirSync("test").filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name}`);
  await build({ ...options, entryPoints, format: "esm", platform: "node", target: "node20", packages: "external", outExtension: { ".js": ".mjs" } });
}

/** Every text stands in both languages, and every one that a page or script asks for by name is there. */
async function checkTexts() {
  const { gaps, PAGE_TEXTS, OPTIONS_TEXTS, PANEL_TEXTS } = await loaded('export * from "./src/words.ts"; export * from "./src/texts.ts"; export * from "./src/options/texts.ts"; export * from "./src/panel/texts.ts";');
  const found = [...gaps(PAGE_TEXTS), ...gaps(OPTIONS_TEXTS), ...gaps(PANEL_TEXTS)];
  if (found.length > 0) fail(`src/texts.ts: empty text or differing placeholders in ${found.join(", ")}`);
  const own = { ...PAGE_TEXTS, ...OPTIONS_TEXTS, ...PANEL_TEXTS };
  for (const file of fs.readdirSync("src", { recursive: true }).filter((name) => /\.(ts|html)$/.test(name))) {
    const table = /^(options|panel)\b/.test(file) ? own : PAGE_TEXTS;
    const asked = fs.readFileSync(`src/${file}`, "utf8").matchAll(/(?:\bt\(|\bdata-t=)"([^"]+)"/g);
    const lost = [...asked].map(([, key]) => key).filter((key) => !Object.hasOwn(table, key));
    if (lost.length > 0) fail(`src/${file}: no text in src/texts.ts for ${lost.join(", ")}`);
  }
}

async function buildExtension() {
  const scripts = [{ entryPoints: ["src/tap.ts"] }, { entryPoints: ["src/content.ts"] }];
  for (const script of scripts) await build({ ...options, ...script, format: "iife" });
  await build({ ...options, entryPoints: ["src/worker.ts", "src/options/options.ts"], entryNames: "[name]", format: "esm" });
  // The panel carries uPlot, whose licence goes where its code goes.
  const licence = { js: `/*! uPlot\n${fs.readFileSync("node_modules/uplot/LICENSE", "utf8").trim()}\n*/` };
  await build({ ...options, entryPoints: ["src/panel/panel.ts"], entryNames: "[name]", format: "esm", banner: licence });
  await build({ ...options, plugins: [], entryPoints: ["src/panel/panel.css"], entryNames: "[name]" });
  fs.cpSync("static/_locales", `${out}/_locales`, { recursive: true });
  for (const file of ["src/options/options.html", "src/options/options.css", "src/panel/panel.html"]) fs.copyFileSync(file, `${out}/${path.basename(file)}`);
  const manifest = readJson("static/manifest.json");
  if (target === "test") {
    manifest.key = fs.readFileSync("static/test-key.txt", "utf8").trim();
    // A page of the extension's own in which tests run scripts and that asks nobody anything.
    fs.writeFileSync(`${out}/blank.html`, "<!doctype html><title>blank</title>");
  }
  fs.writeFileSync(`${out}/manifest.json`, JSON.stringify(manifest, null, 2));

  // The budget holds for what merchants get, so it is measured minified whatever is built.
  const sizes = {};
  for (const script of scripts) {
    const { outputFiles: [file] } = await build({ ...options, ...script, minify: true, format: "iife", write: false, define: { __TEST__: "false" } });
    sizes[path.basename(file.path)] = file.contents.length;
  }
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  console.log(`${out}: ${Object.entries(sizes).map(([name, size]) => `${name} ${(size / 1024).toFixed(1)} KB`).join(", ")} minified, of ${CONTENT_BUDGET / 1024} KB together`);
  if (total > CONTENT_BUDGET) fail(`content scripts take ${(total / 1024).toFixed(1)} KB minified, more than ${CONTENT_BUDGET / 1024} KB`);
}

fs.rmSync(out, { recursive: true, force: true });
await checkSpecs();
await checkTexts();
await (target === "unit" ? buildUnit() : buildExtension());
