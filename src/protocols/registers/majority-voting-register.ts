import type { Module } from "../../model/index.ts";
import type { Register } from "./register.ts";
import type { RegisterCalls } from "./register-calls.ts";
import { isLater, latestOf, unwritten, type Versioned } from "./timestamp.ts";

/**
 * A regular register of one writer and many readers: the writer waits for a quorum, a reader takes the latest of what a
 * quorum has. While a write is under way one reader may see it and a later reader not: regular, not atomic (row 47,
 * case B25). Any minority may crash.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 4.2, "Majority Voting Regular Register".
 */
export const majorityVotingRegister = <V>(): Module<{
  provides: Register<V>;
  uses: RegisterCalls<V>;
  state: { stored: Versioned<V>; writes: number };
}> => ({
  name: "majority voting regular register",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 4.2",
  init: () => ({ stored: unwritten, writes: 0 }),
  upon: {
    request: {
      write: (s, io, value) => io.impose.ask({ timestamp: { counter: ++s.writes, writer: io.self }, value }),
      read: (_s, io) => io.consult.ask("consult"),
    },
    consult: {
      asked: (s, io, reader, call) => io.consult.answer(reader, call, s.stored),
      gathered: (_s, io, answers) => io.up.readReturn(latestOf(answers).value),
    },
    impose: {
      asked(s, io, writer, call, versioned) {
        if (isLater(versioned.timestamp, s.stored.timestamp)) s.stored = versioned;
        io.impose.answer(writer, call, "ack");
      },
      gathered: (_s, io) => io.up.writeReturn(),
    },
  },
});
