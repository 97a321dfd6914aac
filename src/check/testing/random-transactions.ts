import type { ListAppendTransaction, RegisterTransaction, TransactionValue } from "../transactions/transaction.ts";

/** A number below a bound. */
export type Draw = (bound: number) => number;

/** What random transactions are like. */
export interface TransactionShape {
  readonly transactions: number;
  readonly operationsMax: number;
  readonly keys: number;
  /** Of 100, how many are aborted, and how many indeterminate. */
  readonly aborted: number;
  readonly indeterminate: number;
}

interface Step {
  readonly transaction: number;
  readonly operation: number;
}

interface Plan {
  readonly key: string;
  readonly isRead: boolean;
  readonly value: number;
  seen?: readonly number[];
}

const plans = (draw: Draw, shape: TransactionShape): Plan[][] => {
  let value = 0;
  return Array.from({ length: shape.transactions }, () =>
    Array.from({ length: 1 + draw(shape.operationsMax) }, () => ({
      key: "xyz"[draw(shape.keys)]!,
      isRead: draw(2) === 0,
      value: ++value,
    })),
  );
};

const shuffled = <T>(draw: Draw, items: readonly T[]): T[] => {
  const left = [...items];
  return items.map(() => left.splice(draw(left.length), 1)[0]!);
};

/** The operations in an order in which a database runs them: one transaction after the other, or mixed. */
const schedule = (draw: Draw, all: readonly Plan[][]): Step[] => {
  const steps = all.map((plan, transaction) => plan.map((_, operation) => ({ transaction, operation })));
  if (draw(3) === 0) return shuffled(draw, steps).flat();
  const order = shuffled(
    draw,
    steps.flatMap((own) => own.map(({ transaction }) => transaction)),
  );
  const done = all.map(() => 0);
  return order.map((transaction) => ({ transaction, operation: done[transaction]!++ }));
};

type Isolation = "none" | "committed" | "snapshot";

/** Runs the operations; what each read sees is a list of the writes to its key so far. */
const run = (draw: Draw, all: readonly Plan[][], order: readonly Step[], aborted: readonly boolean[]): void => {
  const isolation: Isolation = (["none", "committed", "snapshot"] as const)[draw(3)]!;
  const store = new Map<string, number[]>();
  const own = all.map(() => new Map<string, number[]>());
  const snapshots = all.map((): Map<string, readonly number[]> | undefined => undefined);
  const left = all.map((plan) => plan.length);
  for (const { transaction, operation } of order) {
    const plan = all[transaction]![operation]!;
    if (snapshots[transaction] === undefined) snapshots[transaction] = new Map([...store].map(([k, v]) => [k, [...v]]));
    const mine = own[transaction]!.get(plan.key) ?? [];
    const base = isolation === "snapshot" ? snapshots[transaction] : store;
    if (plan.isRead) plan.seen = [...(base.get(plan.key) ?? []), ...(isolation === "none" ? [] : mine)];
    else if (isolation === "none") store.set(plan.key, [...(store.get(plan.key) ?? []), plan.value]);
    else own[transaction]!.set(plan.key, [...mine, plan.value]);
    if (--left[transaction]! > 0 || aborted[transaction]) continue;
    for (const [key, values] of own[transaction]!) store.set(key, [...(store.get(key) ?? []), ...values]);
  }
};

/** One read is made to see less, or more, or something else. */
const disturb = (draw: Draw, all: readonly Plan[][]): void => {
  const reads = all.flat().filter(({ isRead }) => isRead);
  const read = reads[draw(3 * reads.length + 1)];
  if (read === undefined) return;
  const values = all.flat().filter(({ isRead, key }) => !isRead && key === read.key);
  const seen = read.seen ?? [];
  if (draw(2) === 0) read.seen = seen.slice(0, draw(seen.length + 1));
  else if (values.length > 0) read.seen = [...seen, values[draw(values.length)]!.value];
};

interface Timed {
  readonly process: number;
  readonly invokedAt: number;
  readonly returnedAt?: number;
  readonly status: "ok" | "fail" | "info";
}

/** Times around the steps of each transaction; a process that is free takes the next one. */
const timed = (draw: Draw, order: readonly Step[], statuses: readonly Timed["status"][]): Timed[] => {
  const free: number[] = [];
  return statuses
    .map((status, transaction) => {
      const places = order.flatMap((step, at) => (step.transaction === transaction ? [10 * at] : []));
      return {
        status,
        transaction,
        invokedAt: Math.min(...places) - draw(20),
        end: Math.max(...places) + 1 + draw(20),
      };
    })
    .sort((a, b) => a.invokedAt - b.invokedAt)
    .map(({ status, transaction, invokedAt, end }) => {
      const idle = free.findIndex((since) => since <= invokedAt);
      const process = idle < 0 || draw(4) === 0 ? free.length : idle;
      free[process] = status === "info" ? Number.POSITIVE_INFINITY : end;
      const times = status === "info" ? { invokedAt } : { invokedAt, returnedAt: end };
      return { transaction, timed: { process, status, ...times } };
    })
    .sort((a, b) => a.transaction - b.transaction)
    .map((one) => one.timed);
};

const random = (draw: Draw, shape: TransactionShape): { readonly all: Plan[][]; readonly times: Timed[] } => {
  const all = plans(draw, shape);
  const order = schedule(draw, all);
  const statuses = all.map((): Timed["status"] => {
    const kind = draw(100);
    return kind < shape.aborted ? "fail" : kind < shape.aborted + shape.indeterminate ? "info" : "ok";
  });
  run(
    draw,
    all,
    order,
    statuses.map((status) => status === "fail" || (status === "info" && draw(2) === 0)),
  );
  disturb(draw, all);
  return { all, times: timed(draw, order, statuses) };
};

/** Random transactions on lists, as a database of some isolation runs them, and sometimes with one answer changed. */
export const randomListTransactions = (draw: Draw, shape: TransactionShape): ListAppendTransaction[] => {
  const { all, times } = random(draw, shape);
  return times.map((time, at) => ({
    ...time,
    operations: all[at]!.map(({ key, isRead, value, seen }) =>
      isRead ? { kind: "read", key, value: seen ?? [] } : { kind: "append", key, value },
    ),
  }));
};

/** The same on registers. */
export const randomRegisterTransactions = (draw: Draw, shape: TransactionShape): RegisterTransaction[] => {
  const { all, times } = random(draw, shape);
  return times.map((time, at) => ({
    ...time,
    operations: all[at]!.map(({ key, isRead, value, seen }) => {
      const last: TransactionValue | null = seen?.at(-1) ?? null;
      return isRead ? { kind: "read", key, value: last } : { kind: "write", key, value };
    }),
  }));
};
