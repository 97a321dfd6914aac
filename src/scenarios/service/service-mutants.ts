import type { Mutant } from "../../simulate/index.ts";
import type { ReplicationRules } from "./replicate.ts";

const mutant = (
  id: string,
  scenario: string,
  change: string,
  rules: Partial<ReplicationRules>,
  ...violates: readonly string[]
): Mutant => ({ id, scenario, change, rules, violates });

/** Known bugs of services: of sessions, of the memory of what was applied, of reads. */
export const serviceMutants: readonly Mutant[] = [
  mutant(
    "snapshot/S7",
    "service/key-value",
    "Sessions are not in the snapshot (as in atomix#417).",
    { kept: () => new Map() },
    "SMR2",
    "SMR3",
    "LIN",
  ),
  mutant(
    "snapshot/S3",
    "service/key-value",
    "A snapshot is restored into the state that is there (as RaftKeeper#100 did).",
    { restoredInto: (_empty, present) => present },
    "SMR2",
    "SMR3",
  ),
  mutant(
    "snapshot/S7-local-clock",
    "service/key-value",
    "Each replica lets sessions expire by its own clock.",
    { sessionTime: (_ofLogMs, ofReplicaMs) => ofReplicaMs() },
    "SMR2",
    "SMR3",
  ),
  mutant(
    "snapshot/S8",
    "service/counter",
    "A client sends a command again under a new number (as jetcd#1444 and etcd#18424 did).",
    { sequenceAgain: (_sequence, next) => next() },
    "AMO1",
  ),
  mutant(
    "snapshot/S9",
    "service/counter",
    "What a command does depends on the replica's own clock (as etcd#14571 depended on local state): the alarm rings.",
    {
      resolve: (command, clockMs) => (Math.floor(clockMs()) % 2 === 0 ? command : { ...command, by: 0 }),
    },
    "SMR3",
  ),
  mutant(
    "reads/from-own-state",
    "service/counter",
    "A replica answers linearizable queries from its own state, without asking the log.",
    { waitsForLog: () => false },
    "LIN",
  ),
  mutant(
    "service/forgets-answers",
    "service/counter",
    "Replicas do not remember which commands they applied.",
    { remembers: () => false },
    "AMO1",
  ),
  mutant(
    "service/applies-expired",
    "service/key-value",
    "A command of an expired session is applied.",
    { appliesUnknown: () => true },
    "AMO1",
    "OUT1",
  ),
  mutant(
    "service/moves-uncertain",
    "service/key-value",
    "A client sends a command in a new session though a copy in the old one may have been applied.",
    { mayMove: () => true },
    "AMO1",
  ),
  mutant(
    "service/claims-certainty",
    "service/key-value",
    "A client that heard nothing says that the command was not applied.",
    { isCertain: () => true },
    "OUT1",
  ),
];
