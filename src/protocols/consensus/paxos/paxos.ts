import { type Bound, type Links, stack } from "../../../model/index.ts";
import type { EventualLeaderDetector } from "../../election/leader.ts";
import type { Consensus } from "../consensus.ts";
import { type AcceptorRules, acceptor, type FromAcceptor, type ToAcceptor } from "./acceptor.ts";
import { learner } from "./learner.ts";
import { everybodyLeads, type ProposerOptions, type ProposerRules, proposer } from "./proposer.ts";

/** Every rule of Paxos that can be broken by itself. */
export interface PaxosRules extends AcceptorRules, ProposerRules {}

/** What acceptors, proposers and learners say to each other. */
export type PaxosMessage<V> = ToAcceptor<V> | FromAcceptor<V>;

/** What Paxos stands on. */
export interface PaxosOptions<V> extends Omit<ProposerOptions, "rules"> {
  readonly links: Bound<Links<PaxosMessage<V>>>;
  /** Ω; without it every process leads and backs off. Under many slots share one: `shared(…)`. */
  readonly leader?: Bound<EventualLeaderDetector>;
  readonly rules?: Partial<PaxosRules>;
}

/**
 * Single-decree Paxos: each process is proposer, acceptor and learner. Safe whatever the network loses, delays or
 * repeats and whoever stops and recovers; live while a majority is up and one proposer is left in peace long enough.
 * A process that did not propose decides too if the acceptances reach it; over links that lose, those that proposed go
 * on asking until they know.
 *
 * Source: Lamport 1998, The Part-Time Parliament; Lamport 2001, Paxos Made Simple.
 */
export const paxos = <V>({ links, leader, rules = {}, ...pace }: PaxosOptions<V>): Bound<Consensus<V>> =>
  stack(learner<V>({ announces: leader !== undefined }), {
    proposer: stack(proposer<V>({ ...pace, rules }), {
      acceptors: stack(acceptor<V>({ rules }), { links }),
      leader: leader ?? stack(everybodyLeads(), {}),
    }),
  });
