import { describe, type EventId, type NodeId } from "../../model/index.ts";
import { type AnyProperty, properties, property } from "../property.ts";
import { noDuplication } from "./link-properties.ts";

/** A message of a workload is told apart by its origin and its content: a scenario broadcasts each content once. */
const keyOf = (origin: NodeId, message: unknown): string => `${describe(message, 10_000)} of process ${origin}`;

/** Which process delivered a message, by message; and which broadcast it. */
interface Spread {
  readonly origin: Map<string, NodeId>;
  readonly deliveredBy: Map<string, Set<NodeId>>;
}

const emptySpread = (): Spread => ({ origin: new Map(), deliveredBy: new Map() });

const delivered = (s: Spread, key: string, node: NodeId): void => {
  const nodes = s.deliveredBy.get(key) ?? new Set<NodeId>();
  nodes.add(node);
  s.deliveredBy.set(key, nodes);
};

const validity = (id: string, text: string, owedTo: "sender" | "all"): AnyProperty =>
  property<Spread>({
    id,
    kind: "liveness",
    text,
    init: emptySpread,
    on(s, { kind, node, name, args }, report) {
      if (kind === "request" && name === "broadcast") {
        report.premise();
        s.origin.set(keyOf(node, args[0]), node);
      } else if (kind === "indication" && name === "deliver") delivered(s, keyOf(args[0] as NodeId, args[1]), node);
    },
    pending(s, { correct }) {
      for (const [key, origin] of s.origin) {
        if (!correct.includes(origin)) continue;
        const missing = (owedTo === "all" ? correct : [origin]).find((node) => !s.deliveredBy.get(key)?.has(node));
        if (missing !== undefined) return `process ${missing}, which is correct, never delivers ${key}`;
      }
      return null;
    },
  });

/** Validity of best-effort broadcast: what a correct process broadcasts reaches every correct one (BEB1). CGR M3.1. */
export const bestEffortValidity = (id: string): AnyProperty =>
  validity(id, "If a correct process broadcasts a message, then every correct process eventually delivers it.", "all");

/** Validity: what a correct process broadcasts it delivers itself (RB1 and all above it). CGR M3.2. */
export const broadcastValidity = (id: string): AnyProperty =>
  validity(id, "If a correct process broadcasts a message, then it eventually delivers it itself.", "sender");

/** No creation: what is delivered with a sender was broadcast by it (BEB3, RB3 …). CGR M3.1. */
export const broadcastNoCreation = (id: string): AnyProperty =>
  property<{ readonly broadcast: Set<string> }>({
    id,
    kind: "safety",
    text: "If a process delivers a message with sender s, then s broadcast it before.",
    init: () => ({ broadcast: new Set() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "broadcast") s.broadcast.add(keyOf(node, args[0]));
      if (kind !== "indication" || name !== "deliver") return;
      report.premise();
      const key = keyOf(args[0] as NodeId, args[1]);
      if (!s.broadcast.has(key)) report.violated(`process ${node} delivers ${key}, which never broadcast it`, event);
    },
  });

const agreement = (id: string, text: string, uniform: boolean): AnyProperty =>
  property<Spread>({
    id,
    kind: "liveness",
    text,
    init: emptySpread,
    on(s, { kind, node, name, args }, report) {
      if (kind !== "indication" || name !== "deliver") return;
      report.premise();
      delivered(s, keyOf(args[0] as NodeId, args[1]), node);
    },
    pending(s, { correct }) {
      for (const [key, nodes] of s.deliveredBy) {
        const witness = uniform ? [...nodes][0] : correct.find((node) => nodes.has(node));
        const missing = correct.find((node) => !nodes.has(node));
        if (witness !== undefined && missing !== undefined)
          return `process ${witness} delivers ${key}, process ${missing}, which is correct, never does`;
      }
      return null;
    },
  });

/** Agreement among the correct (RB4). CGR M3.2. */
export const broadcastAgreement = (id: string): AnyProperty =>
  agreement(
    id,
    "If a message is delivered by some correct process, then it is eventually delivered by every correct process.",
    false,
  );

/** Uniform agreement: also what a process delivered that then crashed binds the correct ones (URB4). CGR M3.3. */
export const uniformBroadcastAgreement = (id: string): AnyProperty =>
  agreement(
    id,
    "If a message is delivered by some process, correct or faulty, then it is eventually delivered by every correct process.",
    true,
  );

/** Validity, no duplication, no creation: `BEB1` to `BEB3`. CGR M3.1. */
export const bestEffortBroadcastProperties = (): readonly AnyProperty[] =>
  properties(bestEffortValidity("BEB1"), noDuplication("BEB2"), broadcastNoCreation("BEB3"));

