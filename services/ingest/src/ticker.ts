import { TICK_TYPE, TOPICS } from '@liveboard/contracts';
import type { KafkaProducer } from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';

const TICK_MS = 5_000;
const SLOW_MS = 1_000;

/** Appends a tick to each owned partition every 5 s, by this machine's clock corrected by the broker's last answer. */
export const startTicker = (producer: KafkaProducer, namespace: string, owned: () => readonly number[], log: Log) => {
  let correction: number | undefined;
  let isUnderWay = false;
  const tick = async (): Promise<void> => {
    const partitions = owned();
    if (partitions.length === 0) return;
    const sent = Date.now();
    const value = Buffer.from(JSON.stringify({ v: 1, type: TICK_TYPE, ts: Math.round(sent + (correction ?? 0)) }));
    const placed = await producer.send(
      namespace + TOPICS.events.name,
      partitions.map((partition) => ({ key: null, value, partition })),
    );
    const append = placed.find(({ logAppendTime }) => logAppendTime > 0)?.logAppendTime;
    // An answer that took long says little about when the broker read its clock.
    if (append !== undefined && Date.now() - sent < SLOW_MS) correction = append - (sent + Date.now()) / 2;
  };
  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    tick()
      .catch((error: unknown) => log.warn({ err: error }, 'a tick was not written'))
      .finally(() => {
        isUnderWay = false;
      });
  }, TICK_MS);
  return {
    stop: () => clearInterval(timer),
    /** The broker's clock less this machine's, ms; undefined before the first answer. */
    correction: () => correction,
  };
};
