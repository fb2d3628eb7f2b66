/**
 * The extension's own IndexedDB, opened by the service worker alone. Content scripts cannot reach it, which is why the
 * token is here and not in storage.local.
 */
const STORES = { outbox: { keyPath: "n", autoIncrement: true }, aside: { keyPath: "key" }, log: { keyPath: "n", autoIncrement: true }, asked: { keyPath: "n", autoIncrement: true }, kv: {} } as const;
export type StoreName = keyof typeof STORES;
const VERSION = 2;

/** Whether an error says that the browser gives us no more room, here or in storage.local. */
export const isFull = (error: unknown): boolean => error instanceof Error && /quota/i.test(`${error.name} ${error.message}`);

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB request failed"));
  });

export class Store {
  #opening: Promise<IDBDatabase> | null = null;

  constructor(private readonly name = "koubei", private readonly factory: IDBFactory = indexedDB) {}

  #open(): Promise<IDBDatabase> {
    return (this.#opening ??= (async () => {
      const request = this.factory.open(this.name, VERSION);
      request.onupgradeneeded = () => {
        for (const [store, options] of Object.entries(STORES)) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store, options);
      };
      const db = await done(request);
      db.onversionchange = () => { db.close(); this.#opening = null; };
      return db;
    })().catch((error: unknown) => { this.#opening = null; throw error; }));
  }

  /** Runs `work` in one transaction and resolves when it is on disk. */
  async within<T>(store: StoreName, mode: IDBTransactionMode, work: (os: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await this.#open()).transaction(store, mode, { durability: "strict" });
    const committed = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB transaction aborted"));
    });
    const [result] = await Promise.all([done(work(transaction.objectStore(store))), committed]);
    return result;
  }

  put(store: StoreName, value: unknown, key?: IDBValidKey): Promise<IDBValidKey> {
    return this.within(store, "readwrite", (os) => os.put(value, key));
  }
  async get<T>(store: StoreName, key: IDBValidKey): Promise<T | undefined> {
    return (await this.within(store, "readonly", (os) => os.get(key))) as T | undefined;
  }
  async all<T>(store: StoreName, most?: number): Promise<T[]> {
    return (await this.within(store, "readonly", (os) => os.getAll(null, most))) as T[];
  }
  /** Writes anew what is still there by then. */
  async revise<T>(store: StoreName, key: IDBValidKey, revised: (old: T) => T): Promise<void> {
    await this.within(store, "readwrite", (os) => {
      const found = os.get(key) as IDBRequest<T | undefined>;
      found.addEventListener("success", () => { if (found.result !== undefined) os.put(revised(found.result)); });
      return found;
    });
  }
  count(store: StoreName): Promise<number> {
    return this.within(store, "readonly", (os) => os.count());
  }
  async remove(store: StoreName, key: IDBValidKey | IDBKeyRange): Promise<void> {
    await this.within(store, "readwrite", (os) => os.delete(key));
  }

  /** Keeps the newest `most` entries of a numbered store. */
  async trim(store: "log" | "asked", most: number): Promise<void> {
    const keys = await this.within(store, "readonly", (os) => os.getAllKeys());
    const last = keys[keys.length - most - 1];
    if (last !== undefined) await this.remove(store, IDBKeyRange.upperBound(last));
  }

  async clear(store: StoreName): Promise<void> {
    await this.within(store, "readwrite", (os) => os.clear());
  }
  async wipe(): Promise<void> {
    for (const store of Object.keys(STORES) as StoreName[]) await this.clear(store);
  }
}
