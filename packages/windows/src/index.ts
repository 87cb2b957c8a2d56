export { admit } from './admission.ts';
export { CHECKPOINT_FORMAT } from './checkpoint.ts';
export { createPartition, restorePartition } from './partition.ts';
export type { Drain, LogRecord, LogSlice, Outcome, Partition, PartitionOptions, RoomChange } from './types.ts';
export { createVerdicts, restoreVerdicts, type Verdict, type Verdicts } from './verdicts.ts';
