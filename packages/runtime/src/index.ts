export { type Environment, FIELDS, readConfig } from './config.ts';
export { type Health, startHealth } from './health.ts';
export { createLifecycle, EXIT_HALTED, type Lifecycle } from './lifecycle.ts';
export { createLog, type Log } from './log.ts';
export { describeSettings, takeSettings } from './settings.ts';
