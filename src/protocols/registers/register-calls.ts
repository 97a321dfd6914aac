import { type Bound, network, stack } from "../../model/index.ts";
import { bestEffortBroadcast } from "../broadcast/best-effort-broadcast.ts";
import { type Answered, type Asked, type QuorumCall, quorumCall } from "./quorum-call.ts";
import { majorityQuorums, type Quorums } from "./quorums.ts";
import type { Versioned } from "./timestamp.ts";

/** The two phases of a register on quorums: ask for the latest value, and have one stored. */
export type RegisterCalls<V> = {
  consult: QuorumCall<"consult", Versioned<V>>;
  impose: QuorumCall<Versioned<V>, "ack">;
};

/** On what the calls of a register stand. */
export interface RegisterCallsOptions {
  readonly quorums?: Quorums;
  /** Milliseconds after which a call is repeated; see `quorumCall`. */
  readonly repeatMs?: number;
}

const everybody = <Question, Answer>(
  isQuorum: Quorums["isRead"],
  repeatMs: number | undefined,
): Bound<QuorumCall<Question, Answer>> =>
  stack(quorumCall<Question, Answer>({ isQuorum, repeatMs }), {
    broadcast: stack(bestEffortBroadcast<Asked<Question>>(), { links: network() }),
    links: network<Answered<Answer>>(),
  });

/** Both calls on the network itself: a read quorum is consulted, on a write quorum is imposed. */
export const registerCalls = <V>({
  quorums = majorityQuorums,
  repeatMs,
}: RegisterCallsOptions = {}): {
  readonly [K in keyof RegisterCalls<V>]: Bound<RegisterCalls<V>[K]>;
} => ({ consult: everybody(quorums.isRead, repeatMs), impose: everybody(quorums.isWrite, repeatMs) });
