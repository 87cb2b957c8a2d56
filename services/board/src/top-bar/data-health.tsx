import { CATALOGUE, COMPARATOR, type MinuteState } from '@liveboard/contracts';
import { formatFull } from '../format/number.ts';
import { formatLength, formatSecond } from '../format/time.ts';
import type { LaneView } from '../monitor/lane-view.ts';
import { ROWS } from '../monitor/rows.ts';

const minutesText = ({ minutes, lane }: LaneView): string => {
  const count = (state: MinuteState): number => minutes.filter((row) => row.state === state).length;
  const running = lane?.entry.state?.live.now === undefined ? 0 : 1;
  return `${count('final')} final, ${count('closed')} closed, ${running} running`;
};

const notSent = ({ info }: LaneView): string => {
  if (info === undefined) return '–';
  const missing = CATALOGUE.filter(
    ({ id }) => !info.available.includes(id) && (id === 'gmv' || (ROWS as readonly string[]).includes(id)),
  );
  return missing.length === 0 ? 'none' : missing.map(({ label }) => label).join(', ');
};

type Line = readonly [string, (view: LaneView) => string];

/** Where each room's events went and how far behind its numbers are. */
export const DataHealth = ({ lanes, now, locale }: { lanes: readonly LaneView[]; now: number; locale: string }) => {
  const shown = lanes.filter(({ lane }) => lane?.entry.state !== undefined);
  const number = (value: number): string => formatFull(value, locale);
  const healthOf = ({ lane }: LaneView) => lane?.entry.state?.live.health;
  const lines: readonly Line[] = [
    [
      'Received',
      (view) =>
        number((healthOf(view)?.counted ?? 0) + (healthOf(view)?.duplicates ?? 0) + (healthOf(view)?.late ?? 0)),
    ],
    ['Counted', (view) => number(healthOf(view)?.counted ?? 0)],
    ['Duplicates dropped', (view) => number(healthOf(view)?.duplicates ?? 0)],
    ['Too late for its minute', (view) => number(healthOf(view)?.late ?? 0)],
    ['Behind', ({ lane }) => (lane?.entry.lagMs === undefined ? '–' : `${(lane.entry.lagMs / 1_000).toFixed(1)} s`)],
    [
      'Last event',
      (view) => {
        const at = healthOf(view)?.last_event_at;
        return at === undefined ? '–' : `${formatSecond(at, locale)}, ${formatLength(now - at)} ago`;
      },
    ],
    ['Minutes', minutesText],
    ['Not sent by this source', notSent],
    ['Gap in the log', (view) => (healthOf(view)?.gap === true ? 'yes, some events were lost' : 'none')],
  ];
  return (
    <div className="health">
      <strong>Data health</strong>
      {shown.length === 0 ? (
        <p className="quiet">No room has sent anything yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <td />
              {shown.map(({ room_id, name }) => (
                <th key={room_id} scope="col" dir="auto">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(([label, text]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {shown.map((view) => (
                  <td key={view.room_id}>{text(view)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="quiet">Received = counted + duplicates + late. Comparator {COMPARATOR} · metric catalogue 1</p>
    </div>
  );
};
