import { setTimeout as sleep } from "node:timers/promises";
import type { System } from "./system.ts";

const settleMs = 2_000;

/** How long no write got through each time that the leader was killed, ascending. Milliseconds. */
export interface Outages {
  readonly system: string;
  readonly tookMs: readonly number[];
}

/** Kills the leader, again and again; what was killed comes back each time. */
export const killLeaders = async (system: System, kills: number): Promise<Outages> => {
  const tookMs: number[] = [];
  for (let count = 0; count < kills; count++) {
    // The replica that was killed before has caught up by now.
    await sleep(settleMs);
    tookMs.push(await system.killLeader());
  }
  return { system: system.name, tookMs: tookMs.sort((one, other) => one - other) };
};

/** The one in the middle. */
export const middleOf = ({ tookMs }: Outages): number => tookMs[tookMs.length >>> 1] ?? Number.NaN;

/** As a line for people. */
export const outagesText = (outages: Outages): string => {
  const { system, tookMs } = outages;
  const all = tookMs.map((ms) => Math.round(ms)).join(", ");
  return `${system.padEnd(8)} writes again ${Math.round(middleOf(outages))} ms after SIGKILL of the leader, in the middle of ${all}`;
};
