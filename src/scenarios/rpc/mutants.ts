import type { AtMostOnceServerRules, ExactlyOnceRules, RetryRules } from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

/** Known bugs of remote calls. */
export const rpcMutants: readonly Mutant[] = [
  {
    id: "rpc/F2",
    scenario: "rpc/idempotent-retry",
    change: "a call that is not idempotent is retried automatically",
    rules: { mayRetry: () => true } satisfies Partial<RetryRules>,
    violates: ["RPC2"],
  },
  {
    id: "rpc/volatile-deduplication",
    scenario: "rpc/exactly-once",
    change: "the table of executed requests is volatile: a request is executed twice after a restart",
    rules: { restoresAnswers: () => false } satisfies Partial<ExactlyOnceRules>,
    violates: ["RPC2"],
  },
  {
    id: "rpc/reply-before-fsync",
    scenario: "rpc/exactly-once",
    change: "the reply leaves before the effect is durable: an acknowledged write is lost",
    rules: { reply: (early, send) => early(send) } satisfies Partial<ExactlyOnceRules>,
    violates: ["RPC6"],
  },
  {
    id: "rpc/collection-undoes-deduplication",
    scenario: "rpc/exactly-once",
    change: "answers that the client has are collected, and the server forgets that it collected them",
    rules: { isOver: () => false } satisfies Partial<ExactlyOnceRules>,
    violates: ["RPC2"],
  },
  {
    id: "rpc/restart-unnoticed",
    scenario: "rpc/at-most-once",
    change: "a restarted server takes requests that were meant for its former incarnation",
    rules: { isMeant: () => true } satisfies Partial<AtMostOnceServerRules>,
    violates: ["RPC2"],
  },
];
