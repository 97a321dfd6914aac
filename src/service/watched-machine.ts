import { type StateMachine, wrappedMachine } from "../machines/index.ts";
import { PlainDataError, refusalOf } from "../model/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: a machine of any types.
type AnyMachine = StateMachine<any, any, any, any, any>;

/** Milliseconds between two errors of a machine that are told: a client may ask for the same one without end. */
const toldEveryMs = 1_000;

/**
 * The same machine, whose errors are told before they become the plain "machine failed" of every replica: what an error
 * says depends on the engine, so it must not be replicated, and its author needs it.
 */
export const watchedMachine = (machine: AnyMachine, tell: (error: unknown, untold: number) => void): AnyMachine => {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let untold = 0;
  const failed = (error: unknown): unknown => {
    if (performance.now() - toldAtMs < toldEveryMs) untold++;
    else {
      tell(error, untold);
      toldAtMs = performance.now();
      untold = 0;
    }
    return error;
  };
  const watched = <T>(answer: () => T): T => {
    try {
      const value = answer();
      const why = machine.answersArePlain ? undefined : refusalOf(value, "answer");
      if (why === undefined) return value;
      throw new PlainDataError(why);
    } catch (error) {
      throw failed(error);
    }
  };
  const { parts } = machine;
  return wrappedMachine(machine, {
    apply: (state, command, turn) => watched(() => machine.apply(state, command, turn)),
    query: (state, query) => watched(() => machine.query(state, query)),
    ...(parts === undefined
      ? {}
      : {
          parts: {
            part: (view, query, cursor) => watched(() => parts.part(view, query, cursor)),
            join: (all) => parts.join(all),
          },
        }),
  });
};
