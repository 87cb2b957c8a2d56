/** A closed list of words, looked up by their bytes. */
export interface WordTable {
  /** The word's place in the list; -1 where the bytes are none of them. */
  find(bytes: Uint8Array, start: number, end: number): number;
}

const SIZE = 256;
const encoder = new TextEncoder();

const slotOf = (first: number, last: number, length: number, factor: number): number =>
  (Math.imul(first, factor) + Math.imul(last, factor >> 3) + Math.imul(length, factor >> 6)) & (SIZE - 1);

/** Finds a factor under which no two words share a place, so that a lookup compares with one word only. */
const placeAll = (words: readonly Uint8Array[]): { readonly places: Int16Array; readonly factor: number } => {
  for (let factor = 0x101; factor < 0x10000; factor++) {
    const places = new Int16Array(SIZE).fill(-1);
    const isFree = words.every((word, i) => {
      const slot = slotOf(word[0] as number, word.at(-1) as number, word.length, factor);
      if (places[slot] !== -1) return false;
      places[slot] = i;
      return true;
    });
    if (isFree) return { places, factor };
  }
  throw new Error('two words have the same length and the same first and last byte');
};

/** A table of ASCII words, none of them empty. @throws Error where two agree in length, first and last byte. */
export const createWordTable = (list: readonly string[]): WordTable => {
  const words = list.map((word) => encoder.encode(word));
  const { places, factor } = placeAll(words);
  return {
    find: (bytes, start, end) => {
      const length = end - start;
      if (length === 0) return -1;
      const at = places[slotOf(bytes[start] as number, bytes[end - 1] as number, length, factor)] as number;
      if (at < 0) return -1;
      const word = words[at] as Uint8Array;
      if (word.length !== length) return -1;
      for (let i = 0; i < length; i++) if (word[i] !== bytes[start + i]) return -1;
      return at;
    },
  };
};
