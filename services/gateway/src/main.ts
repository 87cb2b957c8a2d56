import { isRevoked } from '@liveboard/access';
import { LIMITS, partitionOf, TOPICS } from '@liveboard/contracts';
import { createHistoryClient, createHistoryReader, databaseOf } from '@liveboard/history-store';
import {
  createFoldedLog,
  createKafkaAdmin,
  createKafkaProducer,
  type FoldedLog,
  type FoldedRecord,
} from '@liveboard/kafka';
import {
  agreeOnLog,
  connectRedis,
  createKeys,
  createLease,
  createRoomClaims,
  createRoomStore,
  createSubscriber,
} from '@liveboard/live-store';
import { createLifecycle, createLog, EXIT_HALTED, takeSettings } from '@liveboard/runtime';
import { DEMO_ACCOUNTS } from '@liveboard/simulator';
import type { JWTVerifyGetKey } from 'jose';
import { Registry } from 'prom-client';
import { createAccessLogStore, KEPT } from './access-log/store.ts';
import { createApp } from './app.ts';
import { SETTINGS } from './config.ts';
import { createDevAccounts } from './dev/accounts.ts';
import { devDirectory } from './dev/directory.ts';
import { createDevIssuer, type DevIssuer } from './dev/issuer.ts';
import { createDirectoryStore } from './directory/store.ts';
import { createHub } from './feed/hub.ts';
import { createFeed } from './feed/server.ts';
import { createAllowance } from './intake/allowance.ts';
import { createFormer } from './intake/former.ts';
import { createOwner } from './intake/owner.ts';
import { createIntake, INTAKE_LIMITS } from './intake/route.ts';
import { createEventWriter } from './intake/writer.ts';
import { createKeySet } from './key-set.ts';
import { createLinks, readLinkKey } from './links.ts';
import { findDifference } from './log-agreement.ts';
import { createLogReader } from './log-reader.ts';
import { createMetrics } from './metrics.ts';
import { createCardReader } from './rest/cards.ts';
import { createAuthenticate } from './rest/context.ts';
import { chooseSignIn } from './sign-in.ts';
import { chooseSigning } from './signing.ts';
import { createVerifier } from './tokens.ts';

const settings = takeSettings(SETTINGS);
const log = createLog('gateway', settings.LIVEBOARD_LOG_LEVEL);
const lifecycle = createLifecycle(log);
const partitions = settings.LIVEBOARD_PARTITIONS;
const place = (roomId: string): number => partitionOf(roomId, partitions);
const signing = chooseSigning(settings);
if (signing.kind === 'refused') {
  log.fatal(signing.why);
  process.exit(EXIT_HALTED);
}
const isDev = signing.kind === 'dev';
let issuer: DevIssuer | undefined;
let keySet: JWTVerifyGetKey;
if (signing.kind === 'dev') {
  const [hosted, unasked] = [DEMO_ACCOUNTS[0], DEMO_ACCOUNTS.at(-1)];
  const accounts = createDevAccounts(hosted?.account_id ?? '', unasked?.account_id ?? '');
  issuer = await createDevIssuer(accounts, settings.LIVEBOARD_ISSUER, settings.LIVEBOARD_DEV_KEYS);
  keySet = issuer.keys;
} else keySet = createKeySet(signing);
const signIn = chooseSignIn(settings);
if (!signIn.ok) {
  log.fatal(signIn.why);
  process.exit(EXIT_HALTED);
}

const linkFile = settings.LIVEBOARD_LINK_KEY_FILE;
const linkKey = linkFile === undefined ? issuer?.secret : readLinkKey(linkFile);
if (linkFile !== undefined && linkKey === undefined) {
  log.fatal('LIVEBOARD_LINK_KEY_FILE: must name a file of at least 32 bytes');
  process.exit(EXIT_HALTED);
}
if (linkKey === undefined) log.warn('LIVEBOARD_LINK_KEY_FILE is not set: requests for authorization have no links');

const kafka = { brokers: settings.KAFKA_BROKERS, clientId: 'liveboard-gateway', log };
const foldTopic =
  <Outcome>(name: 'directory' | 'access', last?: number) =>
  (fold: (record: FoldedRecord) => Outcome): FoldedLog<Outcome> => {
    const namespace = settings.LIVEBOARD_NAMESPACE;
    const topic = namespace + TOPICS[name].name;
    return createFoldedLog({ ...kafka, namespace, name, topic, fold, ...(last === undefined ? {} : { last }) });
  };
const accessLog = createAccessLogStore({ createLog: foldTopic('access', KEPT), now: Date.now, log });
lifecycle.onStop('access log', () => accessLog.stop());
const rights = createDirectoryStore({
  createLog: foldTopic('directory'),
  seeds: isDev ? devDirectory() : [],
  onApplied: accessLog.step,
  log,
});
const { directory } = rights;
lifecycle.onStop('directory', () => rights.stop());
const verify = createVerifier(keySet, settings.LIVEBOARD_ISSUER, (sub, issuedAt) =>
  isRevoked(directory, sub, issuedAt),
);

const admin = createKafkaAdmin(kafka);
const logReader = createLogReader(admin);
lifecycle.onStop('kafka', () => logReader.close());

/** How often feeds are told whether rights can be confirmed. */
const STATE_MS = 500;
/** Somebody waits for the answer. */
const HISTORY_MS = 5_000;
const clickhouse =
  settings.CLICKHOUSE_URL === undefined
    ? undefined
    : createHistoryClient({
        url: settings.CLICKHOUSE_URL,
        database: databaseOf(settings.LIVEBOARD_NAMESPACE),
        requestMs: HISTORY_MS,
      });
