import {
  anything,
  equal,
  fieldsOf,
  type Links,
  listOf,
  type Module,
  type NodeId,
  type Shape,
  wholeNumber,
} from "../../model/index.ts";
import type { ByzantineGenerals, Council } from "./byzantine-generals.ts";

/** An order and the way it came: the commander first, whoever passed it on last. */
export interface Oral<V> {
  readonly path: readonly NodeId[];
  readonly value: V;
}

const isOral: Shape = fieldsOf<Oral<unknown>>({ path: listOf(wholeNumber), value: anything });

const keyOf = (path: readonly NodeId[]): string => path.join(">");

/** The value that more than half of the votes are for, else the fallback. */
const majority = <V>(votes: readonly V[], fallback: V): V => {
  const at = votes.findIndex((vote) => 2 * votes.filter((other) => equal(other, vote)).length > votes.length);
  return at < 0 ? fallback : votes[at]!;
};

/**
 * What a lieutenant makes of a path: what it heard along it, and what each other general says to have heard along it.
 * This is the recursion of OM(m), read from the leaves up.
 */
const resolve = <V>(
  heard: ReadonlyMap<string, V>,
  path: readonly NodeId[],
  council: Council<V>,
  others: readonly NodeId[],
): V => {
  const own = heard.get(keyOf(path)) ?? council.fallback;
  if (path.length > council.m) return own;
  const rest = others.filter((node) => !path.includes(node));
  return majority([own, ...rest.map((node) => resolve(heard, [...path, node], council, others))], council.fallback);
};

/**
 * The Byzantine generals by oral messages, OM(m): m + 1 rounds in which every lieutenant tells the others what it heard
 * along every way, then majorities from the longest ways up. Bears m traitors among n ≥ 3m + 1 generals; with three
 * generals and one traitor a lieutenant cannot tell a lying commander from a lying lieutenant.
 *
 * Needs synchrony: that a message was *not* sent must be noticed. All generals start their rounds together.
 *
 * Source: Lamport, Shostak, Pease 1982, section 3.
 */
export const oralMessages = <V>(
  council: Council<V>,
): Module<{
  provides: ByzantineGenerals<V>;
  uses: { links: Links<Oral<V>> };
  state: { round: number; heard: Map<string, V>; toPassOn: Oral<V>[] };
  timers: { roundEnds: [] };
}> => ({
  name: "oral messages",
  source: "Lamport, Shostak, Pease 1982, section 3",
  init: () => ({ round: 0, heard: new Map(), toPassOn: [] }),
  start(_s, io) {
    if (io.self !== council.commander) io.timers.roundEnds.set(council.roundMs);
  },
  upon: {
    request: {
      order(_s, io, value) {
        if (io.self !== council.commander) return io.note("only the commander gives orders");
        for (const node of io.nodes) if (node !== io.self) io.links.send(node, { path: [io.self], value });
      },
    },
    links: {
      deliver(s, io, from, oral) {
        if (!isOral(oral)) return io.note("ignores what is no order, from", from);
        const { path } = oral;
        const belongs =
          path.length === s.round + 1 &&
          path[0] === council.commander &&
          path[s.round] === from &&
          !path.includes(io.self) &&
          path.every((general) => io.nodes.includes(general)) &&
          new Set(path).size === path.length;
        if (!belongs || s.heard.has(keyOf(path))) return io.note("not of this round", path);
        s.heard.set(keyOf(path), oral.value);
        s.toPassOn.push(oral);
      },
    },
    timer: {
      roundEnds(s, io) {
        const heard = s.toPassOn;
        s.toPassOn = [];
        if (s.round === council.m) {
          const others = io.nodes.filter((node) => node !== io.self);
          return io.up.obey(resolve(s.heard, [council.commander], council, others));
        }
        s.round++;
        io.timers.roundEnds.set(council.roundMs);
        for (const { path, value } of heard)
          for (const node of io.nodes)
            if (node !== io.self && !path.includes(node)) io.links.send(node, { path: [...path, io.self], value });
      },
    },
  },
});
