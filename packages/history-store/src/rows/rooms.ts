import type { RoomRecord } from '@liveboard/contracts';
import { toDateTime } from '../time.ts';
import { versionOf } from '../version.ts';

export interface RoomRow {
  readonly room_id: string;
  readonly ver: string;
  readonly account_id: string;
  readonly shop_id: string;
  readonly handle: string;
  readonly name: string;
  readonly title: string;
  readonly currency: string;
  readonly timezone: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly status: string;
  readonly gmv: number;
  readonly paid_orders: number;
  readonly views: number;
  readonly viewers: number;
  readonly buyers: number;
  readonly pcu: number;
  readonly late: number;
  /** JSON: RoomInfo */
  readonly info: string;
  /** JSON: Totals */
  readonly totals: string;
}

/** The row of `rooms`: what lists sort and filter by in columns, all of it as JSON. */
export const roomRow = ({ generation, rev, info, totals, late }: RoomRecord): RoomRow => ({
  room_id: info.room_id,
  ver: versionOf(generation, rev),
  account_id: info.account_id ?? '',
  shop_id: info.shop_id ?? '',
  handle: info.handle ?? '',
  name: info.name ?? '',
  title: info.title ?? '',
  currency: info.currency ?? '',
  timezone: info.timezone ?? '',
  started_at: toDateTime(info.started_at ?? 0),
  ended_at: toDateTime(info.ended_at ?? 0),
  status: info.status,
  gmv: totals.gmv,
  paid_orders: totals.paid_orders,
  views: totals.views,
  viewers: totals.viewers,
  buyers: totals.buyers,
  pcu: totals.pcu ?? 0,
  late,
  info: JSON.stringify(info),
  totals: JSON.stringify(totals),
});
