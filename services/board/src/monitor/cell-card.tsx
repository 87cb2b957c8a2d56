import type { MinuteMetricId } from '@liveboard/contracts';
import { Popover } from 'antd';
import {
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { ChangeCard } from './change-card.tsx';
import type { LaneView } from './lane-view.ts';

const DELAY_MS = 150;

interface Target {
  readonly room: string;
  readonly id: MinuteMetricId;
  readonly box: DOMRect;
}

const cellOf = (node: EventTarget | null): HTMLElement | null =>
  node instanceof Element ? node.closest<HTMLElement>('[data-metric]') : null;

/** Handlers for the element around the cells, and the card itself. */
export interface CellCard {
  readonly on: {
    readonly onPointerOver: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: (event: FocusEvent) => void;
    readonly onBlur: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
  readonly card: ReactNode;
}

/** One card for all cells of the matrix: on hover, on focus and on tap, after a short delay; Esc closes it. */
export const useCellCard = (lanes: readonly LaneView[]): CellCard => {
  const [target, setTarget] = useState<Target>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const over = useRef<HTMLElement>(null);

  const later = (work: () => void): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(work, DELAY_MS);
  };
  const show = (cell: HTMLElement | null): void => {
    if (cell === over.current) return;
    over.current = cell;
    if (cell === null) {
      later(() => setTarget(undefined));
      return;
    }
    const { room, metric } = cell.dataset;
    later(() => setTarget({ room: room ?? '', id: metric as MinuteMetricId, box: cell.getBoundingClientRect() }));
  };
  const hide = useCallback((): void => {
    clearTimeout(timer.current);
    over.current = null;
    setTarget(undefined);
  }, []);
  useEffect(() => {
    addEventListener('scroll', hide, true);
    return () => {
      clearTimeout(timer.current);
      removeEventListener('scroll', hide, true);
    };
  }, [hide]);

  const view = lanes.find(({ room_id }) => room_id === target?.room);
  return {
    on: {
      onPointerOver: (event) => show(cellOf(event.target)),
      onPointerLeave: () => show(null),
      onFocus: ({ target: node }) => show(node.matches(':focus-visible') ? cellOf(node) : null),
      onBlur: () => show(null),
      onKeyDown: ({ key }) => {
        if (key === 'Escape') hide();
      },
    },
    card: target !== undefined && view !== undefined && (
      <Popover
        key={`${target.room} ${target.id}`}
        open
        placement="top"
        content={
          <div onPointerEnter={() => clearTimeout(timer.current)} onPointerLeave={() => show(null)}>
            <ChangeCard view={view} id={target.id} />
          </div>
        }
      >
        <i
          className="card-anchor"
          style={{
            insetBlockStart: target.box.top,
            left: target.box.left,
            width: target.box.width,
            height: target.box.height,
          }}
        />
      </Popover>
    ),
  };
};
