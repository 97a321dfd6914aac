import { UsageError } from "../../simulate/index.ts";
import type { PackedSystem } from "../packed-search.ts";

// Managers of resources: two bits each in the low word.
const working = 0;
const prepared = 1;
const committed = 2;
const aborted = 3;

/** As many resource managers as fit: two bits each and the coordinator in one word, two sets of them in the other. */
export const managersMax = 14;

/** One manager's part of a state: what it is, whether its vote was sent, whether the coordinator has it. */
const partOf = (low: number, high: number, managers: number, at: number): number =>
  ((low >>> (2 * at)) & 3) | (((high >>> at) & 1) << 2) | (((high >>> (managers + at)) & 1) << 3);

/**
 * Two-phase commit as a set of actions: messages are sent once and stay. TLC and Stateright count 288 distinct and 1,146
 * generated states with 3 managers, 8,832 and 58,146 with 5; one state an orbit of the managers there are 80 and 314.
 * (Stateright prints 665 for the latter: its representatives sort the managers by their own state alone, so that one
 * orbit has several.)
 *
 * Source: Gray, Lamport 2006, Consensus on Transaction Commit, 3; TwoPhase.tla.
 * @throws UsageError for more managers than `managersMax`.
 */
export const twoPhaseCommit = (managers: number): PackedSystem => {
  if (!(Number.isSafeInteger(managers) && managers >= 1 && managers <= managersMax))
    throw new UsageError(`managers is a whole number from 1 to ${managersMax}, not ${managers}`);
  const all = (1 << managers) - 1;
  // Low word: the managers, then the coordinator. High word: who voted, whose vote arrived, then the outcome that was sent.
  const decided = 2 * managers;
  const sent = 2 * managers;
  const committing = (1 << sent) | 0;
  const aborting = (2 << sent) | 0;
  return {
    name: "two-phase commit",
    initial: [0, 0],
    stepsMax: 4 * managers + 2,
    successors: (low, high, out) => {
      let count = 0;
      const hasDecided = ((low >>> decided) & 3) !== 0;
      if (!hasDecided) {
        if (((high >>> managers) & all) === all) {
          out[count++] = low | (1 << decided);
          out[count++] = high | committing;
        }
        out[count++] = low | (2 << decided);
        out[count++] = high | aborting;
      }
      const commits = (high & committing) !== 0;
      const aborts = (high & aborting) !== 0;
      for (let at = 0; at < managers; at++) {
        const place = 2 * at;
        const mask = 3 << place;
        if (!hasDecided && ((high >>> at) & 1) !== 0) {
          out[count++] = low;
          out[count++] = high | (1 << (managers + at));
        }
        if (((low >>> place) & 3) === working) {
          out[count++] = low | (prepared << place);
          out[count++] = high | (1 << at);
          out[count++] = low | (aborted << place);
          out[count++] = high;
        }
        if (commits) {
          out[count++] = (low & ~mask) | (committed << place);
          out[count++] = high;
        }
        if (aborts) {
          out[count++] = low | (aborted << place);
          out[count++] = high;
        }
      }
      return count >> 1;
    },
    invariants: [
      {
        id: "AC1",
        text: "No manager commits where another one aborts.",
        holds: (low) => {
          let [commits, aborts] = [false, false];
          for (let at = 0; at < managers; at++) {
            const state = (low >>> (2 * at)) & 3;
            commits ||= state === committed;
            aborts ||= state === aborted;
          }
          return !(commits && aborts);
        },
      },
    ],
    orbitOf: (low, high) => {
      const like = new Map<number, number>();
      let orbit = 1;
      // The managers one after the other: n! by the factorials of those that are alike.
      for (let at = 0; at < managers; at++) {
        const part = partOf(low, high, managers, at);
        const alike = (like.get(part) ?? 0) + 1;
        like.set(part, alike);
        orbit = (orbit * (at + 1)) / alike;
      }
      return orbit;
    },
    representatives: (states, count) => {
      for (let index = 0; index < count * 2; index += 2) {
        const [low, high] = [states[index]!, states[index + 1]!];
        const parts = Array.from({ length: managers }, (_, at) => partOf(low, high, managers, at)).sort(
          (a, b) => a - b,
        );
        let [newLow, newHigh] = [low & ~((1 << decided) - 1), high & ~((1 << sent) - 1)];
        for (const [at, part] of parts.entries()) {
          newLow |= (part & 3) << (2 * at);
          newHigh |= ((part >> 2) & 1) << at;
          newHigh |= (part >> 3) << (managers + at);
        }
        states[index] = newLow;
        states[index + 1] = newHigh;
      }
    },
  };
};
