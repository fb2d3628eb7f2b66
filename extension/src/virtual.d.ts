/** Made by the build from specs/: see spec-plugins.mjs. */
declare module "virtual:specs" {
  const specs: import("./spec.js").CaptureSpec[];
  export default specs;
}
declare module "virtual:spec-validator" {
  interface Fault { instancePath: string; message?: string; keyword: string; params: Record<string, unknown> }
  const validate: ((value: unknown) => boolean) & { errors?: Fault[] | null };
  export default validate;
}
declare module "virtual:deny" {
  const globs: string[];
  export default globs;
}
