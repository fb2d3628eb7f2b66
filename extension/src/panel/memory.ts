/** What the panel remembers of itself in this browser: whose score (null: that of the page in front), and which tab. */
export interface Memory { shop: string | null; tab: string }

const KEY = "panel";

export async function recall(): Promise<Memory> {
  const stored = (await chrome.storage.local.get(KEY))[KEY] as Partial<Memory> | undefined;
  return { shop: stored?.shop ?? null, tab: stored?.tab ?? "" };
}

export const remember = (memory: Memory): Promise<void> => chrome.storage.local.set({ [KEY]: memory });
