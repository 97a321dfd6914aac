import type { ListAppendOperation, ListAppendTransaction, RegisterTransaction } from "quorate/check";

/** A history as a strictly serializable store gives it, and how it is made. */
export interface ListAppendLoad {
  readonly transactions: number;
  /** Clients that are busy at the same time. */
  readonly clients: number;
  /** Keys in use at a time. A key that is full is replaced by a new one. */
  readonly keys: number;
  readonly appendsPerKeyMax: number;
  readonly operationsMax: number;
  /** Of 100,000 reads, how many miss the last append; none by default. */
  readonly stale?: number;
}

const drawing = (seed: number): ((bound: number) => number) => {
  let state = seed;
  return (bound) => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) % bound;
  };
};

/** Transactions of one to some reads and appends, in the order of their calls; each takes effect between call and answer. */
export const listAppendHistory = (load: ListAppendLoad): readonly ListAppendTransaction[] => {
  const draw = drawing(1);
  let named = load.keys;
  const current = Array.from({ length: load.keys }, (_, key) => key);
  const lists = current.map((): number[] => []);
  const free = Array.from({ length: load.clients }, () => 0);
  const made: ListAppendTransaction[] = [];
  for (let time = 0; made.length < load.transactions; time += 2) {
    const process = draw(load.clients);
    const since = free[process]!;
    // A client that is busy until later does nothing now.
    if (since >= time) continue;
    const operations = Array.from({ length: 1 + draw(load.operationsMax) }, (): ListAppendOperation => {
      const slot = draw(load.keys);
      const list = lists[slot]!;
      const key = current[slot]!;
      if (draw(2) === 0) {
        const isStale = load.stale !== undefined && draw(100_000) < load.stale;
        return { kind: "read", key, value: list.slice(0, isStale ? Math.max(0, list.length - 1) : list.length) };
      }
      const value = list.push(list.length + 1);
      if (value === load.appendsPerKeyMax) {
        lists[slot] = [];
        current[slot] = named++;
      }
      return { kind: "append", key, value };
    });
    const invokedAt = Math.max(since + 1, time - draw(2 * load.clients));
    const returnedAt = time + 1 + draw(2 * load.clients);
    free[process] = returnedAt;
    made.push({ process, operations, invokedAt, returnedAt, status: "ok" });
  }
  return made.sort((a, b) => a.invokedAt - b.invokedAt);
};

/** The same transactions on registers: what was appended last is what is read. */
export const registerHistory = (load: ListAppendLoad): readonly RegisterTransaction[] =>
  listAppendHistory(load).map(({ process, invokedAt, returnedAt, status, operations }) => ({
    process,
    invokedAt,
    status,
    ...(returnedAt === undefined ? {} : { returnedAt }),
    operations: operations.map((operation) =>
      operation.kind === "append"
        ? { kind: "write", key: operation.key, value: operation.value }
        : { kind: "read", key: operation.key, value: operation.value?.at(-1) ?? null },
    ),
  }));
