export { type Authorization, type Contract, createDirectory, type Directory, type Subject } from './directory.ts';
export { hasScope, openModules, type Permission, type Permit, type Principal, permitLive } from './permit.ts';
export {
  DIRECTORY_BODIES,
  type DirectoryBody,
  type DirectoryKind,
  type DirectoryRecord,
} from './records.ts';
