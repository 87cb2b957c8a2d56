import {
  type Ledger,
  type LiveEvent,
  type MinuteRecord,
  type MinuteRow,
  minuteOf,
  partitionOf,
  type RoomRecord,
  RULES,
} from '@liveboard/contracts';
import { admit, detailOf } from './admission.ts';
import { advanceRoom, dropDetails, isForgotten, revise } from './advance.ts';
import { buildInfo, buildTotals } from './build.ts';
import { changeOf } from './change.ts';
import { CHECKPOINT_FORMAT, checkHeading, type Heading, packValue, unpackValues } from './checkpoint.ts';
import { applyEvent, learnRoom } from './effect.ts';
import { createGate, type Gate, isKnown, isLate, moveTime, remember } from './gate.ts';
import { createLedger } from './ledger.ts';
import { firstOpenMinute, viewLife } from './life.ts';
import { createRoom, createUnsaid, hashInRoom, type Room, type Unsaid } from './room.ts';
import type { Drain, LogRecord, Outcome, Partition, PartitionOptions, RoomChange } from './types.ts';

interface Core extends Heading {
  applied: number;
  ledger: Ledger;
  gate: Gate;
  /** Rooms whose memory was dropped: met again, they have rows but no totals. */
  dropped: Set<string>;
  /** The record that moved stream time into its present second. */
  secondOffset: number;
  secondAt: number;
}

