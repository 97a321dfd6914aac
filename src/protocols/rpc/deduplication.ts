/** What a server remembers of one client, so that no request of it is executed twice. Plain data. */
export interface Remembered {
  /** The client's incarnation that this is about: what an earlier one asked is over. */
  incarnation: number;
  /** Calls below are done and their answers known to the client: nothing of them is kept, and none is executed. */
  doneBelow: number;
  /** Answers by number of the call; undefined while the call is under way. */
  answers: Map<number, { readonly answer: unknown } | undefined>;
}

/** The rules of deduplication. */
export interface DeduplicationRules {
  /** Whether a request that is not in the table any more is refused. Without it, collection undoes deduplication. */
  isOver(remembered: Remembered, incarnation: number, call: number): boolean;
}

/** A call is over when the client said that it has the answer, or has restarted since. */
export const deduplicationRules: DeduplicationRules = {
  isOver: (remembered, incarnation, call) => incarnation < remembered.incarnation || call < remembered.doneBelow,
};

/** The memory of a client, made at its first request and made anew when it restarted. */
export const rememberedOf = (table: Map<number, Remembered>, client: number, incarnation: number): Remembered => {
  let remembered = table.get(client);
  if (remembered === undefined || remembered.incarnation < incarnation) {
    remembered = { incarnation, doneBelow: 0, answers: new Map() };
    table.set(client, remembered);
  }
  return remembered;
};

/**
 * Collection: the client has its answers to all calls below, so no copy of them needs one. The number itself is kept:
 * a late copy of a forgotten request would be executed again.
 */
export const forgetBelow = (remembered: Remembered, doneBelow: number): void => {
  if (doneBelow <= remembered.doneBelow) return;
  remembered.doneBelow = doneBelow;
  for (const call of remembered.answers.keys()) if (call < doneBelow) remembered.answers.delete(call);
};
