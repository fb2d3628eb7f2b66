// What the build makes of specs/: the bundled specs, what may never be named in one, and a checker for those that come later.
import Ajv from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { buildSync } from "esbuild";
import fs from "node:fs";

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
const NOT_SPECS = ["schema.json", "deny.json"];
export const specFiles = () => fs.readdirSync("specs").filter((name) => !NOT_SPECS.includes(name)).sort();

/** A store's rules and a page's policy allow no code made at run time, so the checker is generated here. */
function validator() {
  const ajv = new Ajv({ allowUnionTypes: true, allErrors: true, code: { source: true } });
  const contents = standaloneCode(ajv, ajv.compile(readJson("specs/schema.json")));
  // What the checker needs of ajv comes along, so that tests and extension load one and the same module.
  return buildSync({ stdin: { contents, resolveDir: "." }, bundle: true, preserveSymlinks: true, format: "esm", write: false }).outputFiles[0].text;
}

const MODULES = {
  "virtual:specs": () => ({ loader: "json", contents: JSON.stringify(specFiles().map((name) => readJson(`specs/${name}`))) }),
  "virtual:deny": () => ({ loader: "json", contents: JSON.stringify(readJson("specs/deny.json")) }),
  "virtual:spec-validator": () => ({ loader: "js", contents: validator(), resolveDir: "." }),
};

export const specModules = {
  name: "spec-modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: "virtual" }));
    onLoad({ filter: /.*/, namespace: "virtual" }, ({ path }) => ({ ...MODULES[path](), watchFiles: [] }));
  },
};