const history = clickhouse === undefined ? undefined : createHistoryReader(clickhouse);
lifecycle.onStop('clickhouse', async () => clickhouse?.close());

const keys = createKeys(settings.LIVEBOARD_NAMESPACE);
const redis = connectRedis(settings.REDIS_URL, log);
const listener = connectRedis(settings.REDIS_URL, log);
lifecycle.onStop('redis', async () => {
  redis.disconnect();
  listener.disconnect();
});

const store = createRoomStore(redis, keys, partitions);
/** Redis is there when the subscription stands and the last poll was answered. */
const redisIs = { listening: true, answering: true };
const tellRedis = (change: Partial<typeof redisIs>): void => {
  Object.assign(redisIs, change);
  feed.setRedis(redisIs.listening && redisIs.answering);
};
const subscriber = createSubscriber(listener, (connected) => {
  tellRedis({ listening: connected });
  if (connected) void hub.renew();
});
const hub = createHub({
  store,
  subscriber,
  partitionOf: place,
  onPolled: (answered) => tellRedis({ answering: answered }),
  log,
});
const lease = createLease(redis, keys, { cap: LIMITS.rooms });
const notReady = (): string | undefined => (redis.status === 'ready' ? rights.notReady() : 'Redis does not answer');
const feed = createFeed({
  hub,
  store,
  lease,
  subscriber,
  directory,
  verify,
  origins: new Set(settings.LIVEBOARD_ORIGINS),
  notReady,
  log,
  socketsPerPartner: settings.LIVEBOARD_MAX_SOCKETS_PER_PARTNER,
  socketsPerIp: settings.LIVEBOARD_MAX_SOCKETS_PER_IP,
  upgradesPerSecond: settings.LIVEBOARD_MAX_UPGRADES_PER_SECOND,
  inboundPerSecond: settings.LIVEBOARD_MAX_INBOUND_PER_SECOND,
  framesPerSecond: settings.LIVEBOARD_MAX_FRAMES_PER_SECOND,
});
// The first life of Redis' data is named before anybody asks for a room.
await lease.boot().catch(() => undefined);

const authenticate = createAuthenticate(verify, rights.refusal);
const writer = createEventWriter({
  producer: createKafkaProducer(kafka),
  topic: settings.LIVEBOARD_NAMESPACE + TOPICS.events.name,
  log,
});
lifecycle.onStop('events', () => writer.close());
/** Ingest has put a lost Redis together again well before. */
const YOUNG_MS = 60_000;
const young = createLease(redis, keys, { cap: LIMITS.rooms, holdMs: YOUNG_MS });
const perSecond = settings.LIVEBOARD_MAX_INTAKE_BATCHES_PER_SECOND;
const eventsPerSecond = settings.LIVEBOARD_MAX_INTAKE_EVENTS_PER_SECOND;
const intake = createIntake({
  authenticate,
  owner: createOwner({
    store,
    claims: createRoomClaims(redis, keys, partitions),
    youngMs: async () => (await young.boot()).holdMs,
    partitionOf: place,
    former: createFormer(history, log),
  }),
  writer,
  batches: createAllowance(perSecond, perSecond, Date.now),
  events: createAllowance(eventsPerSecond, Math.max(2 * eventsPerSecond, INTAKE_LIMITS.events), Date.now),
});

const registry = new Registry();
const answers: Record<number, number> = {};
createMetrics(registry, { feed: feed.counts, hub, intake: intake.counts, answers: () => answers, accessLog });

let draining = false;
const app = await createApp({
  feed,
  context: {
    store,
    lease,
    directory,
    policy: { lookbackDays: settings.LIVEBOARD_HISTORY_LOOKBACK_DAYS },
    cards: createCardReader(store, Date.now, log),
    history,
    record: accessLog.record,
    authenticate,
  },
  intake,
  authorizations: { write: rights.write, links: createLinks(linkKey) },
  accessLog,
  logReader,
  namespace: settings.LIVEBOARD_NAMESPACE,
  generation: settings.LIVEBOARD_LOG_GENERATION,
  issuer,
  signIn: signIn.told,
  trustedProxies: settings.LIVEBOARD_TRUSTED_PROXIES,
  requestsPerMinute: settings.LIVEBOARD_MAX_REQUESTS_PER_MINUTE,
  boardDir: settings.LIVEBOARD_BOARD_DIR,
  notReady: () => (draining ? 'the gateway is going down' : notReady()),
  registry,
  answers,
  log,
});
const address = await app.listen({ host: settings.LIVEBOARD_HOST, port: settings.LIVEBOARD_PORT });
lifecycle.onStop('http', async () => {
  await app.close();
  feed.close();
  hub.close();
});
lifecycle.onStop('drain', async () => {
  draining = true;
  feed.drain();
});
log.info({ address }, 'the gateway listens');

const watch = setInterval(() => feed.setDirectory(rights.state() !== 'unconfirmed'), STATE_MS);
lifecycle.onStop('watch', async () => clearInterval(watch));

// Kafka may be away for long: until then nobody is answered, as nothing is known of anybody's rights.
const differs = await findDifference(async () => {
  const cluster_id = await logReader.clusterId();
  const [difference] = await admin.ensureTopics(settings.LIVEBOARD_NAMESPACE, partitions);
  if (difference !== undefined) return difference;
  const topic = settings.LIVEBOARD_NAMESPACE + TOPICS.events.name;
  return agreeOnLog(redis, keys, { generation: settings.LIVEBOARD_LOG_GENERATION, cluster_id, topic, partitions });
}, log);
if (differs === undefined) {
  rights.start();
  accessLog.start();
} else {
  log.fatal({ differs }, 'the topics are not as they must be, or Redis holds the state of another log');
  await lifecycle.end(EXIT_HALTED, 'the log differs');
}
