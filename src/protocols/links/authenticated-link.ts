import type { Links, Module, NodeId, Shape, Signed } from "../../model/index.ts";
import { anything, fieldsOf, perNode, signedOf, wholeNumber } from "../../model/index.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "./number-set.ts";

/** What is authenticated: not the message alone, or it could be shown to another receiver, or twice to this one. */
export interface Addressed<M> {
  readonly to: NodeId;
  readonly sequence: number;
  readonly message: M;
}

const isAddressed: Shape = signedOf(
  fieldsOf<Addressed<unknown>>({ to: wholeNumber, sequence: wholeNumber, message: anything }),
);

/** The rules of an authenticated link. */
export interface AuthenticatedLinkRules {
  /** Whether the claimed sender made the proof: the check on which authenticity (AL3) stands. */
  readonly isMadeBy: (isValid: boolean, signer: NodeId, sender: NodeId) => boolean;
  /** Whether the message was meant for this process: a proof made for one receiver is valid at every other. */
  readonly isFor: (to: NodeId, self: NodeId) => boolean;
  /** Whether it was not delivered yet: authentication says nothing about freshness, a valid message can be replayed. */
  readonly isNew: (delivered: NumberSet, sequence: number) => boolean;
}

/** The rules as the book has them. */
export const authenticatedLinkRules: AuthenticatedLinkRules = {
  isMadeBy: (isValid, signer, sender) => isValid && signer === sender,
  isFor: (to, self) => to === self,
  isNew: (delivered, sequence) => !hasNumber(delivered, sequence),
};

/**
 * Authenticated links over a network that forges: each message carries a proof of its sender, its receiver and its
 * number. `io.sign` stands for the book's message authentication code.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.4, "Authenticate and Filter".
 */
export const authenticatedLink = <M>({
  rules = {},
}: {
  readonly rules?: Partial<AuthenticatedLinkRules>;
} = {}): Module<{
  provides: Links<M>;
  uses: { stubborn: Links<Signed<Addressed<M>>> };
  state: { sent: number[]; delivered: NumberSet[] };
}> => {
  const { isMadeBy, isFor, isNew } = { ...authenticatedLinkRules, ...rules };
  return {
    name: "authenticated link",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.4",
    init: ({ nodes }) => ({ sent: perNode(nodes, () => 0), delivered: perNode(nodes, emptyNumberSet) }),
    upon: {
      request: {
        send(s, io, to, message) {
          const sequence = s.sent[to]!++;
          io.stubborn.send(to, io.sign({ to, sequence, message }));
        },
      },
      stubborn: {
        deliver(s, io, from, signed) {
          const delivered = s.delivered[from];
          if (delivered === undefined || !isAddressed(signed))
            return io.note("ignores what is no message here, from", from);
          if (!isMadeBy(io.verify(signed), signed.signer, from))
            return io.note("refuses a forgery in the name of", from);
          const { to, sequence, message } = signed.body;
          if (!isFor(to, io.self)) return io.note("refuses a message that was meant for", to);
          if (!isNew(delivered, sequence)) return;
          addNumber(delivered, sequence);
          io.up.deliver(from, message);
        },
      },
    },
  };
};
