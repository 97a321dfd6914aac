import { load } from "./load.ts";
import { residentBytes } from "./processes.ts";
import type { LogFrom, LoopHeld, Restart, System } from "./system.ts";

const outstanding = 256;
const settleMs = 3_000;
const restarts = 5;
/** Keys between two looks at the length of the log. */
const keysPerLook = 1_024;
const keyOf = (count: number): string => `key/${String(count).padStart(12, "0")}`;

/** Starts of one replica, with its log in one place. */
interface Starts {
  readonly from: LogFrom;
  readonly restarted: readonly Restart[];
}

/** What a store with many keys came to. Sizes in megabytes (10^6), times in milliseconds. */
export interface ManyKeys {
  readonly system: string;
  readonly keys: number;
  readonly putsPerSecond: number;
  readonly memoryMb: readonly number[];
  /** The longest that the event loop of each replica was held, with snapshots under load; etcd has none. */
  readonly loopHeld: readonly LoopHeld[] | null;
  /** Of one follower that was stopped. */
  readonly starts: readonly Starts[];
}

/** How much is put: so many keys, or as many as it takes until the log of a replica has so many megabytes (10^6). */
export type Filling = { readonly kind: "keys"; readonly count: number } | { readonly kind: "log"; readonly mb: number };

/** Fills a store, each key once, and measures what that costs the replicas. */
export const manyKeys = async (system: System, filling: Filling, value: Uint8Array): Promise<ManyKeys> => {
  const before = performance.now();
  let next = 0;
  const wantsMore = (): boolean =>
    filling.kind === "keys"
      ? next < filling.count
      : next % keysPerLook !== 0 || (system.logBytes?.() ?? Number.POSITIVE_INFINITY) < filling.mb * 1e6;
  let isFull = false;
  await Promise.all(
    Array.from({ length: outstanding }, async () => {
      while (!isFull) {
        if (wantsMore()) await system.put(keyOf(next++), value);
        else isFull = true;
      }
    }),
  );
  const keys = next;
  const seconds = (performance.now() - before) / 1_000;
  // Snapshots once more, while others write to keys that are there. A log of a certain length stays as it is.
  if (filling.kind === "keys") await load(outstanding, 5, (count) => system.put(keyOf((count * 7_919) % keys), value));
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const loopHeld = system.loopHeld?.() ?? null;
  const memoryMb = system.pids().map((pid) => residentBytes([pid]) / 1e6);
  const starts = new Map<LogFrom, readonly Restart[]>();
  if (system.restartFollower !== undefined)
    for (const from of ["memory", "disk"] as const) starts.set(from, await system.restartFollower(from, restarts));
  return {
    system: system.name,
    keys,
    putsPerSecond: keys / seconds,
    memoryMb,
    loopHeld,
    starts: [...starts].map(([from, restarted]) => ({ from, restarted })),
  };
};

/** The start in the middle of some, by how long it took beside the reading. */
const startText = ({ from, restarted }: Starts): string => {
  const sorted = restarted.toSorted((one, other) => one.startMs / one.readMs - other.startMs / other.readMs);
  const { logBytes, readMs, aliveMs, startMs, startCpuSeconds } = sorted[Math.floor(sorted.length / 2)]!;
  const ratios = sorted.map((one) => (one.startMs / one.readMs).toFixed(1)).join(", ");
  const where = from === "memory" ? "in the kernel's memory" : "on the disk alone";
  return (
    `a log of ${Math.round(logBytes / 1e6)} MB ${where}, read once in ${Math.round(readMs)} ms, alive after ` +
    `${Math.round(aliveMs)} ms, all there after ${Math.round(startMs)} ms, ${startCpuSeconds.toFixed(2)} s of processor: ${(startMs / readMs).toFixed(1)} × in the middle of ${ratios}   goal 2 ×`
  );
};

/** As lines for people. */
export const manyKeysText = ({ system, keys, putsPerSecond, memoryMb, loopHeld, starts }: ManyKeys): string => {
  const whole = (numbers: readonly number[]): string => numbers.map((number) => Math.round(number)).join(", ");
  const lines = [
    `${keys} keys, put at ${Math.round(putsPerSecond)}/s, memory of the replicas ${whole(memoryMb)} MB`,
    ...(loopHeld === null
      ? []
      : [
          `event loops held at most ${whole(loopHeld.map(({ heldMsMax }) => heldMsMax))} ms, waiting for a core in it`,
          `processor time of one hold at most ${whole(loopHeld.map(({ ownMsMax }) => ownMsMax))} ms, more than 20 ms ${whole(loopHeld.map(({ over20 }) => over20))} times   goal 20 ms`,
          `of these the collector took ${whole(loopHeld.map(({ ownCollectingMs }) => ownCollectingMs))} ms, and more than half of ${whole(loopHeld.map(({ over20Collecting }) => over20Collecting))}`,
        ]),
    ...starts.map(startText),
  ];
  return lines.map((line) => `${system.padEnd(8)} ${line}\n`).join("");
};
