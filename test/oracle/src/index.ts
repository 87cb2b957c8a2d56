export { countPartition } from './count-partition.ts';
export * from './types.ts';
