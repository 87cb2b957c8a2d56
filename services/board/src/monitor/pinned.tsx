import { formatLength } from '../format/time.ts';
import type { LaneView } from './lane-view.ts';

const Pin = () => (
  <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" className="glyph">
    <path
      d="M4.2 1.5h3.6L7.3 5l1.9 1.9H2.8L4.7 5 4.2 1.5ZM6 7v3.6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.2"
      strokeLinejoin="round"
    />
  </svg>
);

/** Since when nothing is pinned, as far as the last closed minute said so. */
const emptySince = ({ compare }: LaneView): number | undefined => {
  const { context, params } = compare?.headline ?? {};
  return context === 'nothing_pinned' ? Number(params?.since) : undefined;
};

/** The product that the host shows now. */
export const Pinned = ({ view, now }: { readonly view: LaneView; readonly now: number }) => {
  const state = view.lane?.entry.state;
  if (state === undefined) return null;
  const { pinned } = state.live;
  if (pinned !== undefined) {
    const title = state.catalog.find(({ product_id }) => product_id === pinned.product_id)?.title ?? pinned.product_id;
    return (
      <span className="pinned">
        <span className="pinned-icon">
          <Pin />
        </span>
        <span className="pinned-title" dir="auto" title={title}>
          {title}
        </span>
      </span>
    );
  }
  if (state.catalog.length === 0)
    return (
      <span className="pinned is-missing" title="This source sends no products">
        – <span className="sub">not sent by this source</span>
      </span>
    );
  const since = emptySince(view);
  const minutes =
    since === undefined ? '' : `, ${formatLength(Math.floor((now - since) / 60_000) * 60_000).replace(/ 0 s$/, '')}`;
  return (
    <span className={view.tone === 'bad' && !view.still ? 'pinned-none is-bad' : 'pinned-none'}>
      <Pin />
      Nothing pinned{minutes}
    </span>
  );
};
