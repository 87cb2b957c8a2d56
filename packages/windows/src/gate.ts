import { minuteOf, RULES } from '@liveboard/contracts';
import { addId, createIdTable, findId, type IdTable } from './id-table.ts';

/** All that telling late and duplicate events needs: a partition's stream time, and the ids of minutes that are not final. */
export interface Gate {
  /** Highest `min(ts, append)` of counted events and ticks, ms. */
  streamTime?: number;
  /** minute → ids counted in it. */
  ids: Map<number, IdTable>;
}

export const createGate = (): Gate => ({ ids: new Map() });

/** Whether the minute of `ts` is final. */
export const isLate = ({ streamTime }: Gate, ts: number): boolean =>
  streamTime !== undefined && streamTime >= minuteOf(ts) + RULES.minuteMs + RULES.graceMs;

/** Whether the id in `HASH` was counted in a minute that is not final. */
export const isKnown = ({ ids }: Gate): boolean => {
  for (const table of ids.values()) if (findId(table) >= 0) return true;
  return false;
};

/** Remembers the id in `HASH`, which is not known, as counted in the minute. */
export const remember = ({ ids }: Gate, minute: number): void => {
  let table = ids.get(minute);
  if (table === undefined) {
    // As many as the minute before had are expected: growing moves every id.
    table = createIdTable(false, ids.get(minute - RULES.minuteMs)?.count);
    ids.set(minute, table);
  }
  addId(table);
};

/** A counted event or a tick moves stream time. True where it entered another minute; ids of final minutes are forgotten then. */
export const moveTime = (gate: Gate, ts: number, append: number): boolean => {
  const from = gate.streamTime;
  const reached = Math.min(ts, append);
  if (from !== undefined && reached <= from) return false;
  gate.streamTime = reached;
  if (from !== undefined && minuteOf(from) === minuteOf(reached)) return false;
  for (const minute of gate.ids.keys()) if (isLate(gate, minute)) gate.ids.delete(minute);
  return true;
};
