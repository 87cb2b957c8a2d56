export type { Drain, LogRecord, Outcome, Partition, PartitionOptions, RoomChange } from './types.ts';
