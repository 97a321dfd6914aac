import type { ListAppendTransaction, RegisterTransaction, Transaction } from "../transactions/transaction.ts";

/*
 * Transactions in short: `x+1` appends 1 to x, `x=1` writes it, `x?` reads nothing there, `x?1,2` reads a list and `x?1`
 * a register, `x??` has no known answer. In front `!` is aborted and `~` indeterminate. Behind, `@3` is the process and
 * `4-6` the time of call and answer; without these each transaction has a process of its own, and all overlap.
 */

const valuesOf = (text: string): number[] => text.split(",").map(Number);

const parsed = <Operation>(
  text: string,
  at: number,
  operationOf: (key: string, sign: string, values: string) => Operation,
): Transaction<Operation> => {
  const words = text.replace(/^[!~]/, "").split(" ");
  const operations: Operation[] = [];
  let process = at;
  let [invokedAt, returnedAt] = [0, 1000];
  for (const word of words) {
    const operation = /^([a-z])([+=?])(.*)$/.exec(word);
    const times = /^(\d+)-(\d+)$/.exec(word);
    if (operation !== null) operations.push(operationOf(operation[1]!, operation[2]!, operation[3]!));
    else if (times !== null) [invokedAt, returnedAt] = [Number(times[1]), Number(times[2])];
    else process = Number(word.slice(1));
  }
  const status = text.startsWith("!") ? "fail" : text.startsWith("~") ? "info" : "ok";
  return { process, operations, invokedAt, status, ...(status === "info" ? {} : { returnedAt }) };
};

/** Transactions on lists. */
export const lists = (...texts: readonly string[]): ListAppendTransaction[] =>
  texts.map((text, at) =>
    parsed(text, at, (key, sign, values) => {
      if (sign === "+") return { kind: "append", key, value: Number(values) };
      if (values === "?") return { kind: "read", key };
      return { kind: "read", key, value: values === "" ? [] : valuesOf(values) };
    }),
  );

/** Transactions on registers. */
export const registers = (...texts: readonly string[]): RegisterTransaction[] =>
  texts.map((text, at) =>
    parsed(text, at, (key, sign, values) => {
      if (sign === "=") return { kind: "write", key, value: Number(values) };
      if (values === "?") return { kind: "read", key };
      return { kind: "read", key, value: values === "" ? null : Number(values) };
    }),
  );