/** The four properties of reliable broadcast, under the name of what is built on it: `RB1` to `RB4`. CGR M3.2. */
export const reliableBroadcastProperties = (prefix = "RB"): readonly AnyProperty[] =>
  properties(
    broadcastValidity(`${prefix}1`),
    noDuplication(`${prefix}2`),
    broadcastNoCreation(`${prefix}3`),
    broadcastAgreement(`${prefix}4`),
  );

/** The four properties of uniform reliable broadcast: `URB1` to `URB4`. CGR M3.3. */
export const uniformBroadcastProperties = (prefix = "URB"): readonly AnyProperty[] =>
  properties(
    broadcastValidity(`${prefix}1`),
    noDuplication(`${prefix}2`),
    broadcastNoCreation(`${prefix}3`),
    uniformBroadcastAgreement(`${prefix}4`),
  );

/**
 * Probabilistic validity as one run can show it: a broadcast of a correct process reaches at least this share of the
 * correct processes (PB1). Over many runs the share of those in which it does is the book's 1 - ε. CGR M3.7.
 */
export const probabilisticValidity = (id: string, share: number): AnyProperty =>
  property<Spread>({
    id,
    kind: "liveness",
    text: `With high probability a message of a correct process is delivered by at least ${Math.round(share * 100)} % of the correct processes.`,
    init: emptySpread,
    on(s, { kind, node, name, args }, report) {
      if (kind === "request" && name === "broadcast") {
        report.premise();
        s.origin.set(keyOf(node, args[0]), node);
      } else if (kind === "indication" && name === "deliver") delivered(s, keyOf(args[0] as NodeId, args[1]), node);
    },
    pending(s, { correct }) {
      for (const [key, origin] of s.origin) {
        if (!correct.includes(origin)) continue;
        const reached = correct.filter((node) => s.deliveredBy.get(key)?.has(node)).length;
        if (reached < share * correct.length) return `${key} reaches ${reached} of ${correct.length} correct processes`;
      }
      return null;
    },
  });

/** A delivery with its place in the sequence of its process. */
interface Delivery {
  readonly place: number;
  readonly event: EventId;
}

/** What every process delivered, in its order. */
type Deliveries = Map<NodeId, Map<string, Delivery>>;

const deliveriesOf = (all: Deliveries, node: NodeId): Map<string, Delivery> => {
  const own = all.get(node) ?? new Map<string, Delivery>();
  all.set(node, own);
  return own;
};

/** FIFO delivery: messages of one process are delivered in the order in which it broadcast them (FRB5). CGR M3.8. */
export const fifoOrder = (id: string): AnyProperty =>
  property<{
    readonly before: Map<string, string>;
    readonly last: Map<NodeId, string>;
    readonly deliveries: Deliveries;
  }>({
    id,
    kind: "safety",
    text: "If a process broadcasts m1 before m2, then no process delivers m2 unless it has delivered m1.",
    init: () => ({ before: new Map(), last: new Map(), deliveries: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "broadcast") {
        const key = keyOf(node, args[0]);
        const previous = s.last.get(node);
        if (previous !== undefined) s.before.set(key, previous);
        s.last.set(node, key);
      }
      if (kind !== "indication" || name !== "deliver") return;
      const key = keyOf(args[0] as NodeId, args[1]);
      const own = deliveriesOf(s.deliveries, node);
      own.set(key, { place: own.size, event });
      const previous = s.before.get(key);
      if (previous === undefined) return;
      report.premise();
      if (!own.has(previous))
        report.violated(`process ${node} delivers ${key} before ${previous}, which was broadcast first`, event);
    },
  });

/**
 * Causal delivery: nothing is delivered before what its sender had broadcast or delivered when it sent it (CRB5).
 * CGR M3.9.
 */
