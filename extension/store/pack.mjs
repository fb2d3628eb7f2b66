// node pack.mjs → ../dist/<store> and ../dist/koubei-<version>-<store>.zip of ../dist/prod. The same sources give the same bytes.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { MANIFESTS } from "./manifests.mjs";

const DIST = path.join(path.dirname(fileURLToPath(import.meta.url)), "../dist");
const BUILT = path.join(DIST, "prod");
/** A zip's time has no zone: this is the first moment it can hold, wherever it is packed. */
const TIME = new Date(1980, 0, 1);
/** What a store unpacks: 0644, whatever the umask of whoever packs. */
const MODE = { os: 3, attrs: 0o100644 << 16 };
const PACKAGE_BUDGET = 256 * 1024;

if (!fs.existsSync(path.join(BUILT, "manifest.json"))) {
  console.error(`pack: nothing built in ${BUILT}; run node build.mjs prod in extension/ first`);
  process.exit(1);
}
const files = fs.readdirSync(BUILT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(BUILT, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
  .sort();
const built = JSON.parse(fs.readFileSync(path.join(BUILT, "manifest.json"), "utf8"));
if (built.key) {
  console.error("pack: this is a test build (it has a key); build prod first");
  process.exit(1);
}

for (const [store, manifestOf] of Object.entries(MANIFESTS)) {
  const folder = path.join(DIST, store);
  fs.rmSync(folder, { recursive: true, force: true });
  const contents = Object.fromEntries(files.map((name) => [name, name === "manifest.json" ? Buffer.from(JSON.stringify(manifestOf(built), null, 2)) : fs.readFileSync(path.join(BUILT, name))]));
  for (const [name, bytes] of Object.entries(contents)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), bytes);
  }
  const zip = zipSync(Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, [bytes, MODE]])), { level: 9, mtime: TIME });
  const file = `koubei-${built.version}-${store}.zip`;
  fs.writeFileSync(path.join(DIST, file), zip);
  console.log(`dist/${file}: ${(zip.length / 1024).toFixed(1)} of ${PACKAGE_BUDGET / 1024} KB, sha256 ${createHash("sha256").update(zip).digest("hex")}`);
  if (zip.length > PACKAGE_BUDGET) {
    console.error(`pack: ${file} takes more than ${PACKAGE_BUDGET / 1024} KB`);
    process.exit(1);
  }
}
