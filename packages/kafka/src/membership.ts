import type { Consumer } from 'kafkajs';

export interface Membership {
  /** Resolves once the group has answered a question asked after the call: is the partition still this member's? */
  confirm(partition: number): Promise<boolean>;
  close(): void;
}

/** A heartbeat may have been on its way before the call: only the second one is an answer to it. */
const BEATS = 2;

/** What the group says of this member: `onJoin` gets its partitions after each join. */
export const createMembership = (
  consumer: Consumer,
  topic: string,
  onJoin: (mine: ReadonlySet<number>) => void,
): Membership => {
  let mine: ReadonlySet<number> = new Set();
  const waiting = new Set<{ beats: number; answer: () => void }>();

  consumer.on('consumer.heartbeat', () => {
    for (const each of waiting) if (++each.beats >= BEATS) each.answer();
  });
  consumer.on('consumer.group_join', ({ payload }) => {
    mine = new Set(payload.memberAssignment[topic] ?? []);
    onJoin(mine);
    for (const each of waiting) each.answer();
  });

  return {
    confirm: (partition) =>
      new Promise((done) => {
        const entry = {
          beats: 0,
          answer: () => {
            waiting.delete(entry);
            done(mine.has(partition));
          },
        };
        waiting.add(entry);
      }),
    close: () => {
      mine = new Set();
      for (const each of waiting) each.answer();
    },
  };
};
