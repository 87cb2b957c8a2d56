import type { Monitoring } from '@liveboard/contracts';
import type { LaneView } from './lane-view.ts';

/** A room that could make way, with who watches it. */
export interface Candidate {
  readonly view: LaneView;
  readonly since: number;
  /** Names of those who watch it, the member itself left out. */
  readonly others: readonly string[];
  readonly mine: boolean;
}

export const candidatesOf = (
  lanes: readonly LaneView[],
  monitoring: Monitoring | undefined,
  sub: string,
): readonly Candidate[] =>
  lanes.map((view) => {
    const slot = monitoring?.rooms.find(({ room_id }) => room_id === view.room_id);
    const others = (slot?.sessions ?? [])
      .filter((session) => session.sub !== sub)
      .map(({ name, sub: id }) => name ?? id);
    return {
      view,
      since: slot?.since ?? Number.MAX_SAFE_INTEGER,
      others: [...new Set(others)],
      mine: slot?.mine ?? true,
    };
  });

const CALM = ['steady', 'warming_up', 'watch', 'peak', 'trouble'];

/** Which room to offer first: not watched by others, steady, watched longest. */
export const suggest = (candidates: readonly Candidate[]): Candidate | undefined =>
  [...candidates].sort(
    (a, b) =>
      a.others.length - b.others.length ||
      CALM.indexOf(a.view.condition.kind) - CALM.indexOf(b.view.condition.kind) ||
      a.since - b.since,
  )[0];
