export { type OwnClickhouse, startClickhouse } from './clickhouse.ts';
export { createEvents } from './events.ts';
export {
  type Answered,
  connectFeed,
  type FeedClient,
  get,
  post,
  tokenFor,
} from './feed-client.ts';
export { type OwnGateway, startGateway } from './gateway.ts';
export { type OwnKafka, startKafka } from './kafka.ts';
export { createLossyRoad, type LossyRoad } from './lossy-road.ts';
export { createOwnNames, type OwnNames } from './own-names.ts';
export { type Stack, stackFile, testStack } from './stack.ts';
export { createSigner } from './tokens.ts';
export { endWorkers, spawnHistory, spawnIngest, type WorkerProcess, type WorkerSettings } from './workers.ts';
export { createWorld, type World } from './world.ts';
