export * from './access.ts';
export * from './authorizations.ts';
export * from './close-codes.ts';
export * from './errors.ts';
export * from './events/fields.ts';
export * from './events/types.ts';
export {
  QUARANTINE_REASONS,
  type QuarantineReason,
  type Refusal,
  type Validated,
  validateEvent,
} from './events/validate.ts';
export * from './feed.ts';
export * from './limits.ts';
export * from './merge-patch.ts';
export * from './metrics.ts';
export * from './partition.ts';
export * from './rows.ts';
export * from './rules.ts';
export * from './sign-in.ts';
export * from './topics.ts';
