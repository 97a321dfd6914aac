import type { ErasedModule } from "../../model/index.ts";
import { noBallot, type PaxosRules } from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

/** What can be changed in Paxos: its rules, and what its acceptors remember. */
export interface PaxosChanges extends PaxosRules {
  readonly acceptorMemory: (acceptor: ErasedModule) => ErasedModule;
}

interface Memory {
  readonly timers: { readonly expiry: { readonly set: (delayMs: number) => void } };
  readonly disk: {
    readonly promised: { readonly set: (value: unknown) => void };
    readonly accepted: { readonly set: (value: unknown) => void };
  };
}

const forget = ({ disk }: Memory): void => {
  disk.promised.set(noBallot);
  disk.accepted.set(null);
};

/** An acceptor that starts with an empty memory after each crash. */
export const forgetsAtRestart = (acceptor: ErasedModule): ErasedModule => ({
  ...acceptor,
  start: (_s, io) => forget(io as Memory),
});

/** An acceptor whose records expire so many milliseconds after the last message. */
const forgetsAfter =
  (lifetimeMs: number) =>
  (acceptor: ErasedModule): ErasedModule => ({
    ...acceptor,
    upon: {
      ...acceptor.upon,
      proposers: {
        deliver: (s, io, from, message) => {
          (io as Memory).timers.expiry.set(lifetimeMs);
          acceptor.upon["proposers"]!["deliver"]!(s, io, from, message);
        },
      },
      timer: { expiry: (_s, io) => forget(io as Memory) },
    },
  });

const mutant = (
  id: string,
  change: string,
  rules: Partial<PaxosChanges>,
  violates: string,
  more: Partial<Mutant> = {},
): Mutant => ({
  id: `paxos/${id}`,
  scenario: violates === "C1" ? "consensus/paxos" : "consensus/paxos-safety",
  change,
  rules,
  violates: [violates],
  ...more,
});

/** Known bugs of Paxos, and one change that is none. */
export const paxosMutants: readonly Mutant[] = [
  mutant("P1", "Promise and vote are kept in memory only.", { acceptorMemory: forgetsAtRestart }, "C4"),
  mutant(
    "P4",
    "Phase 2 asks for the value of some promise, not of the one with the highest ballot.",
    {
      valueToAsk: (promises, own) => {
        const votes = promises.flatMap(({ accepted }) => (accepted === null ? [] : [accepted]));
        return votes.length === 0 ? own : votes.reduce((low, vote) => (vote.ballot < low.ballot ? vote : low)).value;
      },
    },
    "C4",
  ),
  mutant(
    "P5",
    "Accepting does not raise the promise; seen in Cassandra and described by Brooker 2021.",
    { promisedAfter: (promised) => promised },
    "C4",
  ),
  mutant(
    "P5e",
    "Accepting does not raise the promise, yet no lower ballot overwrites a vote.",
    {
      promisedAfter: (promised) => promised,
      mayAccept: (promised, ballot, accepted) => ballot >= promised && ballot >= (accepted?.ballot ?? noBallot),
    },
    "C4",
    {
      equivalent:
        "A vote in ballot b then refuses every lower accept by itself, and a promise below b reports that vote: its proposer asks for the same value.",
    },
  ),
  mutant("P7", "What an acceptor promised and accepted expires.", { acceptorMemory: forgetsAfter(100) }, "C4"),
  mutant(
    "greater-or-equal",
    "An acceptor refuses the very ballot that it has promised.",
    { mayAccept: (promised, ballot) => ballot > promised },
    "C1",
  ),
  mutant("own-value", "Phase 2 ignores what was accepted before.", { valueToAsk: (_promises, own) => own }, "C4"),
  mutant("shared-ballots", "Two proposers may use one ballot.", { ballotOf: (round) => round }, "C4"),
];