export const causalOrder = (id: string): AnyProperty =>
  property<{
    readonly known: Map<NodeId, Set<string>>;
    readonly past: Map<string, readonly string[]>;
    readonly deliveries: Deliveries;
  }>({
    id,
    kind: "safety",
    text: "For any message m1 that potentially caused a message m2, no process delivers m2 unless it has delivered m1.",
    init: () => ({ known: new Map(), past: new Map(), deliveries: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      const known = s.known.get(node) ?? new Set<string>();
      s.known.set(node, known);
      if (kind === "request" && name === "broadcast") {
        const key = keyOf(node, args[0]);
        s.past.set(key, [...known]);
        known.add(key);
      }
      if (kind !== "indication" || name !== "deliver") return;
      const key = keyOf(args[0] as NodeId, args[1]);
      known.add(key);
      const own = deliveriesOf(s.deliveries, node);
      own.set(key, { place: own.size, event });
      const past = s.past.get(key) ?? [];
      if (past.length === 0) return;
      report.premise();
      const missing = past.find((cause) => !own.has(cause));
      if (missing !== undefined)
        report.violated(`process ${node} delivers ${key} before ${missing}, which may have caused it`, event);
    },
  });

/** Two messages that two processes delivered in opposite orders, with the four deliveries; null when there are none. */
const opposite = (
  mine: ReadonlyMap<string, Delivery>,
  theirs: ReadonlyMap<string, Delivery>,
): { readonly first: string; readonly second: string; readonly events: readonly EventId[] } | null => {
  const both = [...mine.keys()].filter((key) => theirs.has(key));
  for (const [at, first] of both.entries()) {
    const second = both.slice(at + 1).find((other) => theirs.get(other)!.place < theirs.get(first)!.place);
    if (second === undefined) continue;
    const events = [mine.get(first)!, mine.get(second)!, theirs.get(first)!, theirs.get(second)!];
    return { first, second, events: events.map(({ event }) => event) };
  }
  return null;
};

const haveTwoInCommon = (mine: ReadonlyMap<string, Delivery>, theirs: ReadonlyMap<string, Delivery>): boolean =>
  [...mine.keys()].filter((key) => theirs.has(key)).length >= 2;

const totalOrderText = "If two processes both deliver m1 and m2, then they deliver them in the same order";

const orderClause = (first: string, second: string, p: NodeId, q: NodeId): string =>
  `process ${p} delivers ${first} before ${second}, process ${q} the other way round`;

/** Total order among the correct (TOB5): what a process delivered that then crashed binds nobody. CGR M6.1. */
export const totalOrder = (id: string): AnyProperty =>
  property<{ readonly deliveries: Deliveries }>({
    id,
    kind: "safety",
    text: `${totalOrderText}, if both are correct.`,
    init: () => ({ deliveries: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind !== "indication" || name !== "deliver") return;
      const own = deliveriesOf(s.deliveries, node);
      own.set(keyOf(args[0] as NodeId, args[1]), { place: own.size, event });
      for (const [other, theirs] of s.deliveries) if (other !== node && haveTwoInCommon(own, theirs)) report.premise();
    },
    end(s, { correct }, report) {
      for (const p of correct) {
        for (const q of correct) {
          const found = p < q ? opposite(deliveriesOf(s.deliveries, p), deliveriesOf(s.deliveries, q)) : null;
          if (found !== null) report.violated(orderClause(found.first, found.second, p, q), ...found.events);
        }
      }
    },
  });

/** Total order among all, also those that crash later (UTOB5). CGR M6.2. */
export const uniformTotalOrder = (id: string): AnyProperty =>
  property<{ readonly deliveries: Deliveries }>({
    id,
    kind: "safety",
    text: `${totalOrderText}, correct or faulty.`,
    init: () => ({ deliveries: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind !== "indication" || name !== "deliver") return;
      const own = deliveriesOf(s.deliveries, node);
      own.set(keyOf(args[0] as NodeId, args[1]), { place: own.size, event });
      for (const [other, theirs] of s.deliveries) {
        if (other === node || !haveTwoInCommon(own, theirs)) continue;
        report.premise();
        const found = opposite(own, theirs);
        if (found !== null) report.violated(orderClause(found.first, found.second, node, other), ...found.events);
      }
    },
  });

/** A message that the one delivered before `key`, and the other not. */
const skipped = (
  mine: ReadonlyMap<string, Delivery>,
  theirs: ReadonlyMap<string, Delivery>,
  key: string,
): { readonly message: string; readonly event: EventId } | undefined => {
  for (const [message, { place, event }] of mine) {
    if (place >= mine.get(key)!.place) continue;
    const there = theirs.get(message);
    if (there === undefined || there.place > theirs.get(key)!.place) return { message, event };
  }
  return undefined;
};

/**
 * Total order without gaps: if any process delivers m2 after m1, no process delivers m2 without m1 before it. It binds
 * also a process that delivers only one of the two, and so, with FIFO order, gives causal order; the two forms above do
 * not. Hadzilacos, Toueg 1994.
 */
export const gapFreeTotalOrder = (id: string): AnyProperty =>
  property<{ readonly deliveries: Deliveries }>({
    id,
    kind: "safety",
    text: "If some process delivers m2 after m1, then no process delivers m2 without having delivered m1.",
    init: () => ({ deliveries: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind !== "indication" || name !== "deliver") return;
      const key = keyOf(args[0] as NodeId, args[1]);
      const own = deliveriesOf(s.deliveries, node);
      const place = own.size;
      own.set(key, { place, event });
      for (const [other, theirs] of s.deliveries) {
        const there = theirs.get(key);
        if (other === node || there === undefined) continue;
        if (place > 0 || there.place > 0) report.premise();
        const here = skipped(theirs, own, key);
        const elsewhere = skipped(own, theirs, key);
        const gap = here ?? elsewhere;
        if (gap === undefined) continue;
        const [ahead, behind] = here === undefined ? [node, other] : [other, node];
        report.violated(
          `process ${behind} delivers ${key} without ${gap.message}, which process ${ahead} delivers before it`,
          gap.event,
          there.event,
          event,
        );
      }
    },
  });
