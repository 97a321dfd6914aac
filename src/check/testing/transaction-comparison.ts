import type { ConsistencyModel } from "../transactions/consistency-models.ts";
import type { ListAppendTransaction, RegisterTransaction } from "../transactions/transaction.ts";
import type { TransactionsVerdict } from "../transactions/transactions-verdict.ts";
import { agree } from "./agree.ts";
import {
  type ComesBefore,
  explainsInOrder,
  explainsSchedule,
  hasSerialOrder,
  hasSnapshotOrder,
  inAnyOrder,
  inRealTimeOrder,
  inSessionOrder,
} from "./brute-force-transactions.ts";

/** The serializable models, each with what must come before what in its orders. */
export const serialModels: readonly (readonly [ConsistencyModel, ComesBefore])[] = [
  ["serializable", inAnyOrder],
  ["strong-session-serializable", inSessionOrder],
  ["strict-serializable", inRealTimeOrder],
];

/** How random histories are made, and how they are checked. */
export interface TransactionComparison<T extends ListAppendTransaction | RegisterTransaction> {
  readonly histories: number;
  readonly historyOf: (seed: number) => T[];
  readonly check: (history: readonly T[], options: { readonly consistency: ConsistencyModel }) => TransactionsVerdict;
  /** Whether nothing may be unknown. */
  readonly decidesAll: boolean;
}

/** How often each verdict was given. */
export interface VerdictsSeen {
  holds: number;
  violated: number;
  unknown: number;
}

/** Whether an order that a verdict shows is one of its model, with all that is known to have taken effect in it. */
const agreeOnOrder = <T extends ListAppendTransaction | RegisterTransaction>(
  history: readonly T[],
  { order }: { readonly order?: readonly number[] },
  before: ComesBefore,
  told: () => string,
): void => {
  agree(order !== undefined && explainsInOrder(order.map((at) => history[at]!) as never, before), true, told);
  const placed = new Set(order);
  for (const [at, { status }] of history.entries()) if (status === "ok") agree(placed.has(at), true, told);
};

/** Holds verdicts to those of a search through all serial orders, and the orders that they show to what they claim. */
export const compareWithSerialOrders = <T extends ListAppendTransaction | RegisterTransaction>({
  histories,
  historyOf,
  check,
  decidesAll,
}: TransactionComparison<T>): VerdictsSeen => {
  const seen: VerdictsSeen = { holds: 0, violated: 0, unknown: 0 };
  for (let seed = 1; seed <= histories; seed++) {
    const history = historyOf(seed);
    for (const [consistency, before] of serialModels) {
      const told = (): string => `${consistency}, seed ${seed}: ${JSON.stringify(history)}`;
      const result = check(history, { consistency });
      seen[result.verdict]++;
      if (result.verdict === "unknown" && !decidesAll) continue;
      agree(result.verdict, hasSerialOrder(history as never, before) ? "holds" : "violated", told);
      if (result.verdict === "holds") agreeOnOrder(history, result, before, told);
    }
  }
  return seen;
};

/** The same for snapshot isolation; `onlySnapshots` counts histories that are shown by a schedule. */
export const compareWithSnapshots = <T extends ListAppendTransaction | RegisterTransaction>({
  histories,
  historyOf,
  check,
}: Omit<TransactionComparison<T>, "decidesAll">): VerdictsSeen & { onlySnapshots: number } => {
  const seen = { holds: 0, violated: 0, unknown: 0, onlySnapshots: 0 };
  for (let seed = 1; seed <= histories; seed++) {
    const history = historyOf(seed);
    const told = (): string => `seed ${seed}: ${JSON.stringify(history)}`;
    const result = check(history, { consistency: "snapshot-isolation" });
    seen[result.verdict]++;
    if (result.verdict === "unknown") continue;
    agree(result.verdict, hasSnapshotOrder(history as never) ? "holds" : "violated", told);
    if (result.verdict !== "holds" || result.order !== undefined) continue;
    agree(explainsSchedule(history as never, result.schedule!), true, told);
    seen.onlySnapshots++;
  }
  return seen;
};
