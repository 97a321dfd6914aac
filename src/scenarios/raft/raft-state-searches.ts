import type { StateSearch } from "../../simulate/index.ts";
import { raftExploredScenario } from "./raft-explored-scenario.ts";

const atFirst = { within: raftExploredScenario, crashes: 0 } as const;
const withOneCrash = { within: raftExploredScenario, crashes: 1, sync: "later" } as const;

/** How known bugs of Raft are looked for state by state: cheapest first. */
export const raftStateSearches: readonly StateSearch[] = [
  {
    ...withOneCrash,
    parameters: { terms: 1, entries: 1, commands: 0, replicates: false },
    symmetry: true,
    statesMax: 50_000,
  },
  {
    ...withOneCrash,
    parameters: { terms: 2, entries: 1, commands: 0 },
    stages: ["committed-by-two"],
    arrivals: 8,
    statesMax: 150_000,
  },
  {
    ...atFirst,
    parameters: { terms: 2, entries: 2, commands: 1, reads: 1 },
    symmetry: true,
    statesMax: 100_000,
  },
  {
    ...withOneCrash,
    parameters: { terms: 2, entries: 1, commands: 0 },
    timeouts: 2,
    symmetry: true,
    statesMax: 250_000,
  },
  {
    ...atFirst,
    parameters: { terms: 4, entries: 2, commands: 0, entriesPerMessage: 1 },
    stages: ["figure-8-a", "figure-8-b", "figure-8-c"],
    arrivals: 40,
    statesMax: 500_000,
  },
  { ...atFirst, parameters: { terms: 2, entries: 2, commands: 1 }, symmetry: true, statesMax: 500_000 },
  {
    ...atFirst,
    parameters: { terms: 2, entries: 3, commands: 1, commandBytes: 3, bytesPerMessage: 2 },
    symmetry: true,
    statesMax: 2_000_000,
  },
];

/** How known bugs of joint consensus are looked for: the first leader removes both others, and there is a second one. */
export const jointStateSearches: readonly StateSearch[] = [
  {
    ...atFirst,
    parameters: { terms: 2, entries: 3, commands: 0, changes: 1, removedAtOnce: 2 },
    statesMax: 500_000,
  },
];

/** The same for changes of one server at a time: two by one leader, and, from their pictures, one each by two leaders. */
export const oneAtATimeStateSearches: readonly StateSearch[] = [
  {
    ...atFirst,
    parameters: { terms: 2, entries: 4, commands: 0, changes: 2, joint: false },
    statesMax: 500_000,
  },
  {
    ...atFirst,
    parameters: { n: 4, terms: 3, entries: 3, commands: 0, changes: 1, joint: false },
    stages: ["change-of-s1", "change-of-s2"],
    arrivals: 40,
    statesMax: 500_000,
  },
];
