import { metric } from '@liveboard/contracts';
import { useEffect, useRef, useState } from 'react';
import { changeOf } from '../format/change.ts';
import { formatMinute } from '../format/time.ts';
import { useSettings } from '../look/settings.ts';
import type { LaneView } from './lane-view.ts';
import { changedLabel, headlineMetric } from './sentence.ts';
import { conditionWord } from './words.ts';

/** What a listener should hear of a newly closed minute: rooms whose state is another than before. */
export const announcement = (lanes: readonly LaneView[], before: ReadonlyMap<string, string>): string => {
  const said = lanes.flatMap(({ room_id, name, condition, compare, style }) => {
    const was = before.get(room_id);
    if (was === undefined || was === condition.kind || compare === undefined) return [];
    const told = headlineMetric(compare);
    const change = told === undefined ? undefined : changeOf(compare.metrics[told], metric(told).better, style.locale);
    const isStrong = change !== undefined && change.signal !== 'quiet' && told !== undefined;
    const why = isStrong ? `, ${changedLabel(told)} ${change.words.split(' against')[0]}` : '';
    return [`${name}: ${conditionWord(condition).toLowerCase()}${why}.`];
  });
  const first = lanes.find(({ compare }) => compare)?.compare;
  if (said.length === 0 || first === undefined) return '';
  return `${formatMinute(first.minute, lanes[0]?.style.locale ?? 'en')}. ${said.join(' ')}`;
};

/** A connection away for so long is worth an interruption, ms. */
const LONG_CUT_MS = 30_000;

interface AnnouncerProps {
  readonly lanes: readonly LaneView[];
  /** For how long nothing has arrived, ms. */
  readonly cutMs: number;
}

/** The page's one polite live region: at most one sentence a minute. Only a long cut interrupts. */
export const Announcer = ({ lanes, cutMs }: AnnouncerProps) => {
  const { announce } = useSettings();
  const [text, setText] = useState('');
  const before = useRef<{ minute: number; states: Map<string, string> }>({ minute: 0, states: new Map() });
  const minute = Math.max(0, ...lanes.map(({ compare }) => compare?.minute ?? 0));
  useEffect(() => {
    if (minute === before.current.minute) return;
    const said = before.current.minute === 0 ? '' : announcement(lanes, before.current.states);
    before.current = {
      minute,
      states: new Map(lanes.map(({ room_id, condition }) => [room_id, condition.kind])),
    };
    if (said !== '') setText(said);
  }, [minute, lanes]);
  return (
    <>
      <p className="sr-only" aria-live="polite">
        {announce ? text : ''}
      </p>
      <p className="sr-only" role="alert">
        {cutMs > LONG_CUT_MS ? 'The connection has been away for 30 seconds. The numbers are old.' : ''}
      </p>
    </>
  );
};
