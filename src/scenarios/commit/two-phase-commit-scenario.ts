import {
  type AnyProperty,
  abortValidity,
  commitAgreement,
  commitTermination,
  commitValidity,
  nonBlocking,
  properties,
} from "../../check/index.ts";
import {
  type CoordinatorRules,
  type ParticipantRules,
  twoPhaseCoordinator,
  twoPhaseParticipant,
} from "../../protocols/index.ts";
import {
  type AnyScenario,
  type Draw,
  integer,
  type Script,
  type Setup,
  scenario,
  toggle,
} from "../../simulate/index.ts";

/** The client at the coordinator wants one transaction after the other; each participant votes, mostly yes. */
export const transactionsOf =
  (participants: readonly number[], transactions: number, noOneIn: number) =>
  (draw: Draw): readonly Script[] => [
    {
      node: 0,
      resumes: true,
      calls: Array.from({ length: transactions }, (_, at) => ({
        request: "commit",
        args: [at + 1],
        afterMs: 5,
        until: ["decide"],
      })),
    },
    ...participants.map((node) => ({
      node,
      resumes: true,
      calls: Array.from({ length: transactions }, (_, at) => ({
        request: "vote",
        args: [at + 1, noOneIn > 0 && draw.below("vote", noOneIn) === noOneIn - 1 ? "no" : "yes"],
        until: ["decide"],
      })),
    })),
  ];

const processesOf = (
  participants: readonly number[],
  cooperative: boolean,
  doubtMs: number,
  rules: Partial<CoordinatorRules & ParticipantRules>,
): Setup["processes"] => [
  { name: "coordinator", stack: twoPhaseCoordinator({ rules }) },
  ...participants.map((node) => ({
    name: `participant ${node}`,
    stack: twoPhaseParticipant({ coordinator: 0, cooperative, doubtMs, rules }),
  })),
];

const propertiesOf = (participants: readonly number[], asksForNonBlocking: boolean): readonly AnyProperty[] =>
  properties(
    commitAgreement("AC1"),
    commitValidity("AC2", participants),
    abortValidity("AC3"),
    commitTermination("AC4"),
    ...(asksForNonBlocking ? [nonBlocking("NBAC1")] : []),
  );

const parameters = {
  participants: integer("participants", 2, 1, 9),
  transactions: integer("transactions", 2, 1, 100),
  noOneIn: integer("one vote in so many is a no; 0 for none", 6, 0, 100),
  crashes: integer("crashes", 2, 0, 20),
  doubtMs: integer("milliseconds between two questions of a participant in doubt", 50, 1, 100_000),
  nonBlocking: toggle("ask also for what two-phase commit does not claim: termination while others are down", false),
  coordinatorStopsAtMs: integer("time at which the coordinator crashes, 0 for a time that is drawn", 0, 0, 10_000),
} as const;

const about =
  "A yes is a promise: from then on a participant may neither commit nor abort by itself until it hears the outcome. If the coordinator is down just then, it is in doubt and holds its locks. That is no bug but what two-phase commit is: agreement always, termination only once everybody is back (AC4). Ask for more with nonBlocking=true.";

const scenarioOf = (id: string, title: string, cooperative: boolean): AnyScenario =>
  scenario({
    id,
    rows: [76],
    title,
    about,
    model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
    notClaimed: [
      {
        id: "NBAC1",
        text: "Non-blocking: every correct process that took part eventually decides, whoever else is down. Instead a participant that promised and hears from nobody who knows is in doubt, and waits.",
      },
    ],
    parameters,
    setup: (values, { nodes }, rules: Partial<CoordinatorRules & ParticipantRules>) => {
      const participants = Array.from({ length: values.participants }, (_, at) => at + 1);
      const stopsAtMs = values.coordinatorStopsAtMs;
      const stops = nodes === "crash-stop";
      return {
        processes: processesOf(participants, cooperative, values.doubtMs, rules),
        workload: transactionsOf(participants, values.transactions, values.noOneIn),
        properties: propertiesOf(participants, values.nonBlocking),
        // Where nodes only stop it is the coordinator's stop that is worth seeing.
        faults: stopsAtMs > 0 ? { crashes: 0 } : stops ? { crashes: 1, candidates: [0] } : { crashes: values.crashes },
        plan: stopsAtMs > 0 ? [{ kind: "crash", at: stopsAtMs, node: 0 }] : [],
        f: stops ? 1 : 0,
        windowMs: 500,
        patienceMs: 5_000,
      };
    },
    stateSearches: [
      { parameters: { transactions: 1, noOneIn: 0 }, crashes: 0, timeouts: 2, carries: "multiset" },
      { parameters: { transactions: 1, noOneIn: 2 }, crashes: 1, timeouts: 1, carries: "multiset" },
      { parameters: { participants: 1, transactions: 1, noOneIn: 2 }, crashes: 1, sync: "at once", liveness: true },
    ],
    counterexamples: [
      {
        change: "non-blocking, which is not claimed: the coordinator stops when all have promised",
        model: { nodes: "crash-stop" },
        parameters: { nonBlocking: true, transactions: 1, noOneIn: 0, doubtMs: 4_000 },
        violates: "NBAC1",
        eventsMax: 12,
      },
      {
        change: "the vote is read from memory: a participant that recovers has promised nothing",
        rules: { logsVote: () => false },
        violates: "AC1",
        eventsMax: 12,
      },
    ],
  });

/** Row 76. */
export const twoPhaseCommitScenario: AnyScenario = scenarioOf("commit/two-phase", "Two-phase commit", false);

/** Row 76, case B44. */
export const cooperativeTerminationScenario: AnyScenario = scenarioOf(
  "commit/cooperative-termination",
  "Two-phase commit whose participants ask each other",
  true,
);
