export { createEvents } from './events.ts';
export {
  type Answered,
  connectFeed,
  type FeedClient,
  get,
  tokenFor,
} from './feed-client.ts';
export { type OwnGateway, startGateway } from './gateway.ts';
export { endIngests, type IngestProcess, type IngestSettings, spawnIngest } from './ingest.ts';
export { readStack, type Stack, stackFile, testStack } from './stack.ts';
export { createSigner } from './tokens.ts';
export { createWorld, type World } from './world.ts';
