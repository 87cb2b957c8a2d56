import { accessPage } from './access.ts';
import { errorsPage } from './errors.ts';
import { eventContractPage } from './event-contract.ts';
import { historyPage } from './history.ts';
import { metricsPage } from './metrics.ts';
import { fillSettings } from './settings.ts';

/** Pages of `docs/` that are written wholly or in part by a program: given what stands there, what should. */
export const pages: Readonly<Record<string, (root: string, held: string) => string>> = {
  'access.md': accessPage,
  'errors.md': errorsPage,
  'event-contract.md': eventContractPage,
  'history.md': historyPage,
  'metrics.md': metricsPage,
  'operations.md': fillSettings,
};
