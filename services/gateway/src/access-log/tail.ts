/** The end of a sequence whose numbers rise: nothing is kept that stands `keep` numbers or more before the newest. */
export interface Tail<T> {
  push(seq: number, item: T): void;
  /** The sequence has come to `seq`, with or without an item there. */
  reach(seq: number): void;
  /** Oldest first. */
  all(): readonly T[];
}

export const createTail = <T>(keep: number): Tail<T> => {
  let items: { readonly seq: number; readonly item: T }[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  const kept = () => items.filter(({ seq }) => seq > newest - keep);
  const reach = (seq: number): void => {
    newest = Math.max(newest, seq);
    // Thrown away by the half: one at a time would move all others each time.
    if (items.length >= 1.5 * keep) items = kept();
  };
  return {
    push: (seq, item) => {
      items.push({ seq, item });
      reach(seq);
    },
    reach,
    all: () => kept().map(({ item }) => item),
  };
};
