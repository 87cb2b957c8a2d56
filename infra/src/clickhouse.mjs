import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerName, dockerRun, ensureImage, ownUser } from './docker.mjs';

/** Platforms that the lock file holds an engine for; it is linked against glibc. */
const PLATFORMS = ['linux-x64'];

/** Whether the embedded engine, chDB, runs here. Asked before the install, so by platform. */
export const hasEngine = () =>
  PLATFORMS.includes(`${process.platform}-${process.arch}`) &&
  process.report.getReport().header.glibcVersionRuntime !== undefined;

/** The one place that `BACKUP` and `RESTORE` may name: the disk `backups`, a folder beside the data. The embedded engine has its own. */
const backupsDisk = (dir) =>
  `<storage_configuration><disks><backups><type>local</type><path>${join(dir, 'backups')}/</path></backups></disks></storage_configuration>
  <backups><allowed_disk>backups</allowed_disk></backups>`;

/**
 * The server's configuration, in one file: HTTP alone, small caches, no tables about itself. `bind`: where it listens; a
 * user without a password is let in from the loopback, or, in a container, from whom its published port lets through.
 */
export const serverConfig = ({ dir, port, bind = '127.0.0.1' }) => `<clickhouse>
  <logger><level>warning</level><console>1</console></logger>
  <listen_host>${bind}</listen_host>
  <http_port>${port}</http_port>
  <path>${join(dir, 'data')}/</path>
  <tmp_path>${join(dir, 'tmp')}/</tmp_path>
  <user_files_path>${join(dir, 'user_files')}/</user_files_path>
  <format_schema_path>${join(dir, 'format_schemas')}/</format_schema_path>
  <timezone>UTC</timezone>
  <mark_cache_size>134217728</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <max_server_memory_usage_to_ram_ratio>0.5</max_server_memory_usage_to_ram_ratio>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <max_concurrent_queries>64</max_concurrent_queries>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  ${backupsDisk(dir)}
  <user_directories><users_xml><path>${join(dir, 'users.xml')}</path></users_xml></user_directories>
</clickhouse>
`;

/** Who may ask the server. */
export const usersConfig = ({ networks }) => `<clickhouse>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
  <users>
    <default>
      <password></password>
      <networks>${networks.map((ip) => `<ip>${ip}</ip>`).join('')}</networks>
      <profile>default</profile>
      <quota>default</quota>
    </default>
  </users>
</clickhouse>
`;

/** Threads of the front: each statement holds one, and files need some. */
const THREADS = '16';

/** How to run a ClickHouse of one's own; makes its folder. `from`: `native`, `docker`, or `chdb`, the engine behind a front. */
export const prepareClickhouse = ({ dir, port, from, image }) => {
  mkdirSync(dir, { recursive: true });
  if (from === 'chdb') {
    const args = ['--enable-source-maps', 'infra/chdb/dist/main.js', '--dir', dir, '--port', String(port)];
    return { command: process.execPath, args, env: { ...process.env, UV_THREADPOOL_SIZE: THREADS, TZ: 'UTC' } };
  }
  const isContainer = from === 'docker';
  const config = join(dir, 'config.xml');
  writeFileSync(config, serverConfig({ dir, port, ...(isContainer ? { bind: '0.0.0.0' } : {}) }));
  writeFileSync(join(dir, 'users.xml'), usersConfig({ networks: isContainer ? ['::/0'] : ['127.0.0.1', '::1'] }));
  const command = ['clickhouse', 'server', `--config-file=${config}`];
  if (!isContainer) return { command: command[0], args: command.slice(1) };
  ensureImage(image);
  const name = containerName('clickhouse', dir);
  return { command: 'docker', container: name, args: dockerRun({ name, image, dir, port, user: ownUser(), command }) };
};

/** Whether ClickHouse answers there. */
export const clickhouseServes = async (port) => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/ping`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok;
  } catch {
    return false;
  }
};
