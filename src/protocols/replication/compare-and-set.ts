import { equal, type Module } from "../../model/index.ts";
import type { CompareAndSetRegister, Register } from "../registers/register.ts";
import type { ReplicatedService, StateMachine } from "./state-machine.ts";

/** What is asked of a register with compare-and-set. */
export type RegisterCommand<V> =
  | { readonly kind: "read" }
  | { readonly kind: "write"; readonly value: V }
  | { readonly kind: "cas"; readonly expected: V | null; readonly value: V };

/** What it answers. */
export type RegisterResult<V> =
  | { readonly kind: "read"; readonly value: V | null }
  | { readonly kind: "write" }
  | { readonly kind: "cas"; readonly done: boolean };

/** The register as a state machine. */
export const registerMachine = <V>(): StateMachine<V | null, RegisterCommand<V>, RegisterResult<V>> => ({
  name: "register with compare-and-set",
  initial: null,
  apply(state, command) {
    if (command.kind === "read") return { state, result: { kind: "read", value: state } };
    if (command.kind === "write") return { state: command.value, result: { kind: "write" } };
    const done = equal(state, command.expected);
    return { state: done ? command.value : state, result: { kind: "cas", done } };
  },
});

/**
 * A linearizable register with compare-and-set on a replicated service. Reads too have their turn among the commands: a
 * replica that answers from its own state may be behind.
 *
 * Source: Kleppmann, Distributed Systems, lecture 7, "Linearizable compare-and-swap"; Schneider 1990.
 */
export const compareAndSetByTotalOrder = <V>(): Module<{
  provides: CompareAndSetRegister<V>;
  uses: { service: ReplicatedService<RegisterCommand<V>, RegisterResult<V>> };
  state: Record<never, never>;
}> => ({
  name: "compare-and-set by total order",
  source: "Kleppmann, Distributed Systems, lecture 7",
  init: () => ({}),
  upon: {
    request: {
      read: (_s, io) => io.service.execute({ kind: "read" }),
      write: (_s, io, value) => io.service.execute({ kind: "write", value }),
      cas: (_s, io, expected, value) => io.service.execute({ kind: "cas", expected, value }),
    },
    service: {
      output(_s, io, result) {
        if (result.kind === "read") io.up.readReturn(result.value);
        else if (result.kind === "write") io.up.writeReturn();
        else io.up.casReturn(result.done);
      },
      applied: () => undefined,
    },
  },
});

/**
 * The compare-and-set that does not work, for show: read the register, and write if it holds what was expected. Two
 * processes may both read before either writes, and both win (case B26); no cleverness on top of reads and writes helps
 * (Herlihy 1991: a register has consensus number 1).
 */
export const compareAndSetByRegister = <V>(): Module<{
  provides: CompareAndSetRegister<V>;
  uses: { register: Register<V> };
  state: { open: { readonly expected: V | null; readonly value: V } | null };
}> => ({
  name: "compare-and-set by reading and writing",
  source: "Herlihy 1991, Wait-Free Synchronization: why it cannot work",
  init: () => ({ open: null }),
  upon: {
    request: {
      read: (_s, io) => io.register.read(),
      write: (_s, io, value) => io.register.write(value),
      cas(s, io, expected, value) {
        s.open = { expected, value };
        io.register.read();
      },
    },
    register: {
      readReturn(s, io, value) {
        if (s.open === null) return io.up.readReturn(value);
        if (equal(value, s.open.expected)) return io.register.write(s.open.value);
        s.open = null;
        io.up.casReturn(false);
      },
      writeReturn(s, io) {
        if (s.open === null) return io.up.writeReturn();
        s.open = null;
        io.up.casReturn(true);
      },
    },
  },
});
