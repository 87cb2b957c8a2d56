import { readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

/** What a process has used since its start. */
export interface Usage {
  /** CPU of the whole process, seconds. */
  readonly cpu: number;
  /** Resident memory at its highest, MiB. */
  readonly rss: number;
}

export const usageOf = (pid: number): Usage => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const high = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND, rss: Number(high) / 1_024 };
};
