import { tally } from './counts.ts';
import { lastLevel } from './gauges.ts';
import { catalogOf, infoOf, markersOf, pinnedOf } from './info.ts';
import { createKnowledge, type Knowledge } from './knowledge.ts';
import { rowsOf } from './rows.ts';
import type { Timeline } from './timeline.ts';
import {
  addUp,
  MEMORY_MINUTES,
  MINUTE,
  type MinuteRow,
  minuteOf,
  type OracleRoom,
  type RoomEvent,
  type Totals,
} from './types.ts';

/** Whether memory is gone at stream time `time` of a room whose newest minute with a counted event is `lastMinute`. */
function isForgotten(lastMinute: number, time: number | undefined): boolean {
  return time !== undefined && time >= lastMinute + (1 + MEMORY_MINUTES) * MINUTE;
}

/** Cuts a room's events where a counted one found the memory of those before it dropped. */
function epochsOf(counted: RoomEvent[]): RoomEvent[][] {
  const epochs: RoomEvent[][] = [];
  let lastMinute = Number.NEGATIVE_INFINITY;
  for (const event of counted) {
    const epoch = epochs.at(-1);
    // Judged with stream time before the event, as lateness is.
    if (epoch === undefined || isForgotten(lastMinute, event.before)) {
      epochs.push([event]);
      lastMinute = minuteOf(event.event.ts);
    } else {
      epoch.push(event);
      lastMinute = Math.max(lastMinute, minuteOf(event.event.ts));
    }
  }
  return epochs;
}

/** The late events that are remembered: those read before the first counted one are forgotten as a room's memory is. */
function rememberedLate(late: RoomEvent[], first: RoomEvent): RoomEvent[] {
  let early: RoomEvent[] = [];
  const forget = (time: number | undefined): void => {
    const met = early[0]?.before;
    if (met !== undefined && isForgotten(minuteOf(met), time)) early = [];
  };
  for (const event of late) {
    if (event.offset > first.offset) break;
    forget(event.before);
    early.push(event);
  }
  forget(first.before);
  return [...early, ...late.filter(({ offset }) => offset > first.offset)];
}

function totalsOf(knowledge: Knowledge, minutes: MinuteRow[]): Totals {
  const { effects, online, unpaid } = knowledge.known(knowledge.counted.length);
  const totals: Totals = { ...tally(effects).counts, acu_sum: 0, acu_n: 0 };
  for (const row of minutes) {
    if (row.online === undefined) continue;
    totals.pcu = Math.max(totals.pcu ?? 0, row.online.max);
    totals.acu_sum = addUp(totals.acu_sum, row.online.sum);
    totals.acu_n += row.online.n;
  }
  const people = lastLevel(online);
  if (people !== undefined) totals.online = people;
  const open = lastLevel(unpaid);
  if (open !== undefined) totals.unpaid_orders = open;
  return totals;
}

/** Everything about one room; all lists are in offset order, `counted` is not empty. */
export function roomOf(
  roomId: string,
  counted: RoomEvent[],
  allLate: RoomEvent[],
  duplicates: RoomEvent[],
  timeline: Timeline,
): OracleRoom {
  const [first] = counted;
  const late = first === undefined ? allLate : rememberedLate(allLate, first);
  const epochs = epochsOf(counted).map(createKnowledge);
  const rows = epochs.map((knowledge) => rowsOf(knowledge, timeline));
  const knowledge = epochs.at(-1) ?? createKnowledge([]);
  const known = knowledge.known(knowledge.counted.length);
  const time = timeline.moments.at(-1)?.time;
  const lastMinute = Math.max(...known.sorted.slice(-1).map(({ event }) => minuteOf(event.ts)));
  const { products, sources } = tally(known.effects);
  const pinned = pinnedOf(known.sorted);
  return {
    info: infoOf(roomId, knowledge.counted, late, known.spans(time)),
    totals: totalsOf(knowledge, rows.at(-1) ?? []),
    late: late.length,
    duplicates: duplicates.length,
    counted: counted.length,
    dropped: epochs.length > 1 || isForgotten(lastMinute, time),
    minutes: rows.flat(),
    products,
    sources,
    ...(pinned === undefined ? {} : { pinned }),
    catalog: catalogOf(known.sorted),
    markers: markersOf(known.sorted),
  };
}
