import { type Inspection, raftViews } from "../../check/index.ts";
import { type NodeId, network, stack } from "../../model/index.ts";
import { figure2Rules, type RaftMessage, type RaftState } from "../../protocols/index.ts";
import {
  type AnyScenario,
  type Goal,
  integer,
  type Limit,
  type StateSearch,
  scenario,
  toggle,
} from "../../simulate/index.ts";
import { bareSessions } from "./bare-sessions.ts";
import { changedRaft } from "./raft-cluster.ts";
import { proposer } from "./raft-explored-proposer.ts";
import type { RaftChanges } from "./raft-mutants.ts";

type Message = RaftMessage<string, never>;

const serverAt = (look: Inspection, node: NodeId): RaftState | undefined =>
  look.state(node, "log") as RaftState | undefined;

const termsAt = (look: Inspection, node: NodeId): readonly number[] =>
  (look.log(node, "log", "entries")?.entries ?? []).map((entry) => (entry as { readonly term: number }).term);

/** As TLC's constraints on the specification of Raft: terms, and the length of logs. */
const limitsOf = (terms: number, entries: number): readonly Limit[] => [
  { text: `terms up to ${terms}`, within: (look, node) => (serverAt(look, node)?.currentTerm ?? 0) <= terms },
  { text: `logs of at most ${entries} entries`, within: (look, node) => termsAt(look, node).length <= entries },
];

/** Who leads in which term, and what the logs are. */
interface Picture {
  readonly leader: NodeId;
  readonly term: number;
  readonly logs: readonly (readonly number[])[];
}

const shows = ({ leader, term, logs }: Picture, look: Inspection): boolean => {
  const server = serverAt(look, leader);
  if (server?.role !== "leader" || server.currentTerm !== term) return false;
  return logs.every((log, node) => log.join() === termsAt(look, node).join());
};

const nameOf = (node: NodeId): string => `s${node + 1}`;

const textOf = ({ leader, term, logs }: Picture): string =>
  `${nameOf(leader)} leads in term ${term}: ${logs.map((log, node) => `${nameOf(node)}: ${log.join(" ") || "empty"}`).join(", ")}`;

/** Figure 8 with three servers, where the first entry of each leader is its own: what it looks like half-way. */
const figure8: readonly Goal[] = [
  { leader: 0, term: 1, logs: [[1], [], []] },
  { leader: 2, term: 2, logs: [[1], [], [2]] },
  { leader: 0, term: 3, logs: [[1, 3], [], [2]] },
].map((picture, at) => ({
  id: `figure-8-${"abc"[at]}`,
  text: textOf(picture),
  reached: (look) => shows(picture, look),
  avoids: {
    text: `somebody is in a term after ${picture.term}, or a log has what the picture has not`,
    states: (look) =>
      picture.logs.some((log, node) => {
        const own = termsAt(look, node);
        const isAway = own.length > log.length || own.some((term, place) => term !== log[place]);
        return isAway || (serverAt(look, node)?.currentTerm ?? 0) > picture.term;
      }),
  },
}));

/** Somebody takes an entry for committed that one of three servers has not heard of: what comes of it when one crashes? */
const committedByTwo: Goal = {
  id: "committed-by-two",
  text: "s1 leads in term 1 and takes its first entry for committed, and s3 has heard nothing",
  reached: (look) => (serverAt(look, 0)?.commitIndex ?? 0) > 0,
  avoids: {
    text: "somebody else stands, s3 has heard something, or a server is down",
    states: (look) =>
      [0, 1, 2].some((node) => {
        const { currentTerm, role } = serverAt(look, node) ?? { currentTerm: 9, role: "follower" };
        return currentTerm > (node === 2 ? 0 : 1) || (node === 1 && role !== "follower");
      }),
  },
};

/** Rows 63 and 64, every order within small bounds. */
export const raftExploredScenario: AnyScenario = scenario({
  id: "consensus/raft-explored",
  rows: [63, 64],
  title: "Raft in every order, within small bounds",
  about:
    "The rules of figure 2 on links that lose, repeat and reorder, for `quorate explore`: terms and the length of logs have an end, whoever leads proposes, and leaders change as long as there are terms. Heartbeats are off unless asked for: on links that may bring anything at any time again nothing has to be sent twice.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("servers", 3, 1, 5),
    terms: integer("terms", 2, 1, 9),
    entries: integer("entries of a log", 2, 1, 20),
    commands: integer("commands of each leader", 1, 0, 9),
    entriesPerMessage: integer("the most entries in one message", 2, 1, 100),
    replicates: toggle("leaders send their log; without it this is about elections alone", true),
    heartbeats: toggle("leaders send heartbeats at any time", false),
  },
  setup: (values, _model, rules: Partial<RaftChanges>) => {
    const { n, terms, entries, commands, entriesPerMessage, replicates, heartbeats } = values;
    const carries = ({ kind }: Message): boolean => replicates || kind !== "AppendEntries";
    const options = {
      electionTimeoutMs: 12,
      heartbeatMs: 100,
      inflightMessagesMax: 1,
      entriesPerMessageMax: entriesPerMessage,
    };
    const one = stack(proposer(commands), {
      log: stack(changedRaft<string, never>(options, { ...figure2Rules, ...rules }), {
        sessions: stack(bareSessions<Message>(carries), { links: network("raft") }),
      }),
    });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: nameOf(node), stack: one })),
      workload: () => [],
      properties: raftViews("log"),
      goals: n === 3 ? [...figure8, committedByTwo] : [],
      f: 0,
      faults: { crashes: 0 },
      bounds: {
        limits: limitsOf(terms, entries),
        settles: "at once",
        dormant: ["log.quorum", "log.disk", ...(heartbeats ? [] : ["log.heartbeat"])],
        foreseenMax: 400_000,
      },
      windowMs: 300,
      patienceMs: 1,
      dials: { delayMsMin: 0.5, delayMsMax: 2, syncMsMax: 5 },
    };
  },
});

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
    parameters: { terms: 4, entries: 2, commands: 0, entriesPerMessage: 1 },
    stages: ["figure-8-a", "figure-8-b", "figure-8-c"],
    arrivals: 40,
    statesMax: 500_000,
  },
  { ...atFirst, parameters: { terms: 2, entries: 2, commands: 1 }, symmetry: true, statesMax: 500_000 },
];
