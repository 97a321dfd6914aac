import {
  type AnyProperty,
  linearizableRegister,
  oneVote,
  operationTermination,
  raftInvariants,
  raftProperties,
} from "../../check/index.ts";
import { type Bound, erase, network, stack, typed } from "../../model/index.ts";
import { type Raft, type RaftOptions, raft, type SessionLinkOptions, sessionLink } from "../../protocols/index.ts";
import type { Draw, Script } from "../../simulate/index.ts";
import { readCall, writeCall } from "../registers/register-workload.ts";
import { bareSessions } from "./bare-sessions.ts";
import type { RaftChanges } from "./raft-mutants.ts";
import { type RegisterOnLogOptions, type ReplicatedRegister, registerOnLog } from "./register-on-log.ts";

/** What a scenario changes of Raft. */
export const changedRaft = <Command, Chunk>(
  options: RaftOptions<Command>,
  { memory, ...rules }: Partial<RaftChanges>,
): Raft<Command, Chunk> => {
  const server = raft<Command, Chunk>({ ...options, rules });
  return memory === undefined ? server : (typed(memory(erase(server))) as Raft<Command, Chunk>);
};

/** A server: a register on Raft, on session links over the network. */
export const raftServer = (
  options: RaftOptions<string>,
  changes: Partial<RaftChanges>,
  register: RegisterOnLogOptions = {},
  below: SessionLinkOptions | "bare" = { resendMs: 40, attemptsMax: 3 },
): Bound<ReplicatedRegister> =>
  stack(registerOnLog(register), {
    log: stack(changedRaft<string, readonly string[]>(options, changes), {
      sessions:
        below === "bare"
          ? stack(bareSessions(), { links: network("raft") })
          : stack(sessionLink(below), { fairLoss: network("raft") }),
    }),
    peers: network("register"),
  });

/** So many equal processes. */
export const processesOf = (n: number, one: Bound<ReplicatedRegister>): { name: string; stack: typeof one }[] =>
  Array.from({ length: n }, (_, node) => ({ name: `s${node + 1}`, stack: one }));

/** What holds however late messages are. */
export const raftSafety = (): readonly AnyProperty[] => [
  ...raftProperties("log"),
  ...raftInvariants("log"),
  oneVote("log"),
  linearizableRegister("LIN"),
];

/** With liveness: every operation of a process that stays up has an answer. */
export const raftGuarantees = (): readonly AnyProperty[] => [operationTermination("NNAR1"), ...raftSafety()];

/** Everybody writes and reads; where entries matter writes more than not, where reads do the other way round. */
export const clients =
  (n: number, operations: number, pauseMsMax = 150, writes = 0.6) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: operations }, (_, at) => {
        const afterMs = draw.below("pause", pauseMsMax + 1);
        return draw.chance("writes", writes) ? writeCall(`v${node + 1}.${at + 1}`, afterMs) : readCall(afterMs);
      }),
      resumes: true,
    }));

/** Short timeouts and long syncs: in a short run there are many elections, and much is not yet durable. */
export const hurried = { electionTimeoutMs: 60, heartbeatMs: 45, diskPatienceMs: 120 } as const;
