import { WHO } from "../messages.js";
import { newest } from "../turns.js";

/**
 * Whose page is in front, as its own content script says; null where none of ours is there. A page that does not know yet,
 * as one that is being loaded, changes nothing. No permission is needed: the tab is asked by its number, and what it sends
 * to the service worker is heard here too.
 */
export function watchFront(tell: (shop: string | null) => void, signal: AbortSignal): void {
  let front: number | null = null;
  const looking = newest();

  async function look(): Promise<void> {
    const isNewest = looking();
    const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
    const own = tab?.id ?? null;
    const shop = own === null ? undefined : await chrome.tabs.sendMessage(own, WHO).catch(() => undefined) as unknown;
    if (!isNewest() || signal.aborted) return;
    front = own;
    if (shop !== null) tell(typeof shop === "string" ? shop : null);
  }
  const turned = (): void => void look();
  const heard = (message: unknown, { tab }: chrome.runtime.MessageSender): void => {
    const shop = (message as { shop?: unknown } | null)?.shop;
    if (tab?.id !== undefined && tab.id === front && typeof shop === "string") tell(shop);
  };
  const loaded = (id: number, { status }: { status?: string }): void => { if (id === front && status === "complete") turned(); };

  chrome.tabs.onActivated.addListener(turned);
  chrome.tabs.onUpdated.addListener(loaded);
  chrome.runtime.onMessage.addListener(heard);
  signal.addEventListener("abort", () => {
    chrome.tabs.onActivated.removeListener(turned);
    chrome.tabs.onUpdated.removeListener(loaded);
    chrome.runtime.onMessage.removeListener(heard);
  });
  turned();
}
