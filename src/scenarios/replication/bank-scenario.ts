import { everybodyApplies, operationTermination, properties, sameCommandOrder, sameState } from "../../check/index.ts";
import { stack } from "../../model/index.ts";
import { replicatedStateMachine, type StateMachine, type StateMachineRules } from "../../protocols/index.ts";
import { type AnyScenario, choice, type Draw, integer, type Script, scenario, toggle } from "../../simulate/index.ts";
import { faultsOf, type Order, orderStack, orders } from "./order-stacks.ts";

/** What is done to an account. */
export type AccountCommand =
  | { readonly kind: "deposit"; readonly dollars: number }
  | { readonly kind: "interest"; readonly percent: number };

/** An account of 1,000 dollars that answers its balance. Deposits and interest do not commute. */
export const account: StateMachine<number, AccountCommand, number> = {
  name: "account",
  initial: 1_000,
  apply(balance, command) {
    const state =
      command.kind === "deposit" ? balance + command.dollars : balance + Math.floor((balance * command.percent) / 100);
    return { state, result: state };
  },
};

const deposit: AccountCommand = { kind: "deposit", dollars: 100 };
const interest: AccountCommand = { kind: "interest", percent: 1 };

const customers =
  (n: number, commands: number) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: commands }, (_one, at) => ({
        request: "execute",
        // The very first two are those of the book: one deposits while the other credits interest.
        args: [at === 0 && node < 2 ? [deposit, interest][node] : draw.pick("command", [deposit, interest])],
        afterMs: draw.below("pause", 30),
        until: ["output"],
      })),
    }));

/** The replica's own clock decides whether a command does anything: no longer a function of state and command. */
export const clockDecides: StateMachineRules = {
  resolve: (command, clock) =>
    Math.floor(clock()) % 2 === 0 ? command : ({ ...command, dollars: 0, percent: 0 } as typeof command),
};

/** Row 52, and the part of row 53 that needs total order. */
export const bankScenario: AnyScenario = scenario({
  id: "replication/account",
  rows: [52, 53],
  title: "An account replicated as a state machine",
  about:
    "$1,000; one branch deposits $100 while another credits 1 % interest. In one order the account holds $1,111, in the " +
    "other $1,110: replicas agree only if all apply the same commands in the same order.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("replicas", 3, 2, 9),
    commands: integer("commands of each replica's customer", 3, 1, 50),
    f: integer("replicas that may crash", 1, 0, 8),
    order: choice("broadcast below", orders),
    anybody: toggle("whether the sequencer may crash too", false),
  },
  setup: ({ n, commands, f, order: name, anybody }, _model, rules: Partial<StateMachineRules>) => {
    const order = name as Order;
    const one = stack(replicatedStateMachine(account, { rules }), { broadcast: orderStack<AccountCommand>(order) });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: customers(n, commands),
      properties: properties(
        sameCommandOrder("RSM1"),
        operationTermination("RSM2", { execute: "output" }),
        everybodyApplies("RSM3"),
        sameState("SMR1"),
      ),
      ...faultsOf(order, n, f, anybody),
      windowMs: 300,
    };
  },
  counterexamples: [
    {
      change:
        "FIFO broadcast instead of total order: two replicas apply the deposit and the interest in two orders (B38)",
      parameters: { order: "FIFO" },
      violates: "RSM1",
      eventsMax: 12,
    },
    { change: "the sequencer may crash", parameters: { anybody: true }, violates: "RSM2" },
    {
      change: "a replica's own clock decides what a command does",
      rules: clockDecides,
      violates: "SMR1",
      eventsMax: 12,
    },
  ],
});
