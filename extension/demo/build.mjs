import { build } from "esbuild";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";

const out = new URL("dist/", import.meta.url).pathname;
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
await build({
  entryPoints: [new URL("src/main.jsx", import.meta.url).pathname],
  outfile: `${out}assets/app.js`,
  bundle: true,
  format: "iife",
  jsx: "automatic",
  minify: true,
  target: ["chrome121", "firefox140"],
  charset: "utf8",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".css": "local-css" },
});
copyFileSync(new URL("src/index.html", import.meta.url).pathname, `${out}index.html`);
