import { assert, Odometer } from "../../model/index.ts";
import type { AnyFiniteProtocol, FiniteProtocol, General } from "./finite-protocol.ts";

/** A messenger of one play: when he left, and from whom. */
export interface SentMessenger {
  readonly round: number;
  readonly from: General;
}

/** One play of a protocol: who arrived, who was caught, who attacks. */
export interface Play {
  readonly arrived: readonly SentMessenger[];
  readonly caught: readonly SentMessenger[];
  readonly attack: readonly [boolean, boolean];
}

/** What comes of a play (Kleppmann, Distributed Systems, lecture 2, the table of the two generals). */
export type Result = "nothing happens" | "army 1 is defeated" | "army 2 is defeated" | "the city is captured";

/** What comes of who attacks. */
export const resultOf = ({ attack: [first, second] }: Play): Result => {
  if (first) return second ? "the city is captured" : "army 1 is defeated";
  return second ? "army 2 is defeated" : "nothing happens";
};

/**
 * How a finite protocol fails on links that may lose messages. `breaks`: these two plays differ in one messenger, the
 * one who sent him cannot tell them apart, and in the second only one of the two attacks. The other ways are those of
 * protocols that do not try: they never attack, or attack although nothing was ever heard, or disagree without any loss.
 */
export type FiniteProtocolFailure =
  | { readonly kind: "breaks"; readonly messenger: SentMessenger; readonly before: Play; readonly after: Play }
  | { readonly kind: "disagrees without a loss" | "never attacks" | "attacks unasked"; readonly play: Play };

/** Plays that an enumeration may take: twenty messengers. */
export const playsMax = 1_048_576;
const roundsMax = 10_000;

/** Plays a protocol; `isCaught` is asked for each messenger that leaves. */
export const play = (any: AnyFiniteProtocol, isCaught: (messenger: SentMessenger) => boolean): Play => {
  const protocol = any as FiniteProtocol<unknown, unknown>;
  const { rounds } = protocol;
  assert(
    Number.isSafeInteger(rounds) && rounds >= 1 && rounds <= roundsMax,
    `a finite protocol has 1 to ${roundsMax} rounds, not ${rounds}`,
  );
  let states: readonly unknown[] = [protocol.init(0), protocol.init(1)];
  const arrived: SentMessenger[] = [];
  const caught: SentMessenger[] = [];
  for (let round = 0; round < rounds; round++) {
    const messages = ([0, 1] as const).map((from) => {
      const message = protocol.send(states[from], round);
      if (message === null) return null;
      const isLost = isCaught({ round, from });
      (isLost ? caught : arrived).push({ round, from });
      return isLost ? null : message;
    });
    states = states.map((state, general) => protocol.receive(state, round, messages[1 - general]!));
  }
  return { arrived, caught, attack: [protocol.attacks(states[0]), protocol.attacks(states[1])] };
};

const isBefore = (a: SentMessenger, b: SentMessenger): boolean =>
  a.round < b.round || (a.round === b.round && a.from < b.from);

/**
 * The chain of the impossibility proof: the play without losses, then the same without its last messenger, without its
 * last two, and so on to the play in which nobody arrives. What is sent after the first that is caught is caught too.
 */
export const lastMessengerChain = (protocol: AnyFiniteProtocol): readonly Play[] => {
  const chain: Play[] = [play(protocol, () => false)];
  for (let last = chain[0]!.arrived.at(-1); last !== undefined; last = chain.at(-1)!.arrived.at(-1)) {
    const first = last;
    chain.push(play(protocol, (messenger) => !isBefore(messenger, first)));
  }
  return chain;
};

/**
 * Finds how a finite protocol fails; every one does. Neighbours in the chain differ in one messenger, and he who sent
 * him saw the same in both, so he does the same. If both attack at the start of the chain and nobody at its end, there
 * is a first place where one of the two changes his mind, and he does it alone.
 *
 * Source: Akkoyunlu, Ekanadham, Huber 1975; Halpern and Moses 1990, section 4 (attacking needs common knowledge, and no
 * exchange over lossy links gives it).
 */
export const failureOf = (protocol: AnyFiniteProtocol): FiniteProtocolFailure => {
  const chain = lastMessengerChain(protocol);
  const [undisturbed] = chain;
  const [first, second] = undisturbed!.attack;
  if (first !== second) return { kind: "disagrees without a loss", play: undisturbed! };
  if (!first) return { kind: "never attacks", play: undisturbed! };
  for (let at = 1; at < chain.length; at++) {
    const before = chain[at - 1]!;
    const after = chain[at]!;
    const messenger = before.arrived.at(-1)!;
    assert(
      before.attack[messenger.from] === after.attack[messenger.from],
      "he who sent the last messenger cannot know whether he arrived: the protocol does not depend on its rounds alone",
    );
    if (after.attack[0] !== after.attack[1]) return { kind: "breaks", messenger, before, after };
  }
  return { kind: "attacks unasked", play: chain.at(-1)! };
};

/** Every play that there is: each messenger arrives or is caught. */
export const everyPlay = (protocol: AnyFiniteProtocol): readonly Play[] => {
  const plays: Play[] = [];
  const odometer = new Odometer();
  do {
    assert(plays.length < playsMax, `${protocol.name} has more than ${playsMax} plays`);
    plays.push(play(protocol, () => odometer.chance("caught", 0, 0, 0.5)));
  } while (odometer.next());
  return plays;
};

/** The plays in which one general attacks alone, those with the fewest losses first. */
export const breakingPlays = (protocol: AnyFiniteProtocol): readonly Play[] =>
  everyPlay(protocol)
    .filter(({ attack: [first, second] }) => first !== second)
    .sort((a, b) => a.caught.length - b.caught.length);

/** The exact probability that one general attacks alone, where each messenger is caught with the probability `loss`. */
export const disagreement = (protocol: AnyFiniteProtocol, loss: number): number => {
  let sum = 0;
  for (const { arrived, caught } of breakingPlays(protocol)) {
    let probability = 1;
    for (let count = 0; count < caught.length; count++) probability *= loss;
    for (let count = 0; count < arrived.length; count++) probability *= 1 - loss;
    sum += probability;
  }
  return sum;
};
