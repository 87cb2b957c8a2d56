import { Popover } from 'antd';
import { formatLength, formatSecond } from '../format/time.ts';
import { usePicture, useSecond, useServerSecond } from '../live/live.tsx';
import type { LaneView } from '../monitor/lane-view.ts';
import { DataHealth } from './data-health.tsx';
import { freshnessOf, lagOf } from './freshness-text.ts';

/** The dot of the top bar; opens what is known of the data's health. */
export const Freshness = ({ lanes, locale }: { readonly lanes: readonly LaneView[]; readonly locale: string }) => {
  const picture = usePicture();
  const now = useSecond();
  const lags = lanes.flatMap(({ condition, lane }) => lagOf(condition, lane, now) ?? []);
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
