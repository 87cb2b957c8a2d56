import type { QuarantineRecord } from '@liveboard/contracts';
import { toDateTime } from '../time.ts';

export interface QuarantineRow {
  readonly generation: number;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly appended: string;
  readonly detail: string;
  /** Any bytes, not text. */
  readonly bytes: Uint8Array;
}

export const quarantineRow = ({
  generation,
  partition,
  offset,
  reason,
  append,
  detail,
  bytes_b64,
}: QuarantineRecord): QuarantineRow => ({
  generation,
  partition,
  offset,
  reason,
  appended: toDateTime(append),
  detail,
  bytes: Buffer.from(bytes_b64, 'base64'),
});
