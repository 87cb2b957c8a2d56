export { createFaults, FAULTS, type Fault, type Faults, OF_HISTORY } from './faults.ts';
export { noteMarks } from './marks.ts';
export { addTallies, checkPartitions, NOTHING, type Tally, verdictOf } from './partitions.ts';
export { connectSystem, type System } from './system.ts';
export { until } from './wait.ts';
