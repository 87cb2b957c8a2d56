import { Popover } from 'antd';
import { formatLength, formatSecond } from '../format/time.ts';
import { usePicture, useSecond, useServerSecond } from '../live/live.tsx';
import type { Picture } from '../live/painter.ts';
import type { LaneView } from '../monitor/lane-view.ts';
import { DataHealth } from './data-health.tsx';

const BEHIND_MS = 2_000;
/** A restart that is over so quickly is nobody's business. */
const QUIET_MS = 2_000;

export interface Fresh {
  readonly level: 'live' | 'behind' | 'cut';
  readonly text: string;
}

const REASONS: Readonly<Record<string, string>> = {
  lease: 'Slots are being confirmed, numbers wait',
  redis: 'The live store is away, numbers stand still',
  directory: 'Rights cannot be confirmed right now',
  slow: 'Your connection is slow, fewer updates',
};

/** How old what is on the screen is, in words. `now` in server time, `local` this machine's, ms. */
export const freshnessOf = (picture: Picture, lags: readonly number[], now: number, local: number): Fresh => {
  const { link, heardAt, degraded } = picture;
  if (link.kind !== 'open') {
    const age = formatLength(Math.max(0, now - heardAt));
    if (link.kind === 'waiting') {
      const next = Math.max(0, Math.ceil((link.retryAt - local) / 1_000));
      return { level: 'cut', text: `Stale ${age}, reconnecting. Next try in ${next} s` };
    }
    if (link.kind === 'connecting')
      return now - heardAt < QUIET_MS
        ? { level: 'behind', text: 'Connecting' }
        : { level: 'cut', text: `Stale ${age}, reconnecting` };
    return { level: 'cut', text: 'Not connected' };
  }
  for (const reason of ['redis', 'lease', 'directory', 'slow'] as const)
    if (degraded.has(reason))
      return { level: reason === 'slow' || reason === 'directory' ? 'behind' : 'cut', text: REASONS[reason] ?? reason };
  if (lags.length === 0) return { level: 'live', text: 'Connected' };
  const lag = Math.max(...lags);
  return lag > BEHIND_MS
    ? { level: 'behind', text: `${Math.round(lag / 1_000)} s behind` }
    : { level: 'live', text: `Live · ${(lag / 1_000).toFixed(1)} s behind` };
};

/** The dot of the top bar; opens what is known of the data's health. */
export const Freshness = ({ lanes, locale }: { readonly lanes: readonly LaneView[]; readonly locale: string }) => {
  const picture = usePicture();
  const now = useSecond();
  const lags = lanes.flatMap(({ still, lane }) => (still || lane?.entry.lagMs === undefined ? [] : [lane.entry.lagMs]));
  const { level, text } = freshnessOf(picture, lags, now, Date.now());
  const paused = picture.pausedAt;
  return (
    <Popover trigger="click" placement="bottomRight" content={<DataHealth lanes={lanes} now={now} locale={locale} />}>
      <button type="button" className={`freshness is-${paused === undefined ? level : 'paused'}`}>
        <i className="dot" aria-hidden="true" />
        {paused === undefined ? text : <PausedText at={paused} locale={locale} />}
      </button>
    </Popover>
  );
};

const PausedText = ({ at, locale }: { readonly at: number; readonly locale: string }) => {
  const now = useServerSecond();
  return (
    <span>
      Paused at {formatSecond(at, locale)}, {formatLength(Math.max(0, now - at))} behind
    </span>
  );
};
