import {
  type Ledger,
  type LiveEvent,
  type MinuteRecord,
  type MinuteRow,
  minuteOf,
  murmur2,
  partitionOf,
  partitionOfHash,
  type RoomRecord,
  RULES,
} from '@liveboard/contracts';
import { admit, detailOf } from './admission.ts';
import { advanceRoom, isForgotten, putAway, revise } from './advance.ts';
import { buildInfo, buildNumbers } from './build.ts';
import { changeOf } from './change.ts';
import { CHECKPOINT_FORMAT, checkHeading, type Heading, packValue, unpackValues } from './checkpoint.ts';
import { applyEvent, learnRoom, noteEvent } from './effect.ts';
import { createGate, type Gate, isKnown, isLate, moveTime, remember } from './gate.ts';
import { createLedger } from './ledger.ts';
import { firstOpenMinute, noteActivity, viewLife } from './life.ts';
import { createRoom, forgetSaid, hashInRoom, type Room } from './room.ts';
import { F, SCAN, scanEvent } from './scan.ts';
import { applyScanned, hashScanned } from './scanned.ts';
import { minuteAt, type Seat } from './seat.ts';
import { createSeats } from './seats.ts';
import type { At } from './tally.ts';
import type { Drain, LogSlice, Outcome, Partition, PartitionOptions, RoomChange } from './types.ts';

interface Core extends Heading {
  applied: number;
  /** Broker time of that record, ms. */
  append: number;
  ledger: Ledger;
  gate: Gate;
  /** Rooms whose memory was dropped: met again, they have rows but no totals. */
  dropped: Set<string>;
  /** The record that moved stream time into its present second. */
  secondOffset: number;
  secondAt: number;
}

interface Place {
  offset: number;
  append: number;
}

