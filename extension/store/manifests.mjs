/** One manifest serves both browsers; a store gets it without what only the other browser reads. */
export const MANIFESTS = {
  chromium: ({ browser_specific_settings: _, background: { scripts: __, ...background }, ...rest }) => ({ ...rest, background }),
  firefox: ({ minimum_chrome_version: _, side_panel: __, permissions, background: { service_worker: ___, ...background }, ...rest }) =>
    ({ ...rest, permissions: permissions.filter((name) => name !== "sidePanel"), background }),
};
