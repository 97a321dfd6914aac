import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "./load.ts";
import { residentBytes } from "./processes.ts";
import type { LoopHeld, System } from "./system.ts";

const outstanding = 256;
const settleMs = 3_000;
const keyOf = (count: number): string => `key/${String(count).padStart(12, "0")}`;

/** What a store with many keys came to. Sizes in megabytes (10^6), times in milliseconds. */
export interface ManyKeys {
  readonly system: string;
  readonly keys: number;
  readonly putsPerSecond: number;
  readonly memoryMb: readonly number[];
  /** The longest that the event loop of each replica was held, with snapshots under load; etcd has none. */
  readonly loopHeld: readonly LoopHeld[] | null;
  /** Of one follower that was stopped: its log, the time to read that once, and the time from its start to its answer. */
  readonly start: { readonly logMb: number; readonly readMs: number; readonly startMs: number } | null;
}

/** Reads all files of a folder, one behind the other. */
const readAll = (folder: string): { readonly bytes: number; readonly ms: number } => {
  const started = performance.now();
  let bytes = 0;
  for (const name of readdirSync(folder)) bytes += readFileSync(join(folder, name)).length;
  return { bytes, ms: performance.now() - started };
};

/** Fills a store, each key once, and measures what that costs the replicas. */
export const manyKeys = async (system: System, keys: number, value: Uint8Array): Promise<ManyKeys> => {
  const before = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: outstanding }, async () => {
      while (next < keys) await system.put(keyOf(next++), value);
    }),
  );
  const seconds = (performance.now() - before) / 1_000;
  // Snapshots once more, while others write to keys that are there.
  await load(outstanding, 5, (count) => system.put(keyOf((count * 7_919) % keys), value));
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const loopHeld = system.loopHeld?.() ?? null;
  const memoryMb = system.pids().map((pid) => residentBytes([pid]) / 1e6);
  const restarted = await system.restartFollower?.(readAll);
  return {
    system: system.name,
    keys,
    putsPerSecond: keys / seconds,
    memoryMb,
    loopHeld,
    start:
      restarted === undefined
        ? null
        : { logMb: restarted.read.bytes / 1e6, readMs: restarted.read.ms, startMs: restarted.startMs },
  };
};

/** As lines for people. */
export const manyKeysText = ({ system, keys, putsPerSecond, memoryMb, loopHeld, start }: ManyKeys): string => {
  const whole = (numbers: readonly number[]): string => numbers.map((number) => Math.round(number)).join(", ");
  const lines = [
    `${keys} keys, put at ${Math.round(putsPerSecond)}/s, memory of the replicas ${whole(memoryMb)} MB`,
    ...(loopHeld === null
      ? []
      : [
          `event loops held at most ${whole(loopHeld.map(({ heldMsMax }) => heldMsMax))} ms, waiting for a core in it`,
          `processor time of one hold at most ${whole(loopHeld.map(({ ownMsMax }) => ownMsMax))} ms, more than 20 ms ${whole(loopHeld.map(({ over20 }) => over20))} times   goal 20 ms`,
        ]),
    ...(start === null
      ? []
      : [
          `a log of ${Math.round(start.logMb)} MB, read once in ${Math.round(start.readMs)} ms, served from after ${Math.round(start.startMs)} ms: ${(start.startMs / start.readMs).toFixed(1)} ×   goal 2 ×`,
        ]),
  ];
  return lines.map((line) => `${system.padEnd(8)} ${line}\n`).join("");
};
