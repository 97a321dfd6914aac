import { attackIfNobodyIsCaught, attackTogether, everyGeneralDecides, properties } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import {
  type AnyFiniteProtocol,
  alternatingMessengers,
  type Campaign,
  countInWindow,
  general,
  labelledMessengers,
  oneMessengerEach,
  repeatUntilTimeout,
} from "../../protocols/index.ts";
import { type AnyScenario, choice, type Fault, integer, type Setup, scenario } from "../../simulate/index.ts";

/** Milliseconds of a round, longer than any messenger is on his way. */
const roundMs = 20;
const roundsMax = 40;

/** All rounds from one on in which every messenger is caught. */
const capturing = (fromRound: number): readonly Fault[] => {
  const at = Math.max(0, fromRound * roundMs - 1);
  return [{ kind: "partition", at, until: (roundsMax + 1) * roundMs, form: "full", left: [0], right: [1] }];
};

/** Two generals who follow a finite protocol. From the round `capturedFrom` on (if there is one) nobody gets through. */
const generals = (protocol: AnyFiniteProtocol, isLossy: boolean, capturedFrom: number): Setup => {
  const camp: Bound<Campaign> = stack(general(protocol, { roundMs }), { messengers: network() });
  return {
    processes: [
      { name: "general 1", stack: camp },
      { name: "general 2", stack: camp },
    ],
    workload: () => [],
    properties: isLossy
      ? properties(attackTogether, everyGeneralDecides)
      : properties(attackTogether, attackIfNobodyIsCaught, everyGeneralDecides),
    plan: isLossy && capturedFrom < protocol.rounds ? capturing(capturedFrom) : [],
    windowMs: roundMs * (protocol.rounds + 1),
    patienceMs: roundMs,
    dials: { delayMsMin: 10, delayMsMax: 10, duplication: 0 },
  };
};

/** A scenario of two generals who follow a protocol of one's own. */
export const twoGeneralsOf = (id: string, protocol: AnyFiniteProtocol): AnyScenario =>
  scenario({
    id,
    rows: [17],
    title: `Two generals: ${protocol.name}`,
    model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
    parameters: {
      capturedFrom: integer("first round whose messengers are all caught (fair-loss)", roundsMax, 0, roundsMax),
    },
    setup: ({ capturedFrom }, { network: links }) => generals(protocol, links !== "reliable", capturedFrom),
    counterexamples: [
      {
        change: "messengers may be caught",
        model: { network: "fair-loss" },
        violates: "TG1",
        parameters: { loss: 0.3 },
      },
    ],
  });

const protocolOf = (name: string, messengers: number): AnyFiniteProtocol => {
  const half = Math.ceil(messengers / 2);
  switch (name) {
    case "one messenger each":
      return oneMessengerEach;
    case "labelled messengers":
      return labelledMessengers(messengers);
    case "repetition until a timeout":
      return repeatUntilTimeout(Math.max(2, messengers));
    case "counting in a window":
      return countInWindow(half, Math.max(1, messengers - half), Math.max(1, half - 1));
    default:
      return alternatingMessengers(messengers);
  }
};

/** The protocols of row 17, by name. */
export const generalsProtocols: readonly [string, ...string[]] = [
  "messengers in turn",
  "one messenger each",
  "labelled messengers",
  "repetition until a timeout",
  "counting in a window",
];

/** Row 17. */
export const twoGeneralsScenario: AnyScenario = scenario({
  id: "generals/two",
  rows: [17],
  title: "The two generals",
  about:
    "Two armies must attack together, and their messengers may be caught. Take any finite protocol: remove the last messenger who arrives, and he who sent him cannot know. So one by one, back to nobody and nothing.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    protocol: choice("what the generals agreed on", generalsProtocols),
    messengers: integer("messengers (or rounds)", 4, 1, roundsMax),
    capturedFrom: integer("first round whose messengers are all caught (fair-loss)", roundsMax, 0, roundsMax),
  },
  setup: ({ protocol, messengers, capturedFrom }, { network: links }) =>
    generals(protocolOf(protocol, messengers), links !== "reliable", capturedFrom),
  counterexamples: generalsProtocols.map((protocol) => ({
    change: `messengers may be caught: ${protocol}`,
    model: { network: "fair-loss" as const },
    parameters: { protocol, messengers: 2, loss: 0.5 },
    violates: "TG1",
    eventsMax: 6,
  })),
});
