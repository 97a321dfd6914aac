import type { IO, Module, Port, Spec } from "../../model/index.ts";
import { logIgnored, type ReplicatedLog } from "../../protocols/index.ts";

/** Asks for nothing and is asked for nothing: it is here for the log below it. */
export interface Proposals extends Port {
  readonly requests: Record<never, never>;
  readonly indications: Record<never, never>;
}

interface ProposerSpec extends Spec {
  provides: Proposals;
  uses: { log: ReplicatedLog<string, never> };
  /** Commands that it may still propose in this term. */
  state: { left: number };
  timers: { propose: [] };
}

const goOn = ({ left }: ProposerSpec["state"], io: IO<ProposerSpec>): void => {
  if (left > 0) io.timers.propose.set(0);
};

/**
 * A user of the log that an exhaustive search can bear: whoever leads proposes so many commands, each at any time, and all
 * commands are alike. Which of two commands is where in a log says the term of its entry.
 */
export const proposer = (commandsPerTerm: number): Module<ProposerSpec> => ({
  name: "proposer",
  source: "Ongaro and Ousterhout 2014, section 5.3",
  init: () => ({ left: 0 }),
  upon: {
    request: {},
    log: {
      ...logIgnored,
      leadership(s, io, role) {
        s.left = role === "leader" ? commandsPerTerm : 0;
        if (role === "leader") goOn(s, io);
        else io.timers.propose.cancel();
      },
    },
    timer: {
      propose(s, io) {
        s.left--;
        io.log.propose(0, "x");
        goOn(s, io);
      },
    },
  },
});
