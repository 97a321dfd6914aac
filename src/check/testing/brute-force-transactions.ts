import type { Key } from "../specifications/key-value.ts";
import type {
  ListAppendOperation,
  RegisterOperation,
  Transaction,
  TransactionValue,
} from "../transactions/transaction.ts";

/** What a key holds: a list, a value, or nothing yet. */
type Content = readonly TransactionValue[] | TransactionValue | null;
type Store = ReadonlyMap<Key, Content>;
type AnyTransaction = Transaction<ListAppendOperation | RegisterOperation>;

/** Whether one transaction has to come before another. */
export type ComesBefore = (first: AnyTransaction, second: AnyTransaction) => boolean;

/** No order but that of dependencies. */
export const inAnyOrder: ComesBefore = () => false;
/** Of one process, what was called later; after an answer only. */
export const inSessionOrder: ComesBefore = (first, second) =>
  first.status === "ok" && first.process === second.process && first.invokedAt < second.invokedAt;
/** What was called after the answer. A process ends one transaction before it begins the next, also in one moment. */
export const inRealTimeOrder: ComesBefore = (first, second) =>
  inSessionOrder(first, second) || (first.status === "ok" && (first.returnedAt as number) < second.invokedAt);

const isSame = (seen: Content, held: Content): boolean => JSON.stringify(seen ?? []) === JSON.stringify(held ?? []);

/** The store after a transaction that ran alone on it; `undefined` when it would have read something else. */
const ran = (store: Store, { operations, status }: AnyTransaction): Store | undefined => {
  const after = new Map(store);
  for (const { kind, key, value } of operations) {
    const held = after.get(key) ?? null;
    if (kind === "append") after.set(key, [...((held as readonly TransactionValue[] | null) ?? []), value]);
    else if (kind === "write") after.set(key, value);
    else if (status === "ok" && value !== undefined && !isSame(value, held)) return undefined;
  }
  return after;
};

/** Tries every serial order of the committed transactions and any indeterminate ones. */
export const hasSerialOrder = (history: readonly AnyTransaction[], before: ComesBefore): boolean => {
  const go = (store: Store, left: readonly AnyTransaction[]): boolean =>
    left.every(({ status }) => status === "info") ||
    left.some((next) => {
      const rest = left.filter((other) => other !== next);
      if (rest.some((other) => before(other, next))) return false;
      const after = ran(store, next);
      return after !== undefined && go(after, rest);
    });
  return go(
    new Map(),
    history.filter(({ status }) => status !== "fail"),
  );
};

/** Whether transactions run one after the other in this order read what they did. */
export const explainsInOrder = (order: readonly AnyTransaction[], before: ComesBefore): boolean => {
  let store: Store | undefined = new Map();
  for (const [at, transaction] of order.entries()) {
    if (order.slice(at + 1).some((later) => before(later, transaction))) return false;
    store = store && ran(store, transaction);
  }
  return store !== undefined;
};

interface Running {
  readonly transaction: AnyTransaction;
  readonly after: Store;
  readonly startedAt: number;
}

const keysWrittenBy = ({ operations }: AnyTransaction): readonly Key[] =>
  operations.filter(({ kind }) => kind !== "read").map(({ key }) => key);

/**
 * Tries every order of starts and commits under snapshot isolation (Berenson et al. 1995): reads are of the snapshot at
 * the start and of what the transaction itself wrote, and of two that overlap and write one key only one commits.
 */
export const hasSnapshotOrder = (history: readonly AnyTransaction[]): boolean => {
  const go = (
    store: Store,
    changedAt: ReadonlyMap<Key, number>,
    left: readonly AnyTransaction[],
    running: readonly Running[],
    now: number,
  ): boolean => {
    if (running.length === 0 && left.every(({ status }) => status === "info")) return true;
    const starts = left.some((transaction) => {
      const after = ran(store, transaction);
      const rest = left.filter((other) => other !== transaction);
      return (
        after !== undefined && go(store, changedAt, rest, [...running, { transaction, after, startedAt: now }], now + 1)
      );
    });
    return (
      starts ||
      running.some((one) => {
        const keys = keysWrittenBy(one.transaction);
        if (keys.some((key) => (changedAt.get(key) ?? -1) > one.startedAt)) return false;
        const [committed, changes] = [new Map(store), new Map(changedAt)];
        for (const key of keys) {
          committed.set(key, one.after.get(key) ?? null);
          changes.set(key, now);
        }
        return go(
          committed,
          changes,
          left,
          running.filter((other) => other !== one),
          now + 1,
        );
      })
    );
  };
  const alive = history.filter(({ status }) => status !== "fail");
  return go(new Map(), new Map(), alive, [], 0);
};

/** Whether transactions that take their snapshots and commit in this order read what they did, under snapshot isolation. */
export const explainsSchedule = (
  history: readonly AnyTransaction[],
  schedule: readonly { readonly transaction: number; readonly moment: "snapshot" | "commit" }[],
): boolean => {
  const running = new Map<number, { readonly after: Store; readonly startedAt: number }>();
  const changedAt = new Map<Key, number>();
  let store: Store = new Map();
  for (const [now, { transaction, moment }] of schedule.entries()) {
    if (moment === "snapshot") {
      const after = ran(store, history[transaction]!);
      if (after === undefined) return false;
      running.set(transaction, { after, startedAt: now });
      continue;
    }
    const one = running.get(transaction);
    if (one === undefined) return false;
    for (const key of keysWrittenBy(history[transaction]!)) {
      if ((changedAt.get(key) ?? -1) > one.startedAt) return false;
      store = new Map(store).set(key, one.after.get(key) ?? null);
    }
    for (const key of keysWrittenBy(history[transaction]!)) changedAt.set(key, now);
  }
  return running.size >= history.filter(({ status }) => status === "ok").length;
};
