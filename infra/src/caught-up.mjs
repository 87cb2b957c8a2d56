import { until } from './ports.mjs';

const OPERATOR = 'demo-operator';
/** Records that may be unread while all is well: a few seconds of the simulated rooms. */
const FEW = 1_000;

const lagOf = async (url) => {
  const headers = { 'content-type': 'application/json' };
  const init = { signal: AbortSignal.timeout(5_000) };
  const body = JSON.stringify({ sub: OPERATOR });
  const { token } = await (await fetch(`${url}/dev/token`, { ...init, method: 'POST', headers, body })).json();
  const asked = await fetch(`${url}/v1/health/data`, { ...init, headers: { authorization: `Bearer ${token}` } });
  const { partitions } = await asked.json();
  return partitions.reduce((sum, { lag }) => sum + lag, 0);
};

/** Waits until what boards show is of now: ingest has read the log up to its end. False after `deadlineMs`. */
export const caughtUp = (url, deadlineMs) =>
  until(
    () =>
      lagOf(url).then(
        (lag) => lag <= FEW,
        () => false,
      ),
    deadlineMs,
    250,
  );
