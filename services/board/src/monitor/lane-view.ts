import {
  type Card,
  type Compare,
  LIMITS,
  type MinuteRow,
  type Monitoring,
  type RoomInfo,
  type Totals,
} from '@liveboard/contracts';
import { symbolsCollide } from '../format/number.ts';
import type { Lane, Picture } from '../live/painter.ts';
import { type Condition, conditionOf, isMoving, type Tone } from './condition.ts';
import { chooseStrip, contendersOf } from './strip.ts';
import type { ValueStyle } from './value.ts';

/** A column, ready to be drawn. */
export interface LaneView {
  readonly room_id: string;
  readonly name: string;
  readonly handle: string;
  readonly avatar?: string;
  /** The agency's slot, 1-5; none where the principal needs no slots. */
  readonly slot?: number;
  readonly condition: Condition;
  readonly tone: Tone;
  /** Nothing moves here now: values are dimmed, changes are not shown. */
  readonly still: boolean;
  /** It stands still although it should move. */
  readonly stale: boolean;
  readonly lane?: Lane;
  readonly info?: RoomInfo;
  readonly totals?: Totals;
  readonly compare?: Compare;
  readonly minutes: readonly MinuteRow[];
  readonly style: ValueStyle;
}

export interface LaneInput {
  readonly rooms: readonly string[];
  readonly picture: Picture;
  readonly cards: ReadonlyMap<string, Card>;
  readonly monitoring: Monitoring | undefined;
  readonly now: number;
  readonly locale: string;
}

/** Whether everything stands still: the feed is away, or the gateway may not send numbers. */
export const isCut = ({ link, degraded }: Picture): boolean =>
  link.kind !== 'open' || degraded.has('lease') || degraded.has('redis');

/** Five lanes without rooms, as long as it is not known which to show. */
export const waitingLanes = (locale: string): readonly LaneView[] =>
  Array.from({ length: LIMITS.rooms }, (_, i) => ({
    room_id: `waiting-${i + 1}`,
    name: '',
    handle: '',
    condition: { kind: 'opening' },
    tone: 'none',
    still: true,
    stale: false,
    minutes: [],
    style: { locale, currency: undefined },
  }));

/** The strip's two rooms are tinted, and each room in trouble; no other, so that the eye finds them. */
export const tinted = (views: readonly LaneView[]): readonly LaneView[] => {
  const { lowest, highest } = chooseStrip(contendersOf(views));
  return views.map((view) => {
    if (view.condition.kind === 'trouble' || view.room_id === lowest?.room_id) return { ...view, tone: 'bad' };
    return view.room_id === highest?.room_id ? { ...view, tone: 'good' } : view;
  });
};

export const laneViews = ({ rooms, picture, cards, monitoring, now, locale }: LaneInput): readonly LaneView[] => {
  const infoOf = (id: string): RoomInfo | undefined => picture.rooms.get(id)?.entry.state?.live.room ?? cards.get(id);
  const currencies = rooms.flatMap((id) => infoOf(id)?.currency ?? []);
  const code = symbolsCollide(currencies, locale);
  const cut = isCut(picture);
  // While the feed is away nothing can be said about one room's silence.
  const clock = cut ? picture.heardAt : now;
  const views = rooms.map((id): LaneView => {
    const lane = picture.rooms.get(id);
    const info = infoOf(id);
    const condition = conditionOf(lane, clock);
    const slot = monitoring?.rooms.find(({ room_id }) => room_id === id)?.slot;
    const { totals, room } = lane?.entry.state?.live ?? {};
    return {
      room_id: id,
      name: info?.name ?? id,
      handle: info?.handle ?? '',
      ...(info?.avatar_url === undefined ? {} : { avatar: info.avatar_url }),
      ...(slot === undefined ? {} : { slot }),
      condition,
      tone: 'none',
      still: cut || !isMoving(condition),
      stale: cut ? isMoving(condition) || condition.kind === 'stale' : condition.kind === 'stale',
      ...(lane === undefined ? {} : { lane }),
      ...(room === undefined ? {} : { info: room }),
      ...(totals === undefined ? {} : { totals }),
      ...(lane?.shown.compare === undefined ? {} : { compare: lane.shown.compare }),
      minutes: lane?.shown.minutes ?? [],
      style: { locale, code, currency: info?.currency },
    };
  });
  return cut ? views : tinted(views);
};
