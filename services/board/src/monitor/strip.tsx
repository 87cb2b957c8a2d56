import { metric } from '@liveboard/contracts';
import { changeOf } from '../format/change.ts';
import type { LaneView } from './lane-view.ts';
import { changedLabel, contextSentence, headlineMetric } from './sentence.ts';
import { type Contender, chooseStrip, contendersOf } from './strip.ts';

interface StripProps {
  readonly lanes: readonly LaneView[];
  readonly onShow: (roomId: string) => void;
}

const Side = ({ view, side, onShow }: { view: LaneView; side: 'lowest' | 'highest'; onShow: StripProps['onShow'] }) => {
  const { compare, style, name, room_id, slot } = view;
  if (compare === undefined) return null;
  const told = headlineMetric(compare);
  const held = told === undefined ? undefined : compare.metrics[told];
  const change = told === undefined ? undefined : changeOf(held, metric(told).better, style.locale);
  const context = contextSentence(compare, style);
  return (
    <button type="button" className={`strip-side is-${side}`} onClick={() => onShow(room_id)}>
      <span className="strip-icon" aria-hidden="true">
        {side === 'lowest' ? '▼' : '▲'}
      </span>
      <span className="strip-text">
        <span className="strip-first">
          <span className="strip-tag">{side === 'lowest' ? 'Lowest' : 'Highest'}</span>
          <strong dir="auto">{name}</strong>
          {told !== undefined && change !== undefined && (
            <span
              key={`${told} ${change.text}`}
              className={change.tone === 'none' ? 'strip-move' : `strip-move is-${change.tone}`}
            >
              {changedLabel(told)} {change.text}
            </span>
          )}
        </span>
        <span className="strip-context">{context}</span>
      </span>
      <span className="strip-go">Show {slot !== undefined && <kbd>{slot}</kbd>}</span>
    </button>
  );
};

const NUMBERS = ['No', 'One', 'Both', 'All three', 'All four', 'All five'];

const calmText = (lanes: readonly LaneView[], contenders: readonly Contender[]): string => {
  const { calm } = chooseStrip(contenders);
  const moving = lanes.filter(({ still }) => !still);
  if (moving.length === 0) return 'Nothing to compare right now.';
  if (contenders.length === 0) return 'Comparing begins when the first whole minute closes.';
  const allSteady = moving.every(({ condition }) => condition.kind === 'steady');
  const lead = allSteady ? `${NUMBERS[moving.length]} steady.` : 'No room moved far in the last minute.';
  if (calm === undefined) return lead;
  const { label } = metric(calm.metric);
  const { text } = changeOf({ value: 1, base: 1, delta: calm.delta }, 'up', lanes[0]?.style.locale ?? 'en');
  return `${lead} Largest move: ${calm.name}, ${label} ${text}`;
};

/** Who fell and who rose most in the last closed minute; one grey line where nobody did. */
export const Strip = ({ lanes, onShow }: StripProps) => {
  const contenders = contendersOf(lanes);
  const { lowest, highest } = chooseStrip(contenders);
  const viewOf = (one: Contender | undefined): LaneView | undefined =>
    lanes.find(({ room_id }) => room_id === one?.room_id);
  const low = viewOf(lowest);
  const high = viewOf(highest);
  if (low === undefined && high === undefined)
    return (
      <section className="strip is-calm" aria-label="Lowest and highest">
        <p>{calmText(lanes, contenders)}</p>
      </section>
    );
  return (
    <section
      // Another choice is another strip: nothing slides from one to the next.
      key={`${low?.room_id} ${high?.room_id}`}
      className="strip"
      aria-label="Lowest and highest"
    >
      {low !== undefined && <Side view={low} side="lowest" onShow={onShow} />}
      {high !== undefined && <Side view={high} side="highest" onShow={onShow} />}
    </section>
  );
};
