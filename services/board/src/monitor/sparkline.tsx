import type { MinuteMetricId, MinuteRow } from '@liveboard/contracts';
import { memo, useMemo } from 'react';
import { areaOf, pathOf, pulsesOf, seriesOf } from './series.ts';

interface Drawn {
  readonly minutes: readonly MinuteRow[];
  /** The newest closed minute, ms. */
  readonly last: number | undefined;
}

const PAD = 3;
/** A cell's line spans at least this share of its height's scale, so that noise is not blown up. */
const LEAST_SPAN = 0.35;

/** 15 minutes of one indicator. */
export const Sparkline = memo(({ minutes, last, id }: Drawn & { readonly id: MinuteMetricId }) => {
  const width = 64;
  const height = 15;
  const drawn = useMemo(() => {
    if (last === undefined) return undefined;
    const values = seriesOf(minutes, last, 15, id);
    const known = values.filter((value) => value !== undefined);
    const high = Math.max(...known);
    const low = Math.min(...known, high * (1 - LEAST_SPAN));
    const scale = high > low ? (height - 2 * PAD) / (high - low) : 0;
    const at = (slot: number, value: number): readonly [number, number] => [
      PAD + (slot * (width - 2 * PAD)) / 14,
      height - PAD - (value - low) * scale,
    ];
    const newest = values.at(-1);
    return { path: pathOf(values, at), dot: newest === undefined ? undefined : at(14, newest) };
  }, [minutes, last, id]);
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      {drawn !== undefined && <path d={drawn.path} />}
      {drawn?.dot !== undefined && <circle cx={drawn.dot[0]} cy={drawn.dot[1]} r="1.9" />}
    </svg>
  );
});

/** 30 minutes of GMV from zero, with the base as a dashed line. Stretches with its column. */
export const HeroLine = memo(({ minutes, last, base }: Drawn & { readonly base: number | undefined }) => {
  const width = 300;
  const height = 44;
  const drawn = useMemo(() => {
    if (last === undefined) return undefined;
    const values = seriesOf(minutes, last, 30, 'gmv');
    const high = Math.max(1, ...values.filter((value) => value !== undefined), base ?? 0);
    const y = (value: number): number => height - (value / high) * (height - 4);
    const at = (slot: number, value: number): readonly [number, number] => [(slot * width) / 29, y(value)];
    const line = pathOf(values, at);
    const newest = values.at(-1);
    return {
      line,
      area: areaOf(values, at, height),
      base: base === undefined ? undefined : y(base),
      top: newest === undefined ? undefined : y(newest),
    };
  }, [minutes, last, base]);
  return (
    <div className="hero-line" aria-hidden="true">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {drawn !== undefined && (
          <>
            <path className="hero-area" d={drawn.area} />
            {drawn.base !== undefined && (
              <line className="hero-base" x1="0" x2={width} y1={drawn.base} y2={drawn.base} />
            )}
            <path className="hero-path" d={drawn.line} />
          </>
        )}
      </svg>
      {drawn?.top !== undefined && (
        <i key={drawn.top} className="hero-dot" style={{ insetBlockStart: `${(drawn.top / height) * 100}%` }} />
      )}
    </div>
  );
});

/** 30 bars of the pulse: above the line where the room gained, below where it lost; grey where it hardly moved. */
export const Pulse = memo(({ minutes, last }: Drawn) => {
  const bars = useMemo(() => (last === undefined ? [] : pulsesOf(minutes, last, 30)), [minutes, last]);
  return (
    <svg className="pulse" viewBox="0 0 90 22" width="90" height="22" preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" x2="90" y1="11" y2="11" />
      {bars.map((pulse, slot) => {
        if (pulse === undefined || Math.abs(pulse) < 0.01) return null;
        const size = Math.max(1, Math.min(1, Math.abs(pulse) / 0.5) * 10);
        const hue = Math.abs(pulse) < 0.1 ? '' : pulse > 0 ? 'is-up' : 'is-down';
        // A slot is a minute and stays one.
        const x = slot * 3 + 0.5;
        return <rect key={x} className={hue} x={x} width="2" y={pulse > 0 ? 11 - size : 11} height={size} rx="0.5" />;
      })}
    </svg>
  );
});
