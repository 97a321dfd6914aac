import type { RecordedHistory } from "./recorded-history.ts";

/** Whether an argument is a list of operations of a transaction: `[["append", 1, 2], ["r", 1, null]]`. */
const isTransaction = (argument: unknown): boolean =>
  Array.isArray(argument) &&
  argument.length > 0 &&
  argument.every((part) => Array.isArray(part) && part.length >= 2 && typeof part[0] === "string");

/** The object that a history is most likely one of, by its functions. */
export const guessModel = ({ operations }: RecordedHistory): string => {
  const names = new Set(operations.map(({ name }) => name ?? "txn"));
  const has = (...some: readonly string[]): boolean => some.some((name) => names.has(name));
  const transactions = operations.filter(({ argument }) => isTransaction(argument));
  if (has("txn") || transactions.length > 0) {
    const kinds = new Set(
      transactions.flatMap(({ argument }) => (argument as readonly string[][]).map(([kind]) => kind)),
    );
    return kinds.has("w") || kinds.has("write") ? "rw-register" : "list-append";
  }
  if (has("enqueue", "dequeue")) return "queue";
  if (has("acquire", "release")) return "lock";
  const isKeyed = operations.every(
    ({ key, argument }) => key !== undefined || (Array.isArray(argument) && argument.length === 2),
  );
  const returnsLists = operations.some(
    ({ name, result }) => (name === "read" || name === "r") && Array.isArray(result),
  );
  if (has("append")) return returnsLists && !isKeyedPairs(operations) ? "list-append" : "kv";
  if (has("contains", "remove")) return "set";
  if (has("add")) return returnsLists ? "set" : "counter";
  // A read of a register is called with nothing; where reads name a key, there are several.
  if (isKeyed) return "kv";
  return has("cas") ? "cas-register" : "register";
};

/** Whether reads answer a pair of key and value. */
const isKeyedPairs = (operations: RecordedHistory["operations"]): boolean =>
  operations.some(({ key, argument }) => key === undefined && Array.isArray(argument));
