import { type AnyProperty, linearizableRegister, operationTermination, raftProperties } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import { type RaftOptions, raft, sessionLink } from "../../protocols/index.ts";
import type { Draw, Script } from "../../simulate/index.ts";
import { manyWriters } from "../registers/register-workload.ts";
import { type RegisterOnLogOptions, type ReplicatedRegister, registerOnLog } from "./register-on-log.ts";

/** A server: a register on Raft, on session links over the network. */
export const raftServer = (
  options: RaftOptions<string>,
  register: RegisterOnLogOptions = {},
): Bound<ReplicatedRegister> =>
  stack(registerOnLog(register), {
    log: stack(raft<string, readonly string[]>(options), {
      sessions: stack(sessionLink({ resendMs: 40 }), { fairLoss: network("raft") }),
    }),
    peers: network("register"),
  });

/** So many equal processes. */
export const processesOf = (n: number, one: Bound<ReplicatedRegister>): { name: string; stack: typeof one }[] =>
  Array.from({ length: n }, (_, node) => ({ name: `s${node + 1}`, stack: one }));

/** What holds however late messages are. */
export const raftSafety = (): readonly AnyProperty[] => [...raftProperties("log"), linearizableRegister("LIN")];

/** With liveness: every operation of a process that stays up has an answer. */
export const raftGuarantees = (): readonly AnyProperty[] => [operationTermination("NNAR1"), ...raftSafety()];

/** Everybody writes and reads. */
export const clients = (n: number, operations: number): ((draw: Draw) => readonly Script[]) =>
  manyWriters(n, operations, 60);
