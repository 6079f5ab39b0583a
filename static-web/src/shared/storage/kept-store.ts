/**
 * What this browser keeps of one reader, to show it before the server answers and without a network (IndexedDB). It belongs to
 * the reader who was named last: another one's is removed before anything is read or written, also by a tab that is older.
 * Never throws: a browser that keeps nothing reads as empty.
 */
const DATABASE = 'kept';
const STORE = 'values';
const OWNER = 'owner';
const RECENT = 'recent';

let reader: string | null = null;
let database: Promise<IDBDatabase | null> | null = null;

function open(): Promise<IDBDatabase | null> {
  database ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return database;
}

const asked = <Value>(request: IDBRequest): Promise<Value> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as Value);
    request.onerror = () => reject(new Error(request.error?.name));
  });

/** One transaction, until it is committed: a page that goes before would undo it. It ends when nothing is asked of it: `work` waits for nothing else. */
async function inStore<Value>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<Value | null>,
): Promise<Value | null> {
  const opened = await open();
  try {
    if (opened === null) return null;
    const transaction = opened.transaction(STORE, mode);
    const over = new Promise<void>((resolve) => {
      transaction.oncomplete = transaction.onabort = () => resolve();
    });
    const value = await work(transaction.objectStore(STORE));
    if (mode === 'readwrite') await over;
    return value;
  } catch {
    return null;
  }
}

const isMine = async (store: IDBObjectStore) =>
  reader !== null && (await asked<string | undefined>(store.get(OWNER))) === reader;

/** Whoever was here last is the reader from now on: their name and these values in one look; null when nobody's are here. */
export const readLast = (...keys: string[]) =>
  inStore('readonly', async (store) => {
    const owner = await asked<string | undefined>(store.get(OWNER));
    if (owner === undefined) return null;
    reader = owner;
    return { owner, values: await Promise.all(keys.map((key) => asked<unknown>(store.get(key)))) };
  });

/** From now on this reader's things are kept; null: nobody's. What is another's goes. */
export async function keepFor(owner: string | null): Promise<void> {
  reader = owner;
  await inStore('readwrite', async (store) => {
    if (owner !== null && (await asked(store.get(OWNER))) === owner) return;
    store.clear();
    if (owner !== null) store.put(owner, OWNER);
  });
}

/** Null: there is no such value of this reader. */
export const readKept = <Value>(key: string) =>
  inStore<Value>('readonly', async (store) =>
    (await isMine(store)) ? ((await asked<Value | undefined>(store.get(key))) ?? null) : null,
  );

/** @param value What a structured clone can hold; null removes it. */
export const writeKept = (key: string, value: unknown) =>
  inStore('readwrite', async (store) => {
    if (!(await isMine(store))) return;
    if (value === null) store.delete(key);
    else store.put(value, key);
  });

/** As writeKept; of all values that are written so, the `most` written last stay. */
export const writeRecent = (key: string, value: unknown, most: number) =>
  inStore('readwrite', async (store) => {
    if (!(await isMine(store))) return;
    const keys = (await asked<string[] | undefined>(store.get(RECENT))) ?? [];
    const recent = [key, ...keys.filter((other) => other !== key)];
    for (const old of recent.splice(most)) store.delete(old);
    store.put(value, key);
    store.put(recent, RECENT);
  });
