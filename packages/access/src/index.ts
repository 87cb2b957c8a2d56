export {
  type Authorization,
  type Contract,
  createDirectory,
  type Directory,
  type Folded,
  type Ignored,
  type Subject,
} from './directory.ts';
export { openModules } from './modules.ts';
export { type Interval, isWithin, union } from './periods.ts';
export {
  DEFAULT_POLICY,
  type Permission,
  type Policy,
  type Principal,
  permit,
  type Range,
  REFUSALS,
} from './permit.ts';
export { isRevoked } from './principals.ts';
export {
  AUTHORIZATION_STATES,
  authorizationId,
  DIRECTORY_BODIES,
  type DirectoryBody,
  type DirectoryKind,
  type DirectoryRecord,
} from './records.ts';
export { SERVICE_CATEGORIES } from './service-categories.ts';
export { type AuthorizationState, standingOf, stateOf } from './states.ts';
export {
  DEFAULT_SCOPES,
  decideStep,
  isOwn,
  maySee,
  parseSubject,
  STEP_REFUSALS,
  STEPS,
  type Step,
  type StepDecision,
  type StepTerms,
  stepsOf,
  subjectOf,
} from './steps.ts';
export { TRANSITIONS, type Transition } from './transitions.ts';
