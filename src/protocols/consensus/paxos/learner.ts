import type { Module } from "../../../model/index.ts";
import { majorityOf, perNode } from "../../../model/index.ts";
import type { Consensus } from "../consensus.ts";
import type { Vote } from "./ballot.ts";
import type { Proposals } from "./proposer.ts";

/** How a learner treats the others. */
export interface LearnerOptions {
  /**
   * Whether it tells them what it learned. They need it where they follow a leader, which rests once it knows: of five
   * acceptors one that stops may have told the leader alone that it accepted, and another may have refused for the sake
   * of a proposer that stopped.
   */
  readonly announces?: boolean;
}

/**
 * Finds out what was chosen: a value that a majority of acceptors accepted in one ballot. It decides once and lets its
 * proposer rest.
 *
 * Source: Lamport 2001, Paxos Made Simple, 2.3.
 */
export const learner = <V>({
  announces = false,
}: LearnerOptions = {}): Module<{
  provides: Consensus<V>;
  uses: { proposer: Proposals<V> };
  state: { votes: (Vote<V> | null)[]; decided: boolean };
}> => ({
  name: "Paxos learner",
  source: "Lamport 2001, Paxos Made Simple, 2.3",
  init: ({ nodes }) => ({ votes: perNode(nodes, () => null), decided: false }),
  upon: {
    request: {
      propose(_s, io, value) {
        io.proposer.propose(value);
      },
    },
    proposer: {
      accepted(s, io, acceptor, vote) {
        if (s.decided || vote.ballot < (s.votes[acceptor]?.ballot ?? vote.ballot)) return;
        s.votes[acceptor] = vote;
        const same = s.votes.filter((known) => known?.ballot === vote.ballot);
        if (same.length < majorityOf(io.nodes.length)) return;
        s.decided = true;
        io.proposer.rest();
        if (announces) io.proposer.announce(vote.value);
        io.up.decide(vote.value);
      },
      chosen(s, io, value) {
        if (s.decided) return;
        s.decided = true;
        io.proposer.rest();
        if (announces) io.proposer.announce(value);
        io.up.decide(value);
      },
    },
  },
});
