import {
  anything,
  equal,
  fieldsOf,
  type Links,
  listOf,
  type Module,
  type NodeId,
  type Shape,
  type Signed,
  signedOf,
  wholeNumber,
} from "../../model/index.ts";
import type { ByzantineGenerals, Council } from "./byzantine-generals.ts";

/** What a general signs: the order, and who signed it before. */
export interface Endorsement<V> {
  readonly value: V;
  readonly after: readonly NodeId[];
}

/** An order with the signatures of all through whose hands it went, the commander's first. */
export interface SignedOrder<V> {
  readonly value: V;
  readonly signatures: readonly Signed<Endorsement<V>>[];
}

const isSignedOrder: Shape = fieldsOf<SignedOrder<unknown>>({
  value: anything,
  signatures: listOf(signedOf(fieldsOf<Endorsement<unknown>>({ value: anything, after: listOf(wholeNumber) }))),
});

/** The rules of signed messages, each by itself, so that one can be broken. */
export interface SignedMessagesRules {
  /** Whether a signature stands, given whether it is genuine. */
  readonly believes: (genuine: boolean) => boolean;
}

/** The rules of the paper. */
export const signedMessagesRules: SignedMessagesRules = { believes: (genuine) => genuine };

const signersOf = <V>({ signatures }: SignedOrder<V>): readonly NodeId[] => signatures.map(({ signer }) => signer);

/** Whether each signature is over this order and over those before it: a chain cannot be cut or joined otherwise. */
const isChain = <V>(order: SignedOrder<V>): boolean => {
  const signers = signersOf(order);
  return order.signatures.every(
    ({ body }, at) =>
      equal(body.value, order.value) &&
      body.after.length === at &&
      body.after.every((signer, before) => signer === signers[before]),
  );
};

/**
 * The Byzantine generals by signed messages, SM(m): what a general signed it cannot deny, so a commander that signs two
 * orders is found out. Bears m traitors among any n ≥ m + 2 generals, by m + 1 rounds: the last is needed, for a traitor
 * may hold an order back until nobody can pass it on any more. Signatures do not replace synchrony: where messages may
 * be late, n ≥ 3f + 1 is needed again (Dwork, Lynch, Stockmeyer 1988).
 *
 * Source: Lamport, Shostak, Pease 1982, section 4; Dolev, Strong 1983.
 */
export const signedMessages = <V>(
  council: Council<V>,
  { rules = {} }: { readonly rules?: Partial<SignedMessagesRules> } = {},
): Module<{
  provides: ByzantineGenerals<V>;
  uses: { links: Links<SignedOrder<V>> };
  state: { round: number; orders: V[] };
  timers: { roundEnds: [] };
}> => {
  const { believes } = { ...signedMessagesRules, ...rules };
  return {
    name: "signed messages",
    source: "Lamport, Shostak, Pease 1982, section 4",
    init: () => ({ round: 0, orders: [] }),
    start(_s, io) {
      if (io.self !== council.commander) io.timers.roundEnds.set(council.roundMs);
    },
    upon: {
      request: {
        order(_s, io, value) {
          if (io.self !== council.commander) return io.note("only the commander gives orders");
          const signatures = [io.sign({ value, after: [] })];
          for (const node of io.nodes) if (node !== io.self) io.links.send(node, { value, signatures });
        },
      },
      links: {
        deliver(s, io, from, order) {
          if (!isSignedOrder(order)) return io.note("ignores what is no order, from", from);
          const signers = signersOf(order);
          const inTime = signers.length > s.round && signers.length <= council.m + 1;
          const wellFormed =
            signers[0] === council.commander &&
            new Set(signers).size === signers.length &&
            signers.every((signer) => io.nodes.includes(signer)) &&
            isChain(order);
          if (!inTime || !wellFormed || signers.includes(io.self)) return io.note("no order of this round", signers);
          if (!order.signatures.every((signature) => believes(io.verify(signature)))) return io.note("forged", signers);
          if (s.orders.some((known) => equal(known, order.value))) return;
          s.orders.push(order.value);
          if (signers.length > council.m) return;
          const signatures = [...order.signatures, io.sign({ value: order.value, after: signers })];
          for (const node of io.nodes)
            if (node !== io.self && !signers.includes(node)) io.links.send(node, { value: order.value, signatures });
        },
      },
      timer: {
        roundEnds(s, io) {
          if (s.round === council.m) return io.up.obey(s.orders.length === 1 ? s.orders[0]! : council.fallback);
          s.round++;
          io.timers.roundEnds.set(council.roundMs);
        },
      },
    },
  };
};