const build = (core: Core, rooms: Iterable<Room>): Partition => {
  const { partition, partitions, generation, ledger, gate } = core;
  const seats = createSeats(rooms);
  let records: (MinuteRecord | RoomRecord)[] = [];
  let forgotten: string[] = [];
  let changed = false;
  /** The record that is judged. One object, because no one keeps it. */
  const here: Place = { offset: -1, append: 0 };

  const touch = ({ room, unsaid }: Seat, { offset, append }: Place): void => {
    unsaid.dirty = true;
    room.rev = offset;
    room.revAt = append;
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
    const { totals } = buildNumbers(room, view, gate.streamTime);
    const infoText = JSON.stringify(info);
    const totalsText = JSON.stringify(totals);
    if (!due && infoText === room.sentInfo && totalsText === room.sentTotals) return;
    room.sentInfo = infoText;
    room.sentTotals = totalsText;
    records.push({ v: 1, kind: 'room', generation, rev: room.rev, at: room.revAt, info, totals, late: room.late });
  };

  const seatOf = (roomId: string): Seat =>
    seats.get(roomId) ?? seats.add(createRoom(roomId, gate.streamTime ?? 0, core.dropped.has(roomId)));

  const dropRoom = ({ room }: Seat): void => {
    if (room.counted > 0) core.dropped.add(room.room_id);
    seats.remove(room.room_id);
    forgotten.push(room.room_id);
  };

  const advanceAll = (from: number | undefined, to: number, record: Place): void => {
    for (const seat of seats.all()) {
      const { room, unsaid } = seat;
      if (room.counted > 0) {
        let closed = false;
        const due = advanceRoom(room, unsaid, from, to, record.offset, (row) => {
          closed ||= row.state === 'closed' || row.minute === room.active;
          // Where one record closes and finalises a minute, two rows would have one version.
          if (row.state === 'closed' && isLate(gate, row.minute)) return;
          records.push(minuteRecord(room, row, record.append));
        });
        if (due) {
          touch(seat, record);
          sayRoom(room, closed);
        }
      }
      if (isForgotten(room, to)) dropRoom(seat);
    }
  };

  const passTime = (ts: number, record: Place): void => {
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
  const correctEnd = ({ room, unsaid }: Seat, event: LiveEvent, before: number | undefined): void => {
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
    unsaid.infoDirty = true;
  };

  const applyLate = (event: LiveEvent, record: Place): Outcome => {
    const seat = seatOf(event.room_id);
    const { room } = seat;
    room.late++;
    if (event.type === 'room.started') learnRoom(room, event, record.offset);
    correctEnd(seat, event, gate.streamTime);
    if (room.counted > 0) {
      touch(seat, record);
      seat.unsaid.infoDirty = true;
    }
    ledger.late++;
    return { kind: 'late', room_id: event.room_id };
  };

  const applyDuplicate = (seat: Seat, record: Place): Outcome => {
    seat.room.duplicates++;
    touch(seat, record);
    ledger.duplicate++;
    return seat.duplicate;
  };

  const isDueToDrop = ({ room }: Seat): boolean =>
    gate.streamTime !== undefined && room.counted > 0 && isForgotten(room, gate.streamTime);

  /** Counts the event, without one that in `SCAN`; its id stands in `HASH`. */
  const applyCounted = (seat: Seat, record: Place, event?: LiveEvent): Outcome => {
    const { room, unsaid } = seat;
    const { type, ts } = event ?? SCAN;
    const before = gate.streamTime;
    const minute = minuteOf(ts);
    remember(gate, minute);
    touch(seat, record);
    const at: At = { room, unsaid, minute: minuteAt(seat, minute), offset: record.offset };
    noteEvent(at, type, ts);
    let bounds = false;
    if (event === undefined) applyScanned(at, seat);
    else {
      correctEnd(seat, event, before);
      bounds = applyEvent(at, event, firstOpenMinute(before));
    }
    // Offsets rise, so that only an earlier event of the minute can tell life something new.
    const isEarlier = !bounds && !(at.minute.earliest !== undefined && at.minute.earliest <= ts);
    if (isEarlier) at.minute.earliest = ts;
    const reshaped = bounds || (isEarlier && noteActivity(room.life, ts, record.offset, before));
    if (reshaped) unsaid.infoDirty = true;
    if (before !== undefined && (minute < minuteOf(before) || reshaped))
      revise(room, unsaid, before, record.offset, record.append);
    passTime(ts, record);
    ledger.counted++;
    return seat.counted;
  };

  const judgeEvent = (event: LiveEvent, record: Place): Outcome => {
    const to = partitionOf(event.room_id, partitions);
    if (to !== partition) {
      ledger.forwarded++;
      return { kind: 'forwarded', room_id: event.room_id, to };
    }
    if (isLate(gate, event.ts)) return applyLate(event, record);
    let seat = seatOf(event.room_id);
    hashInRoom(seat.room, event.id);
    if (isKnown(gate)) return applyDuplicate(seat, record);
    if (isDueToDrop(seat)) {
      dropRoom(seat);
      seat = seatOf(event.room_id);
      hashInRoom(seat.room, event.id);
    }
    return applyCounted(seat, record, event);
  };

  const judge = (value: Uint8Array | null, record: Place): Outcome => {
    const admitted = admit(value, record.append);
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
      case 'event':
        return judgeEvent(admitted.event, record);
    }
  };

  /** The short way for the event in `SCAN`; undefined where it is not an ordinary one of a room that is known here. */
  const judgeScanned = (record: Place): Outcome | undefined => {
    const start = SCAN.start[F.room_id] as number;
    const end = SCAN.end[F.room_id] as number;
    const hash = murmur2(SCAN.bytes, start, end);
    if (partitionOfHash(hash, partitions) !== partition || isLate(gate, SCAN.ts)) return undefined;
    const seat = seats.find(hash, SCAN.bytes, start, end);
    if (seat === undefined || isDueToDrop(seat)) return undefined;
    hashScanned(seat.room, F.id);
    if (isKnown(gate)) return applyDuplicate(seat, record);
    return applyCounted(seat, record);
  };

  const begin = (offset: number, append: number): Place => {
    ledger.in++;
    core.applied = offset;
    core.append = append;
    changed = true;
    here.offset = offset;
    here.append = append;
    return here;
  };

  const applySlice = ({ offset, append, bytes, start, end }: Readonly<LogSlice>): Outcome => {
    const place = begin(offset, append);
    const isScanned = scanEvent(bytes, append, start, end);
    return (isScanned ? judgeScanned(place) : undefined) ?? judge(bytes.subarray(start, end), place);
  };

  const takeRevised = ({ room, unsaid }: Seat): void => {
    for (const [minute, at] of unsaid.revised) {
      const row = room.minutes.get(minute)?.row;
      if (row !== undefined) records.push(minuteRecord(room, row, at));
    }
  };

  const drain = (full: readonly string[] = []): Drain => {
    const whole = new Set(full);
    const changes: RoomChange[] = [];
    const now = gate.streamTime;
    for (const seat of now === undefined ? [] : seats.all()) {
      const { room, unsaid } = seat;
      if (room.counted === 0) continue;
      const view = viewLife(room.life, now);
      const { close = Number.POSITIVE_INFINITY } = view.last ?? { close: 0 };
      // An end may lie ahead of stream time: until it is passed, seconds of life begin.
      const ticking = close > (unsaid.publishedTime ?? (now as number)) && core.secondOffset > room.rev;
      const heard = unsaid.published !== undefined;
      const isWhole = whole.has(room.room_id);
      if (!unsaid.dirty && !isWhole && !(ticking && heard)) continue;
      if (ticking) {
        room.rev = core.secondOffset;
        room.revAt = core.secondAt;
      }
      takeRevised(seat);
      if (unsaid.infoDirty || seat.info === undefined) {
        seat.info = buildInfo(room, view);
        if (JSON.stringify(seat.info) !== room.sentInfo) sayRoom(room, true);
      }
      changes.push(changeOf(room, unsaid, seat.info, view, now as number, isWhole));
      if (unsaid.minutes.size > 0 || !heard) putAway(room);
      forgetSaid(unsaid, room, now as number);
    }
    const out = { records, forgotten: forgotten.filter((roomId) => seats.get(roomId) === undefined) };
    records = [];
    forgotten = [];
    changed = false;
    return {
      applied: core.applied,
      append: core.append,
      streamTime: now,
      ledger: { ...ledger },
      rooms: changes,
      ...out,
    };
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
    rooms: () => seats.all().flatMap(({ room }) => (room.counted > 0 ? [room.room_id] : [])),
    apply: ({ offset, append, value }) =>
      value === null
        ? judge(null, begin(offset, append))
        : applySlice({ offset, append, bytes: value, start: 0, end: value.length }),
    applySlice,
    skipTo: (offset) => {
      for (const { room, unsaid } of seats.all()) {
        const { last } = viewLife(room.life, gate.streamTime);
        if (last === undefined || last.close !== undefined) continue;
        room.gap = true;
        unsaid.dirty = true;
      }
      core.applied = offset - 1;
      changed = true;
    },
    drain,
    *encode() {
      if (changed) throw new Error('drain before encoding: readers wait for what changed');
      yield packValue(core);
      for (const { room } of seats.all()) yield packValue(room);
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
      append: 0,
      ledger: createLedger(),
      gate: createGate(),
      dropped: new Set(),
      secondOffset: -1,
      secondAt: 0,
    },
    [],
  );

/** A partition as its checkpoint has it. @throws Error where the bytes are not a checkpoint of this partition and form. */
export const restorePartition = (options: PartitionOptions, bytes: Uint8Array): Partition => {
  const values = unpackValues(bytes);
  const core = values.next().value as Core | undefined;
  checkHeading(core, options, 'partition');
  return build(core as Core, values as Iterable<Room>);
};
