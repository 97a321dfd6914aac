import { raftViews } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { figure2Rules, type RaftMessage } from "../../protocols/index.ts";
import { type AnyScenario, integer, type Limit, scenario, toggle } from "../../simulate/index.ts";
import { bareSessions } from "./bare-sessions.ts";
import { changedRaft } from "./raft-cluster.ts";
import { committedByTwo, figure8, nameOf, serverAt, termsAt, twoChanges } from "./raft-explored-goals.ts";
import { proposer } from "./raft-explored-proposer.ts";
import type { RaftChanges } from "./raft-mutants.ts";
import { oneAtATime } from "./situations/single-server.ts";

type Message = RaftMessage<string, never>;

/** As TLC's constraints on the specification of Raft: terms, and the length of logs. */
const limitsOf = (terms: number, entries: number): readonly Limit[] => [
  { text: `terms up to ${terms}`, within: (look, node) => (serverAt(look, node)?.currentTerm ?? 0) <= terms },
  { text: `logs of at most ${entries} entries`, within: (look, node) => termsAt(look, node).length <= entries },
];

/** Rows 63 and 64, every order within small bounds. */
export const raftExploredScenario: AnyScenario = scenario({
  id: "consensus/raft-explored",
  rows: [63, 64, 65],
  title: "Raft in every order, within small bounds",
  about:
    "The rules of figure 2 on links that lose, repeat and reorder, for `quorate explore`: terms and the length of logs have an end, whoever leads proposes, and leaders change as long as there are terms. Heartbeats are off unless asked for: on links that may bring anything at any time again nothing has to be sent twice.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("servers", 3, 1, 5),
    terms: integer("terms", 2, 1, 9),
    entries: integer("entries of a log", 2, 1, 20),
    commands: integer("commands of each leader", 1, 0, 9),
    reads: integer("reads of each leader", 0, 0, 9),
    changes: integer("changes of members of each leader", 0, 0, 9),
    removedAtOnce: integer("how many each of them removes", 1, 1, 4),
    joint: toggle("changes go through a joint configuration", true),
    entriesPerMessage: integer("the most entries in one message", 2, 1, 100),
    commandBytes: integer("bytes of a command, where all other entries count 1", 1, 1, 100),
    bytesPerMessage: integer("the most bytes of entries in one message", 100, 1, 100),
    replicates: toggle("leaders send their log; without it this is about elections alone", true),
    heartbeats: toggle("leaders send heartbeats at any time", false),
  },
  setup: (values, _model, rules: Partial<RaftChanges>) => {
    const { n, terms, entries, commandBytes, replicates, heartbeats, joint } = values;
    const carries = ({ kind }: Message): boolean => replicates || kind !== "AppendEntries";
    const options = {
      electionTimeoutMs: 12,
      heartbeatMs: 100,
      inflightMessagesMax: 1,
      entriesPerMessageMax: values.entriesPerMessage,
      bytesPerMessageMax: values.bytesPerMessage,
      bytesOf: () => commandBytes,
    };
    const one = stack(proposer(values), {
      log: stack(changedRaft<string, never>(options, { ...(joint ? figure2Rules : oneAtATime), ...rules }), {
        sessions: stack(bareSessions<Message>(carries), { links: network("raft") }),
      }),
    });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: nameOf(node), stack: one })),
      workload: () => [],
      properties: raftViews("log"),
      goals: [...(n === 3 ? [...figure8, committedByTwo] : []), ...twoChanges(n)],
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
