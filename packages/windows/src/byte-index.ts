import { murmur2 } from '@liveboard/contracts';

interface Entry<T> {
  readonly key: Uint8Array;
  readonly value: T;
  readonly next: Entry<T> | undefined;
}

/** Values by the UTF-8 bytes of their id, so that looking one up makes no string. */
export interface ByteIndex<T> {
  /** `hash` is the `murmur2` of the bytes. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): T | undefined;
  put(id: string, value: T): void;
  delete(id: string): void;
}

const encoder = new TextEncoder();

const isSame = (key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
};

/** An empty index. Memory grows with what is put in: about 100 bytes an id beside the id itself. */
export const createByteIndex = <T>(): ByteIndex<T> => {
  const chains = new Map<number, Entry<T>>();

  const remove = (hash: number, key: Uint8Array): void => {
    let kept: Entry<T> | undefined;
    for (let entry = chains.get(hash); entry !== undefined; entry = entry.next)
      if (!isSame(entry.key, key, 0, key.length)) kept = { ...entry, next: kept };
    if (kept === undefined) chains.delete(hash);
    else chains.set(hash, kept);
  };

  return {
    find: (hash, bytes, start, end) => {
      for (let entry = chains.get(hash | 0); entry !== undefined; entry = entry.next)
        if (isSame(entry.key, bytes, start, end)) return entry.value;
      return undefined;
    },
    put: (id, value) => {
      const key = encoder.encode(id);
      const hash = murmur2(key) | 0;
      remove(hash, key);
      chains.set(hash, { key, value, next: chains.get(hash) });
    },
    delete: (id) => {
      const key = encoder.encode(id);
      remove(murmur2(key) | 0, key);
    },
  };
};
