import type { IO, Module, NodeId, Port, Spec } from "../../model/index.ts";
import { logIgnored, type ReplicatedLog } from "../../protocols/index.ts";

/** Asks for nothing and is asked for nothing: it is here for the log below it. */
export interface Proposals extends Port {
  readonly requests: Record<never, never>;
  readonly indications: Record<never, never>;
}

/** What whoever leads asks of the log below in its term, each at any time. */
export interface AsksOfLeaders {
  readonly commands: number;
  readonly reads: number;
  /** Changes of members: each removes so many of the others, those after one that is drawn. */
  readonly changes: number;
  readonly removedAtOnce: number;
}

interface ProposerSpec extends Spec {
  provides: Proposals;
  uses: { log: ReplicatedLog<string, never> };
  /** What it may still ask for in this term. */
  state: { commands: number; reads: number; changes: number };
  timers: { propose: []; read: []; change: [] };
}

const goOn = (s: ProposerSpec["state"], { timers }: IO<ProposerSpec>): void => {
  if (s.commands > 0) timers.propose.set(0);
  if (s.reads > 0) timers.read.set(0);
  if (s.changes > 0) timers.change.set(0);
};

const stop = (s: ProposerSpec["state"], { timers }: IO<ProposerSpec>): void => {
  s.commands = 0;
  s.reads = 0;
  s.changes = 0;
  timers.propose.cancel();
  timers.read.cancel();
  timers.change.cancel();
};

/** So many of the others, from one on that is drawn. */
const someOthers = ({ nodes, self, random }: IO<ProposerSpec>, count: number): readonly NodeId[] => {
  const others = nodes.filter((node) => node !== self);
  const first = count >= others.length ? 0 : random("removed", others.length);
  return others.map((_, at) => others[(first + at) % others.length]!).slice(0, count);
};

/**
 * A user of the log that an exhaustive search can bear: what whoever leads asks for is counted, and all commands are alike.
 * Which of two commands is where in a log says the term of its entry.
 */
export const proposer = (asks: AsksOfLeaders): Module<ProposerSpec> => ({
  name: "proposer",
  source: "Ongaro and Ousterhout 2014, section 5.3",
  init: () => ({ commands: 0, reads: 0, changes: 0 }),
  upon: {
    request: {},
    log: {
      ...logIgnored,
      leadership(s, io, role) {
        if (role !== "leader") return stop(s, io);
        s.commands = asks.commands;
        s.reads = asks.reads;
        s.changes = asks.changes;
        goOn(s, io);
      },
    },
    timer: {
      propose(s, io) {
        s.commands--;
        io.log.propose(0, "x");
        goOn(s, io);
      },
      read(s, io) {
        s.reads--;
        io.log.read(0);
        goOn(s, io);
      },
      change(s, io) {
        s.changes--;
        io.log.changeMembers(0, { removed: someOthers(io, asks.removedAtOnce) });
        goOn(s, io);
      },
    },
  },
});