const build = (core: Core, rooms: Map<string, Room>): Partition => {
  const { partition, partitions, generation, ledger, gate } = core;
  const unsaid = new Map<string, Unsaid>();
  let order: string[] = [...rooms.keys()].sort();
  let records: (MinuteRecord | RoomRecord)[] = [];
  let forgotten: string[] = [];
  let changed = false;

  const unsaidOf = (roomId: string): Unsaid => {
    let held = unsaid.get(roomId);
    if (held === undefined) {
      held = createUnsaid();
      unsaid.set(roomId, held);
    }
    return held;
  };

  const touch = (room: Room, { offset, append }: LogRecord): Unsaid => {
    const held = unsaidOf(room.room_id);
    held.dirty = true;
    room.rev = offset;
    room.revAt = append;
    return held;
  };

  const minuteRecord = (room: Room, row: MinuteRow, at: number): MinuteRecord => ({
    v: 1,
    kind: 'minute',
    generation,
    at,
    room_id: room.room_id,
    ...(room.account_id === undefined ? {} : { account_id: room.account_id }),
    row,
  });

  /** A room record where info or totals differ from those told last, or where one is due anyway. */
  const sayRoom = (room: Room, due: boolean): void => {
    if (room.dropped || gate.streamTime === undefined) return;
    const view = viewLife(room.life, gate.streamTime);
    const info = buildInfo(room, view);
    const totals = buildTotals(room, view, gate.streamTime);
    const infoText = JSON.stringify(info);
    const totalsText = JSON.stringify(totals);
    if (!due && infoText === room.sentInfo && totalsText === room.sentTotals) return;
    room.sentInfo = infoText;
    room.sentTotals = totalsText;
    records.push({ v: 1, kind: 'room', generation, rev: room.rev, at: room.revAt, info, totals, late: room.late });
  };

  const addRoom = (roomId: string, dropped: boolean): Room => {
    const room = createRoom(roomId, gate.streamTime ?? 0, dropped);
    if (!rooms.has(roomId)) {
      order.push(roomId);
      order.sort();
    }
    rooms.set(roomId, room);
    unsaid.delete(roomId);
    return room;
  };

  const dropRoom = (room: Room): void => {
    if (room.counted > 0) core.dropped.add(room.room_id);
    rooms.delete(room.room_id);
    unsaid.delete(room.room_id);
    forgotten.push(room.room_id);
  };

  const advanceAll = (from: number | undefined, to: number, record: LogRecord): void => {
    let forgot = false;
    for (const roomId of order) {
      const room = rooms.get(roomId) as Room;
      if (room.counted > 0) {
        const held = unsaidOf(roomId);
        let closed = false;
        const due = advanceRoom(room, held, from, to, record.offset, (row) => {
          closed ||= row.state === 'closed' || row.minute === room.active;
          records.push(minuteRecord(room, row, record.append));
        });
        if (due) {
          touch(room, record);
          sayRoom(room, closed);
        }
      }
      if (isForgotten(room, to)) {
        dropRoom(room);
        forgot = true;
      }
    }
    if (forgot) order = order.filter((roomId) => rooms.has(roomId));
  };

  const passTime = (ts: number, record: LogRecord): void => {
    const from = gate.streamTime;
    const entered = moveTime(gate, ts, record.append);
    const to = gate.streamTime as number;
    if (from === undefined || Math.floor(from / 1_000) !== Math.floor(to / 1_000)) {
      core.secondOffset = record.offset;
      core.secondAt = record.append;
    }
    if (entered) advanceAll(from, to, record);
  };

  /** A `room.ended` read after its span became final corrects the info, no row. */
  const correctEnd = (room: Room, event: LiveEvent, before: number | undefined): void => {
    if (event.type !== 'room.ended' || before === undefined) return;
    const { last } = viewLife(room.life, before);
    if (last?.close === undefined || event.ts < last.open) return;
    const lastMinute = minuteOf(last.close > last.open ? last.close - 1 : last.close);
    if (lastMinute + RULES.minuteMs + RULES.graceMs > before) return;
    room.life.correction = {
      open: last.open,
      ts: event.ts,
      ...(event.reason != null ? { reason: event.reason } : {}),
    };
    unsaidOf(room.room_id).infoDirty = true;
  };

  const applyLate = (event: LiveEvent, record: LogRecord): Outcome => {
    const room = rooms.get(event.room_id) ?? addRoom(event.room_id, core.dropped.has(event.room_id));
    room.late++;
    if (event.type === 'room.started') learnRoom(room, event, record.offset);
    correctEnd(room, event, gate.streamTime);
    if (room.counted > 0) touch(room, record).infoDirty = true;
    ledger.late++;
    return { kind: 'late', room_id: event.room_id };
  };

  const applyCounted = (event: LiveEvent, record: LogRecord): Outcome => {
    const before = gate.streamTime;
    let room = rooms.get(event.room_id) ?? addRoom(event.room_id, core.dropped.has(event.room_id));
    hashInRoom(room, event.id);
    if (isKnown(gate)) {
      room.duplicates++;
      touch(room, record);
      ledger.duplicate++;
      return { kind: 'duplicate', room_id: event.room_id };
    }
    if (before !== undefined && room.counted > 0 && isForgotten(room, before)) {
      dropRoom(room);
      room = addRoom(event.room_id, true);
      hashInRoom(room, event.id);
    }
    const minute = minuteOf(event.ts);
    remember(gate, minute);
    const held = touch(room, record);
    correctEnd(room, event, before);
    const reshaped = applyEvent(room, held, event, record.offset, firstOpenMinute(before));
    if (reshaped) held.infoDirty = true;
    if (before !== undefined && (minute < minuteOf(before) || reshaped))
      revise(room, held, before, record.offset, record.append);
    passTime(event.ts, record);
    ledger.counted++;
    return { kind: 'counted', room_id: event.room_id };
  };

  const judge = (record: LogRecord): Outcome => {
    const admitted = admit(record.value, record.append);
    switch (admitted.kind) {
      case 'refused':
        ledger.quarantined++;
        return { kind: 'quarantined', reason: admitted.reason, detail: detailOf(admitted) };
      case 'extension':
        ledger.ignored++;
        return { kind: 'ignored' };
      case 'tick':
        passTime(admitted.tick.ts, record);
        ledger.ticks++;
        return { kind: 'tick' };
    }
    const { event } = admitted;
    const to = partitionOf(event.room_id, partitions);
    if (to !== partition) {
      ledger.forwarded++;
      return { kind: 'forwarded', room_id: event.room_id, to };
    }
    return isLate(gate, event.ts) ? applyLate(event, record) : applyCounted(event, record);
  };

  const takeRevised = (room: Room, held: Unsaid): void => {
    for (const [minute, at] of held.revised) {
      const row = room.minutes.get(minute)?.row;
      if (row !== undefined) records.push(minuteRecord(room, row, at));
    }
  };

  const drain = (full: readonly string[] = []): Drain => {
    const whole = new Set(full);
    const changes: RoomChange[] = [];
    const now = gate.streamTime;
    for (const roomId of now === undefined ? [] : order) {
      const room = rooms.get(roomId) as Room;
      if (room.counted === 0) continue;
      const held = unsaidOf(roomId);
      const view = viewLife(room.life, now);
      const { close = Number.POSITIVE_INFINITY } = view.last ?? { close: 0 };
      // An end may lie ahead of stream time: until it is passed, seconds of life begin.
      const ticking = close > (held.publishedTime ?? (now as number)) && core.secondOffset > room.rev;
      const heard = held.published !== undefined;
      if (!held.dirty && !whole.has(roomId) && !(ticking && heard)) continue;
      if (ticking) {
        room.rev = core.secondOffset;
        room.revAt = core.secondAt;
      }
      takeRevised(room, held);
      if (held.infoDirty && JSON.stringify(buildInfo(room, view)) !== room.sentInfo) sayRoom(room, true);
      changes.push(changeOf(room, held, view, now as number, whole.has(roomId)));
      dropDetails(room);
      unsaid.set(roomId, { ...createUnsaid(), published: room.rev, publishedTime: now as number, infoDirty: false });
    }
    const out = { records, forgotten: forgotten.filter((roomId) => !rooms.has(roomId)) };
    records = [];
    forgotten = [];
    changed = false;
    return { applied: core.applied, streamTime: now, ledger: { ...ledger }, rooms: changes, ...out };
  };

  return {
    get applied() {
      return core.applied;
    },
    get streamTime() {
      return gate.streamTime;
    },
    get dirty() {
      return changed;
    },
    ledger,
    rooms: () => order.filter((roomId) => (rooms.get(roomId) as Room).counted > 0),
    apply: (record) => {
      ledger.in++;
      core.applied = record.offset;
      changed = true;
      return judge(record);
    },
    skipTo: (offset) => {
      const now = gate.streamTime;
      for (const room of rooms.values()) {
        const { last } = viewLife(room.life, now);
        if (last === undefined || last.close !== undefined) continue;
        room.gap = true;
        unsaidOf(room.room_id).dirty = true;
      }
      core.applied = offset - 1;
      changed = true;
    },
    drain,
    *encode() {
      if (changed) throw new Error('drain before encoding: readers wait for what changed');
      yield packValue(core);
      for (const roomId of order) yield packValue(rooms.get(roomId));
    },
  };
};

/** A partition before its first record. Pure: no clock, no I/O. */
export const createPartition = ({ partition, partitions, generation }: PartitionOptions): Partition =>
  build(
    {
      format: CHECKPOINT_FORMAT,
      kind: 'partition',
      partition,
      partitions,
      generation,
      applied: -1,
      ledger: createLedger(),
      gate: createGate(),
      dropped: new Set(),
      secondOffset: -1,
      secondAt: 0,
    },
    new Map(),
  );

/** A partition as its checkpoint has it. @throws Error where the bytes are not a checkpoint of this partition and form. */
export const restorePartition = (options: PartitionOptions, bytes: Uint8Array): Partition => {
  const values = unpackValues(bytes);
  const core = values.next().value as Core | undefined;
  checkHeading(core, options, 'partition');
  const rooms = new Map<string, Room>();
  for (const value of values) {
    const room = value as Room;
    rooms.set(room.room_id, room);
  }
  return build(core as Core, rooms);
};
