import { type Bound, channel, type Module, type Nothing, network, stack } from "../../../model/index.ts";
import type { EventualLeaderDetector } from "../../election/leader.ts";
import type { Consensus } from "../consensus.ts";
import { type Acceptor, type AcceptorRules, acceptor, type FromAcceptor, type ToAcceptor } from "./acceptor.ts";
import type { Vote } from "./ballot.ts";
import { type Learner, learner } from "./learner.ts";
import { everybodyLeads, type Proposer, type ProposerOptions, type ProposerRules, proposer } from "./proposer.ts";

/** Every rule of Paxos that can be broken by itself. */
export interface PaxosRules extends AcceptorRules, ProposerRules {}

/** What Paxos stands on. */
export interface PaxosOptions<V> extends Omit<ProposerOptions, "rules"> {
  /** Tells one Paxos from another below the same module. */
  readonly name?: string;
  /** Ω; without it every process leads and backs off. Under many slots share one: `shared(…)`. */
  readonly leader?: Bound<EventualLeaderDetector>;
  readonly rules?: Partial<PaxosRules>;
  /** Another acceptor than Lamport's, such as one that forgets. */
  readonly accepting?: Acceptor<V>;
}

/** A process of Paxos, which has all three roles: it decides what it learns, and lets its proposer rest. */
const paxosProcess = <V>(): Module<{
  provides: Consensus<V>;
  uses: { proposer: Proposer<V>; acceptor: Nothing; learner: Learner<V> };
  state: Record<never, never>;
}> => ({
  name: "Paxos",
  source: "Lamport 2001, Paxos Made Simple, 2.4",
  init: () => ({}),
  upon: {
    request: {
      propose(_s, io, value) {
        io.proposer.propose(value);
      },
    },
    proposer: {},
    acceptor: {},
    learner: {
      learned(_s, io, chosen) {
        io.proposer.rest();
        io.up.decide(chosen);
      },
    },
  },
});

/**
 * Single-decree Paxos: each process is proposer, acceptor and learner. Safe whatever the network loses, delays or
 * repeats and whoever stops and recovers; live while a majority is up and one proposer is left in peace long enough.
 * A process that did not propose decides too if the acceptances reach it; over links that lose, those that proposed go
 * on asking until they know. So it stands on the network itself, whatever that is.
 *
 * Source: Lamport 1998, The Part-Time Parliament; Lamport 2001, Paxos Made Simple.
 */
export const paxos = <V>({
  name = "paxos",
  leader,
  rules = {},
  accepting = acceptor<V>({ rules }),
  ...pace
}: PaxosOptions<V> = {}): Bound<Consensus<V>> => {
  const ballots = channel<ToAcceptor<V>, FromAcceptor<V>>(`${name}/ballots`);
  const votes = channel<Vote<V>, never>(`${name}/votes`);
  return stack(paxosProcess<V>(), {
    proposer: stack(proposer<V>({ ...pace, rules }), {
      acceptors: ballots.caller,
      leader: leader ?? stack(everybodyLeads(), {}),
    }),
    acceptor: stack(accepting, { proposers: ballots.callee, learners: votes.caller }),
    learner: stack(learner<V>({ announces: leader !== undefined }), {
      acceptors: votes.callee,
      learners: network(),
    }),
  });
};
