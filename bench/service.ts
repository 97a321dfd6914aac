// `npm run bench -- service [--json] [--seconds N] [--only etcd|quorate] [--directory DIR] [--keep] [--keys N]
// [--log-mb N] [--kills N]`: three replicas as processes on this machine, every write synced to disk, 256-byte values, beside
// etcd in the same run with a client as lean as ours. With `--keys N` no speed, but what a store with so many keys costs:
// memory, event loop, start; with `--log-mb N` the same with as many keys as it takes until a log is so long (quorate alone);
// with `--kills N` only how long no write gets through when the leader is killed. `--keep` leaves the directory.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { startEtcd } from "./service/etcd.ts";
import { bareLog, goalsText, type Row, type Whole } from "./service/goals.ts";
import { killLeaders, middleOf, type Outages, outagesText } from "./service/kills.ts";
import { load } from "./service/load.ts";
import { type Filling, type ManyKeys, manyKeys, manyKeysText } from "./service/many-keys.ts";
import { cpuSeconds, residentBytes } from "./service/processes.ts";
import { startQuorate } from "./service/quorate.ts";
import type { System } from "./service/system.ts";

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const json = process.argv.includes("--json");
const seconds = Number(option("seconds") ?? 4);
const keys = 10_000;
const logMb = Number(option("log-mb") ?? 0);
const manyKeysWanted = Number(option("keys") ?? 0);
const filling: Filling | null =
  logMb > 0 ? { kind: "log", mb: logMb } : manyKeysWanted > 0 ? { kind: "keys", count: manyKeysWanted } : null;
const stores: ManyKeys[] = [];
const killsOnly = option("kills") !== undefined;
const kills = Number(option("kills") ?? 5);
const afterKills: Outages[] = [];
const value = Buffer.alloc(256, 120);
const keyOf = (count: number): string => `key/${String((count * 7_919) % keys).padStart(8, "0")}`;

const rows: Row[] = [];
const wholes: Whole[] = [];

const measure = async (
  system: System,
  what: string,
  outstanding: number,
  ask: (count: number) => Promise<unknown>,
): Promise<void> => {
  const before = cpuSeconds(system.pids());
  const own = process.cpuUsage();
  let asked = 0;
  const result = await load(outstanding, seconds, (count) => {
    asked++;
    return ask(count);
  });
  const { user, system: kernel } = process.cpuUsage(own);
  const cpuUs = ((cpuSeconds(system.pids()) - before) * 1e6) / asked;
  const row = { system: system.name, what, result, cpuUs, loadUs: (user + kernel) / asked };
  rows.push(row);
  if (!json) console.log(line(row));
};

/** Below ten microseconds a whole number says little. */
const microseconds = (us: number): string => us.toFixed(us < 10 ? 1 : 0).padStart(6);

const line = ({ system, what, result, cpuUs, loadUs }: Row): string => {
  const { outstanding, perSecond, p50Ms, p99Ms, failed } = result;
  return [
    `${system.padEnd(8)} ${what.padEnd(18)} ${String(outstanding).padStart(5)} open`,
    `${Math.round(perSecond).toString().padStart(8)}/s`,
    ` p50 ${p50Ms.toFixed(2).padStart(7)} ms  p99 ${p99Ms.toFixed(2).padStart(7)} ms`,
    `${microseconds(cpuUs)} µs CPU${microseconds(loadUs)} µs load${failed > 0 ? `  ${failed} failed` : ""}`,
  ].join(" ");
};

const fill = async (system: System, how: Filling): Promise<void> => {
  const store = await manyKeys(system, how, value);
  stores.push(store);
  if (!json) process.stdout.write(manyKeysText(store));
};

const killAll = async (system: System): Promise<Outages> => {
  const outages = await killLeaders(system, kills);
  afterKills.push(outages);
  if (!json) console.log(outagesText(outages));
  return outages;
};

const bench = async (system: System): Promise<void> => {
  if (filling !== null) return fill(system, filling);
  if (killsOnly) return void (await killAll(system));
  // Of both what they are like after a while: what has just started has not been compiled, or filled its caches.
  await load(64, seconds, (count) => system.put(keyOf(count), value));
  for (const outstanding of [1, 16, 64, 256, 1024])
    await measure(system, "put", outstanding, (count) => system.put(keyOf(count), value));
  await measure(system, "get linearizable", 256, (count) => system.get(keyOf(count)));
  await measure(system, "get serializable", 256, (count) => system.getSerializable(keyOf(count)));
  await measure(system, "90 get, 10 put", 256, (count) =>
    count % 10 === 0 ? system.put(keyOf(count), value) : system.get(keyOf(count)),
  );
  const memoryMb = residentBytes(system.pids()) / 1e6;
  if (!json) console.log(`${system.name.padEnd(8)} memory of the replicas ${Math.round(memoryMb)} MB`);
  const backMs = middleOf(await killAll(system));
  wholes.push({ system: system.name, memoryMb, backMs });
};

const main = async (): Promise<number> => {
  if (spawnSync("etcd", ["--version"]).status !== 0) {
    console.error("The bench of the service needs etcd to compare with: apt-get install etcd-server.");
    return 69;
  }
  const directory = option("directory") ?? mkdtempSync(join(tmpdir(), "quorate-bench-"));
  if (!json)
    console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`);
  const only = filling?.kind === "log" ? "quorate" : option("only");
  for (const [name, startSystem] of Object.entries({ etcd: startEtcd, quorate: startQuorate })) {
    if (only !== undefined && only !== name) continue;
    const system = await startSystem({
      directory: join(directory, name),
      connections: 4,
      watchesLoops: filling !== null,
    });
    try {
      await bench(system);
    } finally {
      await system.stop();
    }
  }
  if (!process.argv.includes("--keep")) rmSync(directory, { recursive: true, force: true });
  const bare = filling !== null || killsOnly || only !== undefined ? null : bareLog(seconds);
  if (json) console.log(JSON.stringify({ node: process.version, rows, wholes, bare, stores, afterKills }, null, 2));
  else if (wholes.length === 2) process.stdout.write(`\n${goalsText(rows, wholes, bare)}`);
  return 0;
};

process.exitCode = await main();
